"""Gates on stored runs whose metrics a judge made: labels, audits, shifts and errors elsewhere."""

import asyncio
import random
from collections.abc import Sequence

import msgspec
import pytest

from statera.analysis.standing import AUDIT, CALIBRATIONS, DRIFTED
from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.judged import judge_run
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.api.plans import pilot_assumptions
from statera.api.pooling import pooled
from statera.api.releases import verified
from statera.api.stored import Run
from statera.gate.judging import Gate
from statera.gate.ruling import RuleRuling, Ruling
from statera.interop.labels import Label
from statera.store.runstore import RunStore
from tests.gate.made import rules
from tests.judges_made import REFERENCE, bench, scripted, stored
from tests.verdicts_made import measured_elsewhere

LENIENT = scripted(("alpha", "Fine. [5]"), ("glib", "Fine. [5]"), ("omega", "Bad. [1]"))
GOOD = {"metric": "open/reference_good", "min": 0.5}
NOT_WORSE = {"metric": "open/reference", "than": "baseline", "margin": 0.2}


def replies(good: float, glib: float, *, seed: int = 0, size: int = 200) -> list[str]:
    """Return replies of which so many are good, and so many of the rest please the judge."""
    rng = random.Random(seed)

    def reply() -> str:
        if rng.random() < good:
            return "alpha"
        return "glib" if rng.random() < glib else "omega"

    return [f"{reply()} {i}" for i in range(size)]


def judged(store: RunStore, said: Sequence[str], name: str = "new") -> Run:
    """Return the run of those replies, judged by a judge that is pleased too easily."""
    info = stored(store, said, name=name)
    asyncio.run(judge_run(bench(REFERENCE, LENIENT, store), info))
    return Run(store, store.find(info.id))


