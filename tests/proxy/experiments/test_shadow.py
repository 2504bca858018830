"""Copies for a candidate: bounded, checked by its own policy, never in the way, never twice."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from statera.experiment.rewriting import Change
from statera.models.clock import SystemClock
from statera.proxy.experiments.arms import Treatment
from statera.proxy.experiments.online import Reader, Reading
from statera.proxy.experiments.shadow import Context, Copies, Copy
from statera.proxy.keeper import Keeper, PolicySource
from statera.proxy.metrics import Metrics, Now
from statera.proxy.terms import read_upstream
from statera.proxy.upstream import Limits, UpstreamClient
from statera.proxy.wire.routes import known_apis
from statera.records.live import Answered
from tests.proxy.experiments.served import Kept
from tests.proxy.experiments.tried import POLICY
from tests.proxy.guards import CHAT, asking, tools
from tests.proxy.upstreams import RESET, Asked, RawUpstream, Step, answer, chat

HEADERS = [(b"idempotency-key", b"one"), (b"x-more", b"yes")]


def says(asked: Asked) -> list[Step]:
    """Answer by what is asked: whole, slowly, as an error, as garbage, or not at all."""
    last = asked.json["messages"][-1]["content"]
    special: dict[str, list[Step]] = {
        "slow": [0.2, answer(chat("late"))],
        "fail": [answer({"error": {"message": "down"}}, 500)],
        "garbage": [answer(b"no json")],
        "reset": [RESET],
        "forbid": [answer(chat("this is forbidden"))],
    }
    return special.get(last, [answer(chat("fine"))])


@pytest.fixture(scope="module")
def upstream() -> Iterator[RawUpstream]:
    with RawUpstream(says) as found:
        yield found


def copied(
    upstream: RawUpstream, folder: Path, texts: Sequence[str], most: int = 32, own: str = ""
) -> tuple[dict[int, Answered], str]:
    """Send copies of requests at once; return what was recorded by decision, and the metrics."""
    (folder / "guard.yaml").write_text(POLICY, encoding="utf-8")
    kept, metrics = Kept(), Metrics()

    async def run() -> None:
        with ThreadPoolExecutor(1) as pool:
            clock = SystemClock()
            keeper = Keeper(PolicySource(folder / "guard.yaml"), tools(folder), clock=clock,
                            pool=pool)  # fmt: skip
            await keeper.open()
            arms = keeper if own else None
            if own:
                (folder / "own.yaml").write_text(own, encoding="utf-8")
                arms = Keeper(PolicySource(folder / "own.yaml"), tools(folder), clock=clock,
                              pool=pool)  # fmt: skip
                await arms.open()
            client = UpstreamClient(read_upstream(upstream.url), Limits())
            texts_read = Reader(kept.put, asyncio.get_running_loop(), len)
            context = Context(clock, metrics, client, lambda: keeper.armed, pool, 2**20, 5.0, b"k")
            copies = Copies(context, texts_read, most=most)
            treatment = Treatment("warm", Change(model="candidate", prompt="Be warm."), arms)
            for number, text in enumerate(texts):
                copies.send(copy(number, text, treatment))
            await copies.settled()
            texts_read.close()
            copies.close()
            client.close()

    asyncio.run(run())
    found = {one.decision: one for one in kept.facts if isinstance(one, Answered)}
    return found, metrics.page(Now()).decode()


def copy(number: int, text: str, treatment: Treatment, **more: Any) -> Copy:
    body = asking(text, **more)
    api, reading = known_apis()[CHAT], Reading(refusal=True, hashed=True)
    return Copy("tone", number, api, treatment, body, 99, HEADERS, CHAT.encode(), reading)


def test_what_came_of_each_copy_is_recorded(upstream: RawUpstream, tmp_path: Path) -> None:
    upstream.asked.clear()
    found, page = copied(upstream, tmp_path, ["hi", "fail", "garbage", "reset", "forbid"])
    assert all((one.shadow, one.arm) == (True, "warm") for one in found.values())
    fine, failed, garbage, reset, forbidden = (found[number] for number in range(5))
    assert (fine.status, fine.guarded_output, fine.fault) == (200, "allow", False)
    assert (fine.text_hash, fine.output_tokens) == (4, 2)
    assert fine.refused is not None
    assert (failed.status, failed.fault, failed.text_hash) == (500, False, None)
    assert (garbage.status, garbage.fault) == (200, True)
    assert (reset.status, reset.fault) == (502, True)
    assert (forbidden.guarded_output, forbidden.text_hash) == ("block", None)
    assert 'copies_total{experiment="tone",result="failed"} 1.0' in page
    assert 'copies_total{experiment="tone",result="answered"} 4.0' in page
    told = upstream.asked[0].headers
    assert (b"idempotency-key" in told, told[b"x-more"]) == (False, b"yes"), "it is another request"
    sent = upstream.asked[0].json
    assert (sent["model"], sent["messages"][0]["content"]) == ("candidate", "Be warm.")


def test_one_too_many_is_dropped_and_counted(upstream: RawUpstream, tmp_path: Path) -> None:
    found, page = copied(upstream, tmp_path, ["slow"] * 5, most=2)
    assert sorted(found) == [0, 1]
    assert 'copies_total{experiment="tone",result="dropped"} 3.0' in page


def test_the_candidates_own_policy_looks_first(upstream: RawUpstream, tmp_path: Path) -> None:
    upstream.asked.clear()
    found, _ = copied(upstream, tmp_path, ["a rude word", "hi"],
                      own=POLICY.replace("forbidden", "rude"))  # fmt: skip
    assert (found[0].guarded_input, found[0].status, found[0].seconds) == ("block", 400, None)
    assert (found[1].guarded_input, found[1].status) == ("allow", 200)
    assert found[0].policy == found[1].policy
    assert len(upstream.asked) == 1
