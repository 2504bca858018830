"""The middleware around a real application in a real server, and what the live store then holds."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from statera.api.livelooks import breached
from statera.api.livereading import live_units
from statera.errors import DeclarationError
from statera.experiment.assignment import Assignment
from statera.experiment.opened import open_design
from statera.models.clock import SystemClock
from statera.proxy.experiments.middleware import ExperimentMiddleware, MiddlewareOptions
from statera.records.live import Exposure, Feedback
from statera.store.live.opening import LiveStore, open_live
from tests.proxy.experiments.applications import DESIGN, application, bare, running, written
from tests.proxy.guards import CHAT, Answered, asking, get, post

CANARY = DESIGN + "mode: canary\nwindow: 1s\n"


def around(app: Any, folder: Path, design: str = DESIGN, **options: Any) -> ExperimentMiddleware:
    """Return the application with an experiment around it."""
    return ExperimentMiddleware(
        app,
        design=written(folder, design),
        live=str(folder / "live.sqlite"),
        options=MiddlewareOptions(spool=str(folder / "spool"), **options),
    )


def live(folder: Path) -> LiveStore:
    return open_live(str(folder / "live.sqlite"))


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds, for 10 s at most."""
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end, "it never held"
        time.sleep(0.02)


def chat(url: str, user: str, **more: Any) -> Answered:
    return post(url + CHAT, asking("hello", user=user, **more))


def test_users_are_assigned_treated_and_heard(tmp_path: Path) -> None:
    design = open_design(written(tmp_path)).design
    assignment, users = Assignment(design), [f"user{n}" for n in range(20)]
    middleware = around(application(), tmp_path)
    with running(middleware) as url:
        for user in users:
            answer = chat(url, user)
            place = assignment.place(user)
            assert place is not None
            arm = design.arms[place.arm].name
            assert answer.headers["x-statera-arm"] == arm
            prompted = answer.json["asked"]["messages"][0]["role"] == "system"
            assert prompted == (arm == "warm")
            token = {"x-statera-feedback": answer.headers["x-statera-feedback"]}
            assert post(f"{url}/v1/feedback", {"solved": arm == "warm"}, token).status == 202
        assert post(f"{url}/v1/feedback", {"solved": True}).status == 401
    assert middleware.counted == {"accepted": 20, "unauthorized": 1}
    store = live(tmp_path)
    units, _ = live_units(store, design)
    store.close()
    assert len(units.arm) == 20
    assert list(units.outcomes["solved"].total) == [float(arm) for arm in units.arm]
    assert not any((tmp_path / "spool").glob("*.spool"))


def test_a_stream_passes_as_it_comes(tmp_path: Path) -> None:
    with running(around(application(), tmp_path)) as url:
        answer = chat(url, "wim", stream=True)
    assert answer.headers["x-statera-arm"] == "warm"
    assert answer.body.endswith(b"data: [DONE]\n\n")


def test_an_application_asks_for_its_arm_and_only_then_takes_part(tmp_path: Path) -> None:
    with running(around(application(), tmp_path)) as url:
        assert get(url).body == b"tone"
        assert "x-statera-arm" not in get(url).headers
        in_thread = get(f"{url}/ask?who=wim")
        assert in_thread.json == {"arm": "warm", "prompt": "Be warm.", "part": True}
        assert in_thread.headers["x-statera-arm"] == "warm"
        assert get(f"{url}/late?who=ben").body == b"first base"
        assert get(f"{url}/ask").json["part"] is False
        assert get(f"{url}/broken").status == 500
    store = live(tmp_path)
    _, aside = live_units(store, open_design(tmp_path / "tone.yaml").design)
    assert (aside.overridden, aside.excluded) == ({"base": 1, "warm": 1}, {"no_unit": 1})
    store.close()


@pytest.mark.parametrize("lifespan", ["on", "off"])
def test_an_application_and_a_server_may_know_no_start(tmp_path: Path, lifespan: str) -> None:
    middleware = around(bare, tmp_path)
    with running(middleware, lifespan) as url:
        until(lambda: get(url).body == b"warm")
    middleware.close()
    store = live(tmp_path)
    assert [one.kind for one in store.occurrences("tone")] == ["started"]
    store.close()