def labelled(run: Run, said: Sequence[str], *, chance: float | None = 0.5, seed: int = 0) -> Run:
    """Return the run with what people say of a random half of its replies."""
    rng = random.Random(seed)
    labels = [
        Label(id=f"q{i}", label="5" if said[i].startswith("alpha") else "1", probability=chance)
        for i in rng.sample(range(len(said)), len(said) // 2)
    ]
    scale = REFERENCE.criteria[0].scale
    of = LabelsOf(metric="reference", scale=scale, criterion=REFERENCE.criteria[0].name)
    asyncio.run(keep_labels(run.store, run.info, labels, of))
    return again(run)


def again(run: Run) -> Run:
    return Run(run.store, run.store.find(run.info.id))


def remembered(run: Run, **entries: object) -> None:
    """Put entries on record in the judge's own run."""
    bench(REFERENCE, LENIENT, run.store).remember(**entries)


def only(ruling: Ruling) -> RuleRuling:
    (rule,) = ruling.rules
    return rule


@pytest.fixture
def said() -> list[str]:
    return replies(0.6, 0.6)


def test_a_gate_waits_for_labels_and_then_reads_the_corrected_number(
    store: RunStore, said: list[str]
) -> None:
    run, gate = judged(store, said), Gate(rules(GOOD))
    first = decide(gate, run)
    assert first.verdict == "inconclusive"
    assert f"statera judge label {run.info.id[:8]} --judge reference" in only(first).reason
    second = decide(gate, labelled(run, said))
    rule = only(second)
    assert second.verdict == "pass"
    assert (rule.labels, rule.transported, rule.look) == (100, False, 1)
    assert rule.raw is not None
    assert rule.value is not None
    assert rule.value < rule.raw - 0.1
    assert abs(rule.value - 0.6) < 0.1


def test_the_ledger_keeps_what_the_ruling_says_of_the_judge(
    store: RunStore, said: list[str]
) -> None:
    run = judged(store, said)
    decide(Gate(rules(GOOD | {"unvalidated": True})), run)
    (entry,) = store.ledger.entries()
    assert '"unvalidated":true' in entry.content


def test_labels_that_come_later_are_no_change_of_what_was_ruled_on(
    store: RunStore, said: list[str]
) -> None:
    run = judged(store, said)
    decide(Gate(rules(GOOD)), run)
    decide(Gate(rules(GOOD)), labelled(run, said))
    assert [kept.since for kept in verified(store)] == ["", ""]
    labelled(run, said, seed=1)
    assert [bool(kept.since) for kept in verified(store)] == [False, True]


def test_a_judge_that_was_measured_on_another_run_is_transported(
    store: RunStore, said: list[str]
) -> None:
    run = judged(store, said)
    known = measured_elsewhere(error=-0.15)
    errors = {"reference": known.errors["quality"], "reference_good": known.errors["quality"]}
    known = msgspec.structs.replace(known, task="open", score="reference", errors=errors)
    remembered(run, **{CALIBRATIONS: [known]})
    plain = only(decide(Gate(rules(GOOD)), again(run)))
    assert plain.verdict == "inconclusive"
    assert plain.reason.endswith("or say `transported: true`")
    rule = only(decide(Gate(rules(GOOD | {"transported": True})), again(run)))
    assert rule.verdict == "pass"
    assert rule.transported


def test_a_judge_that_an_audit_voids_decides_nothing(store: RunStore, said: list[str]) -> None:
    run = labelled(judged(store, said), said)
    remembered(run, **{AUDIT: {"void": True, "why": "a constant reply gets 0.70"}})
    run, gate = again(run), Gate(rules(GOOD, NOT_WORSE))
    base = labelled(judged(store, replies(0.6, 0.1, seed=1), "old"), said)
    for ruling in (decide(gate, run, base), gate.apply(compare(run, base))):
        assert ruling.verdict == "inconclusive"
        told = "judge reference is void: a constant reply gets 0.70"
        assert [rule.reason for rule in ruling.rules] == [told, told]


def test_a_judge_that_shifted_is_believed_on_labels_of_these_trials_alone(
    store: RunStore, said: list[str]
) -> None:
    run, gate = judged(store, said), Gate(rules(GOOD | {"unvalidated": True}))
    remembered(run, **{DRIFTED: {"why": "0.2 lower on 30 anchors"}})
    ruling = decide(gate, again(run))
    assert ruling.verdict == "inconclusive"
    assert "has shifted: 0.2 lower on 30 anchors" in only(ruling).reason
    held = decide(gate, labelled(again(run), said))
    assert held.verdict == "pass"
    assert any("has shifted" in note for note in held.notes)


def test_a_favoured_candidate_needs_labels_on_both_runs(store: RunStore) -> None:
    ours, theirs = replies(0.55, 0.6), replies(0.6, 0.05, seed=1)
    better = Gate(rules(NOT_WORSE | {"margin": 0.0}))
    carried = Gate(rules(NOT_WORSE | {"margin": 0.0, "transported": True}))
    run = labelled(judged(store, ours), ours)
    base = judged(store, theirs, "old")
    assert only(decide(better, run, base)).verdict == "inconclusive"
    one = only(decide(carried, run, base))
    assert one.transported
    both = only(decide(better, run, labelled(base, theirs)))
    assert both.verdict != "pass"
    assert not both.transported
    assert both.raw is not None
    assert both.raw > 0.1
    assert one.verdict == "pass"  # which is why the rule has to say so


def test_a_comparison_brings_what_is_known_of_its_judges(store: RunStore, said: list[str]) -> None:
    run, base = labelled(judged(store, said), said), labelled(judged(store, said, "old"), said)
    ruling = Gate(rules(NOT_WORSE)).apply(compare(run, base))
    assert only(ruling).labels == 200
    assert only(ruling).by.startswith("corrected from +0.000 by 200 labels")


def test_a_pool_knows_the_judges_of_all_its_runs(store: RunStore, said: list[str]) -> None:
    run = labelled(judged(store, said), said)
    known = pooled(run).standings["open", "reference"]
    assert known == run.standings["open", "reference"]
    assert known.labelled is not None
    assert known.labelled.probability == 0.5


def test_a_plan_reads_a_judges_number_as_a_gate_would(store: RunStore, said: list[str]) -> None:
    run, policy = judged(store, said), rules(GOOD)
    (bare,) = pilot_assumptions(policy, run).rules
    assert not bare.known
    (rule,) = pilot_assumptions(policy, labelled(run, said)).rules
    assert rule.known
    assert abs(rule.value - 0.6) < 0.1
    assert rule.judged.startswith("measured: 100 labels of 200 items")
