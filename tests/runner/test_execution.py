import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from statera.errors import EndpointError, RunStopped
from statera.models.callables import model
from statera.models.clock import SystemClock
from statera.protocols import Model, Tools
from statera.records.requests import Chat, Message, Request
from statera.records.responses import Capabilities, Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.specs import RunInfo, SystemUnderTest
from statera.records.trials import Exchange, Trial
from statera.runner.execution import Limits, Services, execute
from statera.runner.plan import Extent, Plan, make_plan
from statera.runner.tally import Tally
from statera.scorers.exact import Exact
from statera.store.runstore import RunStore
from tests.tasks_made import sums, task_of

SYSTEM = SystemUnderTest(model="adder")


class Adder:
    """Adds; counts what it is asked; fails or refuses the run where it is told to."""

    identity = "adder"

    def __init__(self, *, fails: tuple[int, ...] = (), refuses_at: int | None = None) -> None:
        self.asked: list[str] = []
        self.fails, self.refuses_at = fails, refuses_at
        self.six, self.twenty = asyncio.Event(), asyncio.Event()

    async def answer(self, request: Request) -> Response:
        await asyncio.sleep(0)
        text = request.messages[-1].content  # type: ignore[union-attr]
        self.asked.append(text)
        if len(self.asked) >= 6:
            self.six.set()
        if len(self.asked) >= 23:
            self.twenty.set()
        number = int(text.split()[2])
        if self.refuses_at == number:
            raise EndpointError("401: wrong key")
        if number in self.fails:
            return Response(failure=Failure(kind="infra", message="reset"))
        return Response(text=str(2 * number), finish="stop")

    async def capabilities(self) -> Capabilities:
        return Capabilities()

    async def close(self) -> None:
        """Nothing is open."""


def plan(count: int = 10, extent: Extent | None = None, version: str = "") -> Plan:
    scorer = Exact(name="accuracy", ignore_case=bool(version))
    return make_plan("s", [task_of(sums(count), scorers=(scorer,))], SYSTEM, extent or Extent())


def run(
    what: Plan, adder: Model, store: RunStore, limits: Limits | None = None, tag: str | None = None
) -> tuple[RunInfo, Tally]:
    tally = Tally()
    services = Services(store=store, clock=SystemClock(), tag=tag)
    info = asyncio.run(execute(what, adder, services, limits or Limits(workers=4), tally))
    return info, tally


