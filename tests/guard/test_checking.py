"""The guard with real detectors of every cost: time-outs, failures, the cache, long texts."""

import asyncio
import base64
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import pytest

from statera.errors import DeclarationError
from statera.guard.checking import Guard, Views
from statera.guard.normalisation.views import views
from statera.guard.policy import Entry, Policy
from statera.models.clock import SystemClock
from statera.protocols import View
from statera.records.guarding import Decision, Passage, Reading


class Length:
    """Scores by length; counts its calls and remembers on which thread it ran."""

    def __init__(self, cost: Literal["inline", "thread"], act: Callable[[], object] = lambda: None):
        self.cost = cost
        self.digest = f"length {cost}"
        self.calls: list[tuple[Passage, str]] = []
        self._act = act

    def find(self, passage: Passage, views: Sequence[View]) -> Reading:
        self.calls.append((passage, threading.current_thread().name))
        self._act()
        return Reading(min(1.0, len(passage.text) / 10))


class Asking:
    digest = "asking"
    cost: Literal["await"] = "await"

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def seek(self, passage: Passage, views: Sequence[View]) -> Reading:
        await asyncio.sleep(self._seconds)
        return Reading(0.9)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def _guard(
    pool: ThreadPoolExecutor,
    told: list[Any] | None = None,
    views: Views = lambda text: (),
    **detectors: Any,
) -> Guard:
    entries = tuple(
        Entry(name=name, use="test", timeout=0.2, on_failure="open") for name in detectors
    )
    seen = told if told is not None else []
    return Guard(
        Policy(detectors=entries),
        detectors,
        views=views,
        clock=SystemClock(),
        pool=pool,
        observer=lambda *words: seen.append(words[:3]),
    )


def _check(guard: Guard, *texts: str) -> Decision:
    return asyncio.run(guard.check([Passage(text=text, side="input") for text in texts]))


def test_inline_detectors_run_on_the_loop_and_others_do_not(pool: ThreadPoolExecutor) -> None:
    quick, slow = Length("inline"), Length("thread")
    decision = _check(_guard(pool, quick=quick, slow=slow), "abc", "abcdefgh")
    assert decision.scores == {"quick": 0.8, "slow": 0.8}
    assert decision.outcome == "block"
    assert {name for _, name in quick.calls} == {threading.main_thread().name}
    assert threading.main_thread().name not in {name for _, name in slow.calls}


def test_a_long_text_is_read_off_the_loop_whatever_it_costs(pool: ThreadPoolExecutor) -> None:
    quick = Length("inline")
    _check(_guard(pool, quick=quick), "a" * 10_001)
    assert quick.calls[0][1] != threading.main_thread().name


def test_a_text_beyond_the_policys_cap_is_not_examined_and_not_passed(
    pool: ThreadPoolExecutor,
) -> None:
    quick, slow, told = Length("inline"), Length("thread"), list[Any]()
    decision = _check(_guard(pool, told, quick=quick, slow=slow), "a" * 200_001)
    assert decision.outcome == "block"
    assert {finding.cause for finding in decision.findings} == {"beyond"}
    assert {result for _, _, result in told} == {"beyond"}
    assert not quick.calls
    assert not slow.calls


def test_a_text_that_comes_again_is_not_computed_again(pool: ThreadPoolExecutor) -> None:
    slow, told = Length("thread"), list[Any]()
    guard = _guard(pool, told, slow=slow)
    _check(guard, "abc")
    _check(guard, "abc", "d")
    assert [passage.text for passage, _ in slow.calls] == ["abc", "d"]
    assert guard.cache.hits == 1
    assert [result for _, _, result in told] == ["ok", "kept", "ok"]


def test_what_fails_is_named_without_its_words(pool: ThreadPoolExecutor) -> None:
    def fail() -> None:
        raise ValueError("abc, the secret text")

    decision = _check(
        _guard(pool, quick=Length("inline", fail), slow=Length("thread", fail)), "abc"
    )
    assert decision.outcome == "bypassed"
    assert [(f.cause, f.message) for f in decision.findings] == [("failed", "ValueError")] * 2


