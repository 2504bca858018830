"""Experiments of a running guard: stopped, shadowed, changed, several at once, killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from statera.api.livelooks import breached
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.proxy.experiments.serving import files_of
from statera.proxy.serving import guarding
from statera.proxy.terms import Terms
from statera.records.live import Occurrence, decision_number
from statera.store.live.opening import open_live
from tests.proxy.experiments.tried import KEY, POLICY, Tried, terms_of, trying, written
from tests.proxy.guards import CHAT, asking, get, post, tools, until_answering
from tests.proxy.upstreams import Asked, RawUpstream, Step, answer, chat, chunks, stream


def says(asked: Asked) -> Any:
    """Say who was asked for; `slow` takes its time, `differ` makes models differ."""
    model, last = asked.json["model"], asked.json["messages"][-1]["content"]
    if "break" in last and model == "candidate":
        return [answer({"error": {"message": "down"}}, 500)]
    text = f"I am {model}." if "differ" in last else "All say this."
    if asked.json.get("stream"):
        return stream(chunks(text[:5], text[5:]))
    slow: list[Step] = [0.3] if "slow" in last and model == "candidate" else []
    return [*slow, answer(chat(text))]


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(says) as found:
        yield found


ARMS = [{"name": "base", "weight": 0.5}, {"name": "warm", "weight": 0.5, "model": "candidate"}]
SHADOW = [{"name": "base", "weight": 0}, {"name": "warm", "weight": 1, "model": "candidate"}]


def happened(tried: Tried, kind: str) -> None:
    """Write that something happened, as a person or another pod does."""
    store = open_live(str(tried.live))
    store.write([Occurrence(id=time.time_ns(), experiment="tone", at=SystemClock().now(), kind=kind,
                            detail="by hand")])  # fmt: skip
    store.close()


def arm_within(tried: Tried, user: str, arm: str, seconds: float = 6.0) -> bool:
    """Return whether a user is given an arm (or none: "") before the time is over."""
    until = time.monotonic() + seconds
    while tried.ask(user).headers.get("x-statera-arm", "") != arm:
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def test_a_stop_sends_everybody_to_the_base_and_an_end_leaves_them_alone(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    with trying(upstream.url, tmp_path, arms=ARMS) as tried:
        user = tried.user_in("warm")
        assert arm_within(tried, user, "warm")
        happened(tried, "stopped")
        assert arm_within(tried, user, "base")
        assert upstream.asked[-1].json["model"] == "m"
        happened(tried, "resumed")
        assert arm_within(tried, user, "warm")
        happened(tried, "ended")
        assert arm_within(tried, user, "")
        entries = [row["entry"] for row in tried.exposures(3)]
        assert entries[0] == "assigned"
        assert "stopped" in entries


def test_a_canary_that_breaks_a_guardrail_stops_by_itself(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    canary: dict[str, Any] = {
        "mode": "canary",
        "guardrails": [{"outcome": "error", "margin": 0.02}],
        "outcomes": {
            "error": {"source": "answer", "better": "lower", "low": 0, "high": 1, "window": "0s"}
        },
    }
    with trying(upstream.url, tmp_path, arms=ARMS, looking=breached, **canary) as tried:
        for number in range(160):
            tried.ask(f"user-{number}", "break")
        assert arm_within(tried, tried.user_in("warm"), "base", seconds=15)
        store, stopped = open_live(str(tried.live)), list[Occurrence]()
        until = time.monotonic() + 10
        while not stopped and time.monotonic() < until:  # it is on its way to the store
            stopped = [one for one in store.occurrences("tone") if one.kind == "stopped"]
            time.sleep(0.05)
        store.close()
        assert len(stopped) == 1
        assert "error of warm" in stopped[0].detail


def test_a_shadow_answers_nobody_and_is_recorded(upstream: RawUpstream, tmp_path: Path) -> None:
    upstream.asked.clear()
    with trying(upstream.url, tmp_path, arms=SHADOW, mode="shadow") as tried:
        same = tried.ask("anna")
        streamed = tried.ask("ben", stream=True, stream_options={"include_usage": True})
        differing = tried.ask("cleo", "differ")
        tried.ask("dora", "hi", tools=[{"type": "mcp", "server_label": "x"}])
        assert b"I am m." in differing.body
        assert {found.headers["x-statera-arm"] for found in (same, streamed, differing)} == {"base"}
        rows = tried.answers(7)
        pairs = {
            name: {
                row["shadow"]: row
                for row in rows
                if row["decision"] == decision_number(found.headers["x-statera-decision-id"])
            }
            for name, found in (("same", same), ("stream", streamed), ("differ", differing))
        }
        for name, pair in pairs.items():
            assert (pair[0]["arm"], pair[1]["arm"]) == ("base", "warm")
            assert (pair[0]["text_hash"] == pair[1]["text_hash"]) == (name != "differ")
            assert pair[1]["guarded_output"] == "allow"
        copies = [one.json for one in upstream.asked if one.json["model"] == "candidate"]
        assert len(copies) == 3
        assert not any(one.get("stream") or "stream_options" in one for one in copies)
        page = get(f"{tried.url}/metrics").body.decode()
        assert 'copies_total{experiment="tone",result="unrepeatable"} 1.0' in page
        assert {row["arm"] for row in tried.exposures(4)} == {"warm"}


def test_a_slow_candidate_delays_nobody(upstream: RawUpstream, tmp_path: Path) -> None:
    with trying(upstream.url, tmp_path, arms=SHADOW, mode="shadow") as tried:
        found = tried.ask("anna", "slow")
        shadows = tried.rows("select * from live_answers where shadow = 0", 1)
        assert shadows[0]["decision"] == decision_number(found.headers["x-statera-decision-id"])
        late = tried.rows("select * from live_answers where shadow = 1", 1)[0]
        assert late["seconds"] > 0.25 > shadows[0]["seconds"]


def test_another_design_than_the_registered_one_is_not_served(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    with trying(upstream.url, tmp_path, arms=ARMS) as tried:
        user = tried.user_in("warm")
        assert arm_within(tried, user, "warm")
        design = written(tmp_path, arms=[{**ARMS[0], "weight": 0.9}, {**ARMS[1], "weight": 0.1}])
        terms = terms_of(upstream.url, design, tmp_path)
        with (
            pytest.raises(DeclarationError, match="statera experiment start --edit") as told,
            guarding(terms, tools(tmp_path)),
        ):
            pass
        assert "\n" not in str(told.value)
        store = open_live(str(tried.live))
        store.register("tone", "0" * 32, "experiment: tone", SystemClock().now())
        store.close()
        assert arm_within(tried, user, "")
        assert "changed_design" in tried.excluded()


def test_without_its_database_it_serves_and_nobody_takes_part(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    away = "postgresql://statera@127.0.0.1:1/none"
    with trying(upstream.url, tmp_path, arms=ARMS, terms={"live": away}) as tried:
        found = tried.ask("anna")
        assert (found.status, "x-statera-arm" in found.headers) == (200, False)
        page = get(f"{tried.url}/metrics").body.decode()
        assert 'excluded_total{experiment="tone",reason="not_registered"} 1.0' in page


def test_experiments_beside_each_other_both_take_part(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    cold = [{"name": "base", "weight": 0.5},
            {"name": "cold", "weight": 0.5, "parameters": {"temperature": 0}}]  # fmt: skip
    other = written(tmp_path, experiment="heat", arms=cold)
    both = f"{tmp_path / 'tone.yaml'}, {other}"
    with trying(upstream.url, tmp_path, arms=ARMS, terms={"experiment": both}) as tried:
        found = [tried.ask(f"user-{number}").headers for number in range(12)]
        seen = {one["x-statera-arm"] for one in found}
        assert {one["x-statera-experiment"] for one in found} == {"tone,heat"}
        assert seen == {"base,base", "base,cold", "warm,base", "warm,cold"}
        assert len(tried.exposures(24)) == 24
        assert len(tried.answers(12)) == 12


def test_a_file_must_be_named(tmp_path: Path) -> None:
    assert files_of(Terms(experiment="a.yaml, b.yaml")) == [Path("a.yaml"), Path("b.yaml")]
    with pytest.raises(DeclarationError, match="--experiment"):
        files_of(Terms(experiment="a.yaml,"))


def test_a_killed_worker_loses_and_doubles_nothing(upstream: RawUpstream, tmp_path: Path) -> None:
    design = written(tmp_path, arms=ARMS)
    terms = terms_of(upstream.url, design, tmp_path)
    command = [
        sys.executable, "-m", "statera", "guard", "serve", "--upstream", upstream.url, "--policy",
        terms.policy, "--host", "127.0.0.1", "--port", "0", "--control-port", "0", "--events",
        "none", "--experiment", str(design), "--spool", terms.spool,
    ]  # fmt: skip
    environ = {**os.environ, "STATERA_LIVE": terms.live, "STATERA_GUARD_UNIT_KEY": KEY}
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    url = process.stderr.readline().split(" at ")[1].split()[0]
    until_answering(url)
    for number in range(20):
        assert post(url + CHAT, asking("hi", user=f"user-{number}")).status == 200
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=600)
    with trying(upstream.url, tmp_path, arms=ARMS) as tried:
        tried.ask("user-0")
        assert len(tried.exposures(21)) == 21


def test_the_policy_of_the_model_that_answers_holds_whatever_the_client_names(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    scopes = "scopes:\n- model: lax*\n  detectors: {words: {off: true}}\n"
    (tmp_path / "policy.yaml").write_text(POLICY + scopes, encoding="utf-8")
    with trying(upstream.url, tmp_path, arms=ARMS) as tried:
        for arm, status in (("base", 200), ("warm", 400)):
            for streamed in (False, True):
                body = asking("forbidden", user=tried.user_in(arm), model="lax", stream=streamed)
                assert post(tried.url + CHAT, body).status == status


def test_a_stop_that_a_killed_guard_had_not_shipped_holds_from_the_first_request_on(
    upstream: RawUpstream, tmp_path: Path
) -> None:
    with trying(upstream.url, tmp_path, arms=ARMS):
        pass
    stop = Occurrence(
        id=1, experiment="tone", at=SystemClock().now(), kind="stopped", detail="a breach"
    )
    left = tmp_path / "spool" / "1-dead.00000000.spool"
    left.write_bytes(msgspec.json.encode(stop) + b"\n")
    with trying(upstream.url, tmp_path, arms=ARMS) as tried:
        assert tried.ask(tried.user_in("warm")).headers["x-statera-arm"] == "base"
