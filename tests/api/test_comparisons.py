import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from statera.analysis.comparison import pair
from statera.analysis.instrument import Change
from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.judged import judge_run
from statera.api.reports import report_page
from statera.api.stored import Run
from statera.diagnosis.diagnosis import diagnose
from statera.errors import DeclarationError
from statera.gate.evidence import Evidence, measured
from statera.gate.judging import Gate
from statera.gate.rules import targets
from statera.gate.ruling import Ruling
from statera.graders.judge import JudgeFile, judge_of
from statera.store.runstore import RunStore
from tests import judges_made
from tests.gate.made import rules
from tests.runs_made import alternating, stored


def test_two_runs_of_a_store_by_name_or_by_their_info(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    new = stored(store, alternating(41, 9), model="new", sampling={"temperature": 0.5})
    old = stored(store, alternating(40, 10), model="old")
    found = compare(new, old.info)
    assert found["t/accuracy"].difference == pytest.approx(0.02)
    assert found["t/all/accuracy"].n == 50
    assert [change.what for change in found.system] == ["model", "temperature"]
    assert (found.instrument, found.only_candidate, found.only_base) == ((), (), ())
    assert found.pairing("t").shared == 50
    with pytest.raises(DeclarationError, match=r"unknown metric 't/acuracy'\. Did you mean"):
        found["t/acuracy"]
    with pytest.raises(DeclarationError, match="unknown task of both runs 'u'"):
        found.pairing("u")


def test_another_instrument_is_refused_unless_allowed_and_then_marked(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    new = stored(store, alternating(5, 5), model="new", data="e", key="exact-2")
    old = stored(store, alternating(5, 5), model="old")
    with pytest.raises(DeclarationError) as refused:
        compare(new, old)
    assert "not the same instrument: t data: d -> e; t scorer of accuracy" in str(refused.value)
    assert [change.what for change in compare(new, old, allow=True).instrument] == [
        "t data",
        "t scorer of accuracy",
    ]


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_outside_0_and_1_is_refused(tmp_path: Path, level: float) -> None:
    run = stored(RunStore(tmp_path), alternating(5, 5))
    with pytest.raises(DeclarationError, match="level"):
        compare(run, run, level=level)


def test_runs_without_a_task_in_common_are_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    new, old = (stored(store, alternating(5, 5), task=name) for name in ("t", "u"))
    with pytest.raises(DeclarationError, match="no answered task in common: t against u"):
        compare(new, old)


def judged(store: RunStore, name: str, question: str) -> Run:
    """Return a run that one judge graded by the same rubric as ever, and one by this question."""
    info = judges_made.stored(store, ["one", "two", "three"], name=name)
    rubric = {"criterion": question, "levels": {1: "no", 4: "yes"}}
    trial = judge_of(msgspec.convert({"judge": "tj", "rubric": rubric}, JudgeFile))
    for judge in (judges_made.REFERENCE, trial):
        seat = judges_made.bench(judge, judges_made.scripted(default="Fine. [4]"), store)
        asyncio.run(judge_run(seat, info))
    return Run(store, store.find(info.id))


def test_a_score_by_another_judge_is_left_out_and_refused_if_named(store: RunStore) -> None:
    old, new = judged(store, "old", "Is it kind?"), judged(store, "new", "Is it good?")
    found = compare(new, old)
    assert {row.metric for row in found.rows} == {
        "open/judged",
        "open/reference",
        "open/reference_good",
    }
    assert found.instrument == ()
    assert [change.score for change in found.left_out] == ["tj"]
    with pytest.raises(DeclarationError, match="open/tj: not the same instrument: open/tj by jud"):
        found["open/tj"]
    with pytest.raises(DeclarationError, match="open/even/tj_good: not the same"):
        found["open/even/tj_good"]
    with pytest.raises(DeclarationError, match="unknown metric 'open/tjj'"):
        found["open/tjj"]
    allowed = compare(new, old, allow=True)
    assert allowed["open/tj"].n == 3
    assert (len(allowed.instrument), allowed.left_out) == (1, ())


def test_p_is_adjusted_for_what_is_compared_only(store: RunStore) -> None:
    old, new = judged(store, "old", "Is it kind?"), judged(store, "new", "Is it good?")
    found, allowed = compare(new, old), compare(new, old, allow=True)
    rows = [[row for row in one.rows if row.category is None] for one in (found, allowed)]
    assert len(rows[1]) == len(rows[0]) + 2


def test_runs_of_which_nothing_is_alike_are_refused(store: RunStore) -> None:
    new, old = (
        stored(store, alternating(5, 5), model="new", key="exact-2"),
        stored(store, alternating(5, 5), model="old"),
    )
    with pytest.raises(DeclarationError, match="not the same instrument: t scorer of accuracy"):
        compare(new, old)


def test_a_gate_asks_for_the_same_instrument_only_of_what_its_rules_compare(
    store: RunStore,
) -> None:
    old, new = judged(store, "old", "Is it kind?"), judged(store, "new", "Is it good?")

    def ruling(**rule: object) -> Ruling:
        return decide(Gate(rules({"unvalidated": True} | rule)), new, old)

    assert not any("instrument" in note for note in ruling(metric="open/tj", min=0.1).notes)
    alike = ruling(metric="open/reference", than="baseline", margin=0.3)
    assert not any("instrument" in note for note in alike.notes)
    with pytest.raises(DeclarationError, match="not the same instrument: open/tj by judge tj"):
        ruling(metric="open/tj", than="baseline", margin=0.3)
    with pytest.raises(DeclarationError, match="not the same instrument"):
        ruling(metric="open/*", than="baseline", margin=0.3)


def test_what_is_left_out_is_no_evidence(store: RunStore) -> None:
    old, new = judged(store, "old", "Is it kind?"), judged(store, "new", "Is it good?")
    evidence = Evidence.of(compare(new, old))
    policy = rules({"metric": "open/tj", "than": "baseline", "margin": 0.3, "unvalidated": True})
    (target,) = targets(policy, evidence.known)
    found = measured(target, evidence, alpha=0.05)
    assert found.data is None
    assert "not made alike" in found.worst.method


def test_a_report_and_a_diagnosis_go_on_without_it(store: RunStore) -> None:
    old, new = judged(store, "old", "Is it kind?"), judged(store, "new", "Is it good?")
    assert "open/tj by judge tj" in report_page(new, old)
    assert any("left out" in line for line in diagnose(compare(new, old)).caveats)
    found = compare(new, old)
    (pairing,) = found.pairings
    primary = Change("open scorer", "a", "b", "open", pairing.candidate.primary)
    unled = replace(found, pairings=pair(new.frames, old.frames, without=[primary]))
    with pytest.raises(DeclarationError, match="not the same instrument"):
        diagnose(unled)