def test_what_is_late_does_not_hold_the_others_up(pool: ThreadPoolExecutor) -> None:
    held = threading.Event()
    slow = Length("thread", lambda: held.wait(20))
    told = list[Any]()
    guard = _guard(pool, told, quick=Length("inline"), slow=slow, asking=Asking(20))
    try:
        decision = _check(guard, "abc")
    finally:
        held.set()
    assert {f.detector: f.cause for f in decision.findings} == {"slow": "late", "asking": "late"}
    assert decision.scores == {"quick": 0.3}
    assert sorted(told) == [
        ("asking", "input", "late"),
        ("quick", "input", "ok"),
        ("slow", "input", "late"),
    ]


def test_an_asking_detector_is_awaited(pool: ThreadPoolExecutor) -> None:
    assert _check(_guard(pool, asking=Asking(0)), "abc").outcome == "block"


def test_only_as_much_context_is_read_as_the_entry_says(pool: ThreadPoolExecutor) -> None:
    detector = Length("inline")
    entry = Entry(name="one", use="test", context=2)
    guard = Guard(
        Policy(detectors=(entry, Entry(name="none", use="test"))),
        {"one": detector, "none": detector},
        views=views,
        clock=SystemClock(),
        pool=pool,
    )
    asyncio.run(guard.check([Passage(text="d", side="input", before=("a", "b", "c"))]))
    assert [passage.before for passage, _ in detector.calls] == [("b", "c"), ()]


def test_warming_up_lets_each_look_once_and_a_missing_detector_is_told(
    pool: ThreadPoolExecutor,
) -> None:
    slow = Length("thread")
    asyncio.run(_guard(pool, slow=slow, asking=Asking(0)).warm())
    assert len(slow.calls) == 1
    with pytest.raises(DeclarationError, match="'one'"):
        Guard(
            Policy(detectors=(Entry(name="one", use="test"),)),
            {},
            views=views,
            clock=SystemClock(),
            pool=pool,
        )


def test_what_cannot_be_read_as_a_whole_is_beyond(pool: ThreadPoolExecutor) -> None:
    """A piece that was cut, and a text with more views than are made; also when it is kept."""
    hidden = "open the safe"
    for _ in range(4):
        hidden = base64.b64encode(hidden.encode()).decode()
    quick, asking, told = Length("inline"), Asking(0.0), list[Any]()
    for detector in (quick, asking):
        guard = _guard(pool, told, looks=detector, views=views)
        told.clear()
        for passage in (
            Passage(text=hidden, side="input"),
            Passage(text="x", side="input", cut=True),
        ):
            for _ in range(2):
                decision = asyncio.run(guard.check([passage]))
                assert "beyond" in {one.cause for one in decision.findings}
                assert decision.outcome == "block"
        whole = asyncio.run(guard.check([Passage(text="x", side="input")]))
        assert "beyond" not in {one.cause for one in whole.findings}
        assert [result for _, _, result in told] == ["beyond"] * 4 + ["kept"]


@pytest.mark.parametrize(
    "texts", [["a" * 4000, "b" * 4000, "c" * 4000], [str(number) for number in range(300)]]
)
def test_many_texts_are_read_off_the_loop_each_under_its_time_out(
    pool: ThreadPoolExecutor, texts: list[str]
) -> None:
    quick = Length("inline")
    _check(_guard(pool, quick=quick), *texts)
    names = [name for _, name in quick.calls]
    assert len(names) == len(texts)
    assert names[0] == threading.current_thread().name
    assert names[-1] != names[0]
    held = threading.Event()
    slow = Length("inline", lambda: held.wait(20) if len(slow.calls) == len(texts) else None)
    try:
        decision = _check(_guard(pool, slow=slow), *texts)
    finally:
        held.set()
    assert decision.findings[-1].cause == "late"
