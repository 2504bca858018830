"""Win rates with what stands behind them, on real stores."""

import asyncio

import pytest

import statera as st
from statera.analysis.standing import AUDIT
from statera.api.answers import answers_of
from statera.api.judged import JudgedPairs, judge_pairs, keep_pairs
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.api.winrates import BackedRate, rates
from statera.interop.labels import Label
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore
from tests.api.calibrations_made import scripted_judge
from tests.judges_made import PAIRWISE, bench, stored

WHY = "a constant reply gets 0.70"


@pytest.fixture
def runs(store: RunStore) -> tuple[RunInfo, RunInfo]:
    """Two runs, of which the first is better on three items of four."""
    ours = [f"quality={5 if i % 4 else 1} new {i}" for i in range(80)]
    theirs = [f"quality=3 old {i}" for i in range(80)]
    return stored(store, ours, name="new"), stored(store, theirs, name="old")


def judged(store: RunStore, runs: tuple[RunInfo, RunInfo]) -> JudgedPairs:
    seat = bench(PAIRWISE, scripted_judge(), store)
    pairs = asyncio.run(judge_pairs(seat, *(answers_of(store, info) for info in runs)))
    asyncio.run(keep_pairs(seat, *runs, pairs))
    return pairs


def voided(store: RunStore, run: str) -> None:
    store.change_environment(run, lambda found: found | {AUDIT: {"void": True, "why": WHY}})


def whole(store: RunStore, found: JudgedPairs, info: RunInfo, level: float = 0.95) -> BackedRate:
    return rates(store, found, store.find(info.id), level=level)[0]


def test_without_labels_the_command_that_labels_the_pairs_is_named(
    store: RunStore, runs: tuple[RunInfo, RunInfo]
) -> None:
    row, *categories = rates(store, judged(store, runs), store.find(runs[0].id))
    assert (row.metric, row.rate.value) == ("open/pairwise", 0.75)
    assert [of.category for of in categories] == ["even", "odd"]
    assert row.behind is not None
    assert row.behind.corrected.value is None
    names = f"{runs[0].id[:8]} {runs[1].id[:8]}"
    assert row.behind.advice == f"statera judge label {names} --judge pairwise"
    listed = rates(store, judged(store, runs))[0]
    assert (listed.metric, listed.behind, listed.rate) == ("", None, row.rate)


def test_labels_of_the_pairs_correct_the_rate_as_they_do_where_the_run_is_read(
    store: RunStore, runs: tuple[RunInfo, RunInfo]
) -> None:
    found = judged(store, runs)
    labels = [  # people do not see what the judge sees: they prefer the other half of the time
        Label(id=f"q{i}", label="B" if i % 2 == 0 else "A", labeller="ana") for i in range(80)
    ]
    of = LabelsOf(metric="pairwise", criterion="pairwise", against=runs[1])
    asyncio.run(keep_labels(store, store.find(runs[0].id), labels, of))
    row = whole(store, found, runs[0])
    shown = st.Run(store, store.find(runs[0].id))["open/pairwise"]
    assert row.behind == shown.behind
    assert row.behind is not None
    assert row.behind.corrected.value == pytest.approx(0.5)
    assert row.behind.corrected.labels == 80
    wider = whole(store, found, runs[0], level=0.99)
    assert wider.behind is not None
    assert row.behind.corrected.low > wider.behind.corrected.low  # type: ignore[operator]


def test_a_judge_that_an_audit_voids_has_counts_and_no_rate(
    store: RunStore, runs: tuple[RunInfo, RunInfo]
) -> None:
    found = judged(store, runs)
    voided(store, found.sitting.run)
    for row in (*rates(store, found), *rates(store, found, store.find(runs[0].id), early=True)):
        assert (row.rate.void, row.rate.value, row.rate.low) == (True, None, None)
        assert row.rate.method == f"void: {WHY}"
        assert row.rate.judged in (40, 80)


def test_python_says_so_too(store: RunStore, runs: tuple[RunInfo, RunInfo]) -> None:
    new, old = (st.Run(store, info) for info in runs)
    three = {"new": new, "old": old, "mini": st.Run(store, stored(store, ["x y z"] * 80))}
    assert st.win_rate(PAIRWISE, scripted_judge(), new, old)[0].behind is not None
    assert not st.rank(PAIRWISE, scripted_judge(), three)[0].void
    voided(store, next(info.id for info in store.runs() if info.judging))
    row = st.win_rate(PAIRWISE, scripted_judge(), new, old)[0]
    assert (row.rate.value, row.rate.method) == (None, f"void: {WHY}")
    board = st.rank(PAIRWISE, scripted_judge(), three)[0]
    assert board.void
    assert board.warnings == (f"void: {WHY}",)
    assert board.raw.method.endswith(f"void: {WHY}")
    assert all(one.value is None for one in board.raw.models)
