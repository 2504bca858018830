"""A judge's own run is refused wherever a system's run is read, before anything is asked."""

import asyncio
from collections.abc import Callable

import pytest

import statera as st
from statera.api.answers import answers_of
from statera.api.calibrating import calibrate
from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.judged import judge_run
from statera.api.labelplanning import plan_labels
from statera.api.reports import content
from statera.api.stored import Run
from statera.api.systems import check_system
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.gate.policy import Policy, Rule
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, REFERENCE, bench, scripted, stored

GATE = Gate(Policy(gate="g", rules=(Rule(metric="judge/verdict", min=0.5),)))


def run_and_judge(store: RunStore) -> tuple[Run, Run]:
    """Return a judged run, and the run in which the judge worked."""
    info = stored(store, ["one", "two"])
    judging = bench(REFERENCE, scripted(default='{"grade": 4}'), store)
    judged = asyncio.run(judge_run(judging, info))
    return Run(store, judged.info), Run(store, store.find(judged.sitting.run))


def test_a_system_run_is_one(store: RunStore) -> None:
    system, work = run_and_judge(store)
    check_system(system.info)
    with pytest.raises(DeclarationError, match="is a judge's work, not a system's run"):
        check_system(system.info, work.info)


@pytest.mark.parametrize(
    "read",
    [
        lambda system, work: answers_of(work.store, work.info),
        lambda system, work: compare(work, system),
        lambda system, work: compare(system, work.info),
        lambda system, work: decide(GATE, work),
        lambda system, work: decide(GATE, system, work),
        lambda system, work: calibrate(work),
        lambda system, work: plan_labels(work),
        lambda system, work: content(work),
        lambda system, work: st.judge(work, REFERENCE, scripted()),
        lambda system, work: st.win_rate(PAIRWISE, scripted(), system, work),
        lambda system, work: st.rank(PAIRWISE, scripted(), {"a": system, "b": work}),
    ],
)
def test_a_judges_work_is_refused(store: RunStore, read: Callable[[Run, Run], object]) -> None:
    system, work = run_and_judge(store)
    before = store.counts(work.info.id), len(store.runs())
    with pytest.raises(DeclarationError) as refused:
        read(system, work)
    assert str(refused.value).startswith(f"{work.info.id[:8]} is a judge's work, not a system's")
    assert (store.counts(work.info.id), len(store.runs())) == before