def test_every_trial_is_asked_once_and_scored(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()
    info, tally = run(plan(), adder, store, tag="first")
    assert (info.status, info.tags) == ("done", ("first",))
    assert sorted(adder.asked) == sorted(s.input for s in sums(10))
    assert tally.outcomes == {"right": 10}
    assert store.counts(info.id).outcomes == {"right": 10}


def test_the_same_plan_again_asks_nothing(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()
    first, _ = run(plan(), adder, store)
    second, tally = run(plan(), adder, store)
    assert first.id == second.id
    assert len(adder.asked) == 10
    assert (tally.resumed, tally.asked, tally.done) == (10, 0, 10)


def test_more_items_and_epochs_extend_the_run(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()
    first, _ = run(plan(extent=Extent(limit=4)), adder, store)
    second, _ = run(plan(extent=Extent(limit=6)), adder, store)
    third, _ = run(plan(extent=Extent(epochs=2)), adder, store)
    assert first.id == second.id == third.id
    assert len(adder.asked) == 20
    assert store.counts(first.id).outcomes == {"right": 20}


def test_failures_are_asked_again_and_then_replaced(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    info, tally = run(plan(), Adder(fails=(3, 5)), store)
    assert tally.outcomes == {"right": 8, "infra_error": 2}
    healed = Adder()
    run(plan(), healed, store)
    assert sorted(healed.asked) == ["What is 3 + 3?", "What is 5 + 5?"]
    assert store.counts(info.id).outcomes == {"right": 10}


def test_a_changed_scorer_rescores_without_asking(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()
    run(plan(), adder, store)
    _, tally = run(plan(version="2"), adder, store)
    assert (tally.rescored, tally.asked) == (10, 0)
    _, tally = run(plan(version="2"), adder, store)
    assert tally.rescored == 0


def test_a_refusing_endpoint_stops_the_run_and_keeps_what_is_there(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(EndpointError, match="401: wrong key"):
        run(plan(), Adder(refuses_at=6), store, Limits(workers=1))
    info = store.find("latest")
    assert (info.status, info.reason) == ("stopped", "401: wrong key")
    assert store.counts(info.id).outcomes == {"right": 6}
    _, tally = run(plan(), Adder(), store)
    assert (tally.resumed, tally.asked) == (6, 4)


def test_the_error_budget_stops_with_the_last_failure(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(RunStopped, match=r"of the last .* trials got no answer.*reset"):
        run(plan(60), Adder(fails=tuple(range(60))), store, Limits(workers=2, fail_share=0.3))
    assert store.find("latest").status == "stopped"


def test_failures_within_the_budget_let_the_run_finish(tmp_path: Path) -> None:
    fails = tuple(range(0, 60, 10))
    info, tally = run(plan(60), Adder(fails=fails), RunStore(tmp_path), Limits(fail_share=0.3))
    assert info.status == "done"
    assert tally.outcomes == {"right": 54, "infra_error": 6}


def test_a_run_of_which_too_little_got_through_is_not_done(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(RunStopped, match=r"7 of 8 trials got no answer, more than 50%.*reset"):
        run(plan(8), Adder(fails=tuple(range(7))), store)
    assert store.find("latest").status == "stopped"


def test_a_good_run_given_again_stays_done_though_its_last_trials_fail_again(
    tmp_path: Path,
) -> None:
    store = RunStore(tmp_path)
    run(plan(30), Adder(fails=(3, 5)), store)
    info, tally = run(plan(30), Adder(fails=(3, 5)), store)
    assert (info.status, tally.asked) == ("done", 2)


def test_an_error_of_our_own_leaves_no_run_running(tmp_path: Path) -> None:
    class Broken(Adder):
        async def answer(self, request: Request) -> Response:
            raise ZeroDivisionError("ours")

    store = RunStore(tmp_path)
    with pytest.raises(ZeroDivisionError):
        run(plan(), Broken(), store)
    assert (store.find("latest").status, store.find("latest").reason) == (
        "stopped",
        "ZeroDivisionError: ours",
    )


class Slow(msgspec.Struct, frozen=True, tag_field="type", tag="slow"):
    """A grader that never gets to the end, until it is mended."""

    works: bool = False
    metric: str = "accuracy"
    version: str = "1"
    graded: bool = False

    async def grade(self, sample: Sample, trial: Trial, tools: Tools) -> Score:
        if not self.works:
            await asyncio.Event().wait()
        return Score(metric="accuracy", value=1.0, outcome="right")


def test_answers_that_wait_for_their_grades_are_kept(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()

    def graded(works: bool) -> Plan:
        return make_plan("s", [task_of(sums(6), scorers=(Slow(works=works),))], SYSTEM, Extent())

    async def interrupted() -> None:
        services = Services(store=store, clock=SystemClock())
        running = asyncio.ensure_future(
            execute(graded(False), adder, services, Limits(workers=6), Tally())
        )
        async with asyncio.timeout(20):
            await adder.six.wait()
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(interrupted())
    info = store.find("latest")
    assert store.counts(info.id).trials == 6
    _, tally = run(graded(True), adder, store)
    assert (tally.asked, tally.rescored, len(adder.asked)) == (0, 6, 6)
    assert store.counts(info.id).outcomes == {"right": 6}


def test_max_requests_is_never_passed_and_the_run_can_go_on(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()
    with pytest.raises(RunStopped, match="the next request would pass --max-requests 7"):
        run(plan(), adder, store, Limits(workers=4, max_requests=7))
    assert len(adder.asked) == 7
    info, tally = run(plan(), adder, store, Limits(workers=4, max_requests=3))
    assert (info.status, tally.asked) == ("done", 3)


def test_max_requests_counts_every_continuation_of_an_endpoint_without_lists(
    tmp_path: Path,
) -> None:
    class Wide(Adder):
        async def answer(self, request: Request) -> Response:
            await super().answer(request)
            return Response(text="1", finish="stop", requests=4)

    adder = Wide()
    with pytest.raises(RunStopped, match="would pass --max-requests 11"):
        run(plan(), adder, RunStore(tmp_path), Limits(workers=1, max_requests=11))
    assert len(adder.asked) == 2


def test_max_cost_stops(tmp_path: Path) -> None:
    class Dear(Adder):
        async def answer(self, request: Request) -> Response:
            await super().answer(request)
            return Response(text="1", finish="stop", cost=0.5)

    with pytest.raises(RunStopped, match="US dollars spent"):
        run(plan(), Dear(), RunStore(tmp_path), Limits(workers=1, max_cost=1.4))


def test_a_cancelled_run_is_marked_and_kept(tmp_path: Path) -> None:
    store = RunStore(tmp_path)

    async def interrupted() -> None:
        tally = Tally()
        services = Services(store=store, clock=SystemClock())
        what = plan(2000)
        adder = Adder()
        running = asyncio.ensure_future(execute(what, adder, services, Limits(workers=2), tally))
        async with asyncio.timeout(20):
            await adder.twenty.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(interrupted())
    info = store.find("latest")
    assert info.status == "interrupted"
    assert store.counts(info.id).outcomes["right"] >= 20


def test_a_disturbed_run_has_the_content_of_an_undisturbed_one(tmp_path: Path) -> None:
    calm = RunStore(tmp_path / "calm")
    info, _ = run(plan(30), Adder(), calm)
    rough = RunStore(tmp_path / "rough")
    with pytest.raises(EndpointError):
        run(plan(30), Adder(refuses_at=20), rough, Limits(workers=3))
    run(plan(30), Adder(fails=(4, 25)), rough)
    run(plan(30), Adder(), rough)
    assert rough.content_digest(info.id) == calm.content_digest(info.id)


def test_a_python_function_is_a_model(tmp_path: Path) -> None:
    def double(prompt: str) -> str:
        return str(2 * int(prompt.split()[2]))

    _, tally = run(plan(), model(double), RunStore(tmp_path))
    assert tally.outcomes == {"right": 10}


class Prefixes:
    """A stopper that asks the first samples, more each time, and then has seen enough."""

    record = {"total": 10, "looks": [3, 5]}  # noqa: RUF012

    def __init__(self, samples: list[Sample], sizes: tuple[int, ...], store: RunStore) -> None:
        self.samples, self.sizes, self.store = samples, list(sizes), store
        self.seen: list[int] = []

    @property
    def reason(self) -> str:
        return f"enough after {self.seen[-1]}"

    def next_batch(self, run_id: str) -> list[list[Sample]] | None:
        self.seen.append(self.store.counts(run_id).trials)
        return [self.samples[: self.sizes.pop(0)]] if self.sizes else None


def test_a_stopper_sees_every_batch_answered_and_ends_the_run(tmp_path: Path) -> None:
    store, adder, tally = RunStore(tmp_path), Adder(), Tally()
    stopper = Prefixes(sums(10), (3, 5), store)
    services = Services(store=store, clock=SystemClock(), stopper=stopper)
    info = asyncio.run(execute(plan(), adder, services, Limits(workers=4), tally))
    assert (info.status, info.reason, stopper.seen) == ("done", "enough after 5", [0, 3, 5])
    assert info.environment["early_stopping"] == Prefixes.record
    assert (tally.asked, tally.resumed, len(adder.asked)) == (5, 0, 5)


def test_that_it_stopped_early_stays_on_record_until_all_is_asked(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    stopper = Prefixes(sums(10), (3,), store)
    services = Services(store=store, clock=SystemClock(), stopper=stopper)
    asyncio.run(execute(plan(), Adder(), services, Limits(workers=4), Tally()))
    info, _ = run(plan(extent=Extent(limit=4)), Adder(), store)
    assert info.environment["early_stopping"] == Prefixes.record | {"complete": False}
    info, tally = run(plan(), Adder(), store)
    assert info.environment["early_stopping"] == Prefixes.record | {"complete": True}
    assert tally.done == 10


def test_a_stopper_that_breaks_at_the_end_leaves_no_run_running(tmp_path: Path) -> None:
    class Broken(Prefixes):
        @property
        def reason(self) -> str:
            raise ZeroDivisionError("no reason")

    store = RunStore(tmp_path)
    services = Services(store=store, clock=SystemClock(), stopper=Broken(sums(10), (3,), store))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(execute(plan(), Adder(), services, Limits(workers=4), Tally()))
    (info,) = store.runs()
    assert (info.status, info.reason) == ("stopped", "ZeroDivisionError: no reason")


def twice(sample: Sample, said: Sequence[Exchange]) -> Request | None:
    """Ask once more after `4`, and never a third time."""
    if len(said) > 1 or said[0].response.text != "4":
        return None
    return Chat(messages=(Message("user", "What is 5 + 5, or more?"),))


def test_a_task_may_go_on_after_the_first_reply(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder()
    task = replace(task_of(sums(4)), next_turn=twice)
    what = make_plan("s", [task], SYSTEM, Extent(), seed=3)
    info, tally = run(what, adder, store)
    assert tally.requests == 5
    assert adder.asked.count("What is 5 + 5, or more?") == 1
    talks = {s.sample.id: s for s in store.trials(info.id)}
    longer = talks["sums/v1/2"].trial
    assert [e.response.text for e in longer.exchanges] == ["4", "10"]
    seeds = {e.request.sampling.seed for e in longer.exchanges}  # type: ignore[union-attr]
    assert len(seeds) == 1
    assert None not in seeds
    assert talks["sums/v1/2"].scores[0].outcome == "wrong"  # the last reply is the graded one
    assert len(talks["sums/v1/1"].trial.exchanges) == 1


def test_nothing_is_asked_after_a_failure_of_plumbing(tmp_path: Path) -> None:
    store, adder = RunStore(tmp_path), Adder(fails=(2,))
    task = replace(task_of(sums(4)), next_turn=lambda sample, said: twice(sample, said))
    run(make_plan("s", [task], SYSTEM, Extent()), adder, store)
    assert len(adder.asked) == 4


def test_runs_that_follow_each_other_are_counted_as_one(tmp_path: Path) -> None:
    tally = Tally(passed=5, ahead=7)
    services = Services(store=RunStore(tmp_path), clock=SystemClock())
    made = plan()
    asyncio.run(execute(made, Adder(), services, Limits(workers=4), tally))
    assert tally.total == 5 + made.total + 7