def test_a_design_that_was_changed_is_not_served(tmp_path: Path) -> None:
    with running(around(application(), tmp_path)):
        pass
    changed = around(application(), tmp_path, DESIGN.replace("0.02", "0.03"))
    with running(changed) as url:
        assert url == ""


def test_without_a_start_a_changed_design_takes_nobody(tmp_path: Path) -> None:
    with running(around(application(), tmp_path)):
        pass
    changed = around(application(), tmp_path, DESIGN.replace("0.02", "0.03"))
    with running(changed, "off") as url:
        answer = chat(url, "wim")
    changed.close()
    assert answer.status == 200
    assert "x-statera-arm" not in answer.headers


def test_what_cannot_be_opened_leaves_the_application_alone(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("no folder")
    with running(around(application(), tmp_path), "off") as url:
        answer = chat(url, "wim")
    assert (answer.status, "x-statera-arm" in answer.headers) == (200, False)


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (DESIGN + "mode: shadow\n", "shadow is of `statera guard serve`"),
        (CANARY, "needs somebody who watches"),
        (DESIGN.replace("m-warm", "http://127.0.0.1:1#m"), r"arms\[1\].model: another endpoint"),
        (DESIGN.replace("model: m-warm", "policy: light"), r"arms\[1\].policy: another endpoint"),
        (DESIGN.replace("0.5, system", "0.4, system"), "weight"),
    ],
)
def test_what_cannot_be_done_here_is_said_at_once(tmp_path: Path, design: str, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        around(application(), tmp_path, design)


def test_a_canary_goes_back_to_the_base_once_its_guardrail_is_breached(tmp_path: Path) -> None:
    canary = open_design(written(tmp_path, CANARY))
    names = [f"user{n}" for n in range(50)]
    places = {name: Assignment(canary.design).place(name) for name in names}
    user = next(name for name, place in places.items() if place is not None and place.arm == 1)
    with running(around(application(), tmp_path, CANARY, looking=breached)) as url:
        assert chat(url, user).headers["x-statera-arm"] == "warm"
        store = live(tmp_path)
        store.write(complaints(canary.digest, SystemClock().now() - 100))
        until(lambda: chat(url, user).headers["x-statera-arm"] == "base")
        until(lambda: len(store.occurrences("tone")) == 2)
        stopped = store.occurrences("tone")[1]
        assert (stopped.kind, store.state("tone")) == ("stopped", "stopped")
        assert "complaint of warm minus base" in stopped.detail
        assert json.loads(stopped.data)["standing"] == "breached"
        store.close()


def complaints(digest: str, at: float) -> list[Exposure | Feedback]:
    """Return users of both arms, of whom half of one complain."""
    exposed = [
        Exposure(decision=n, experiment="tone", unit=n, arm="warm" if n % 2 else "base", slice=0,
                 at=at + n / 1000, mode="canary", design=digest)
        for n in range(1, 801)
    ]  # fmt: skip
    said = [
        Feedback(id=n, at=at + n / 1000 + 0.1, outcome="complaint", value=1.0, decision=n)
        for n in range(1, 801, 4)
    ]
    return [*exposed, *said]


def test_it_is_added_as_starlette_adds_middleware(tmp_path: Path) -> None:
    app: Starlette = application()
    app.add_middleware(
        ExperimentMiddleware,
        design=written(tmp_path),
        live=str(tmp_path / "live.sqlite"),
        unit_key="0123456789abcdef",
        feedback_key="fedcba9876543210",
        options=MiddlewareOptions(spool=str(tmp_path / "spool"), feedback_token="server"),
    )
    with running(app, "off") as url:
        until(lambda: "x-statera-arm" in get(f"{url}/ask?who=wim").headers)
        decision = get(f"{url}/ask?who=wim").headers["x-statera-decision-id"]
        server = {"authorization": "Bearer server"}
        assert post(f"{url}/v1/feedback", {"decision": decision, "solved": 1}, server).status == 202
