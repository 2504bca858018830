"""What a gate believes of a judge: measured, transported, unvalidated, void, shifted or not."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from statera.analysis.correction import corrected, corrected_difference
from statera.analysis.frame import Frame, frames
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Standing
from statera.gate.evidence import Evidence, measured
from statera.gate.judges import Hearing, Judges
from statera.gate.judging import judge
from statera.gate.looks import glances
from statera.gate.outlook import seen
from statera.gate.rules import targets
from statera.gate.ruling import RuleRuling, Ruling
from statera.metrics.judged import JudgedGood
from statera.protocols import Metric
from statera.records.scores import Score
from statera.store.rows import ScoreRow
from tests.gate.made import rules
from tests.verdicts_made import EMPTY, KEY, judged_frame, measured_elsewhere, standing

COUNTS = (90, 100, 95, 100)
MIN = {"metric": "t/quality", "min": 0.4}
THAN = {"metric": "t/quality", "than": "baseline", "margin": 0.1}


def lenient(
    good: float = 0.6, favour: float = 0.3, *, labels: int = 200, size: int = 400, seed: int = 0
) -> Frame:
    """Return replies of which so many are good, and a judge who passes so many of the others."""
    rng = np.random.default_rng(seed)
    truth = np.arange(size) < good * size
    seen = truth | (rng.random(size) < favour)
    drawn = set(rng.choice(size, labels, replace=False).tolist()) if labels else set()
    known = [float(y) if i in drawn else None for i, y in enumerate(truth)]
    return judged_frame([float(x) for x in seen], known)


def single(frame: Frame, behind: Standing | None) -> Evidence:
    known = {} if behind is None else {KEY: behind}
    return Evidence(candidate={"t": frame}, judges=Judges(known))


def pair(candidate: Frame, base: Frame, *behind: Standing) -> Evidence:
    ours, theirs = ({KEY: one} for one in behind)
    return Evidence(
        candidate={"t": candidate},
        base={"t": Pairing.of(candidate, base)},
        others=(base,),
        judges=Judges(ours, theirs),
    )


def ruled(evidence: Evidence, *stated: dict[str, Any], **more: Any) -> Ruling:
    return judge(rules(*(stated or (MIN,)), **more), evidence)


def only(evidence: Evidence, *stated: dict[str, Any], **more: Any) -> RuleRuling:
    (rule,) = ruled(evidence, *stated, **more).rules
    return rule


NOBODY = standing(labelled=None)


def test_a_measured_judge_is_read_as_people_correct_it() -> None:
    frame = lenient()
    rule = only(single(frame, standing(0.5)))
    told = corrected(frame, "quality", standing(0.5), level=0.9)
    assert rule.verdict == "pass"
    assert (rule.value, rule.lower, rule.upper) == (told.value, told.low, told.high)
    assert rule.raw == pytest.approx(0.72, abs=0.03)
    assert (rule.labels, rule.transported, rule.unvalidated) == (200, False, False)
    assert rule.by == f"corrected from {rule.raw:.3f} by 200 labels"
    assert rule.by in str(rule)


def test_a_lenient_judge_does_not_pass_what_people_do_not() -> None:
    strict, frame = MIN | {"min": 0.7}, lenient(favour=0.5)
    assert only(single(frame, NOBODY), strict | {"unvalidated": True}).verdict == "pass"
    rule = only(single(frame, standing(0.5)), strict)
    assert rule.verdict == "fail"
    assert rule.raw == pytest.approx(0.8, abs=0.03)


def test_bounds_and_p_values_agree() -> None:
    evidence = single(lenient(), standing(0.5))
    (target,) = targets(rules(MIN), evidence.known)
    found = measured(target, evidence, alpha=0.05)
    lower = found.worst.lower or 0
    for limit, passes in ((lower - 1e-4, True), (lower + 1e-4, False)):
        rule = only(evidence, MIN | {"min": limit})
        assert (rule.verdict == "pass") is passes


def test_an_unmeasured_judge_is_inconclusive_and_says_what_to_do() -> None:
    for behind in (NOBODY, None):
        rule = only(single(lenient(labels=0), behind))
        assert rule.verdict == "inconclusive"
        assert (rule.lower, rule.upper, rule.p_pass) == (None, None, None)
        assert "is unmeasured (no labels): statera judge label " in rule.reason
        assert "or say `unvalidated: true`" in rule.reason
    assert "judge q " in only(single(lenient(labels=0), NOBODY)).reason


def test_too_few_labels_are_inconclusive_and_say_how_many_there_are() -> None:
    rule = only(single(lenient(labels=20), standing(0.05)))
    assert rule.verdict == "inconclusive"
    assert "20 labels, at least 30 are needed" in rule.reason


@pytest.mark.parametrize("whole", [True, False])
def test_an_unvalidated_judge_is_taken_at_its_word_and_marked(whole: bool) -> None:
    said = {"unvalidated": True}
    stated = MIN if whole else MIN | said
    rule = only(single(lenient(labels=0), NOBODY), stated, **(said if whole else {}))
    assert rule.verdict == "pass"
    assert rule.unvalidated
    assert rule.value == rule.raw
    assert rule.by == "unvalidated judge"
    assert "(unvalidated judge)" in str(rule)


def test_labels_count_even_where_the_policy_goes_without() -> None:
    rule = only(single(lenient(), standing(0.5)), MIN | {"unvalidated": True})
    assert (rule.unvalidated, rule.labels) == (False, 200)


@pytest.mark.parametrize(
    "behind",
    [
        standing(None),
        standing(labelled=None, elsewhere=(measured_elsewhere(),)),
    ],
)
def test_what_was_measured_elsewhere_is_marked(behind: Standing) -> None:
    labels = 0 if behind.labelled is None else 200
    rule = only(single(lenient(labels=labels), behind), MIN | {"transported": True})
    assert rule.verdict == "pass"
    assert rule.transported
    assert rule.by.endswith("labels, transported")
    assert rule.value != rule.raw


@pytest.mark.parametrize(
    "behind", [standing(None), standing(labelled=None, elsewhere=(measured_elsewhere(),))]
)
def test_what_was_measured_elsewhere_is_not_read_unless_the_rule_says_so(
    behind: Standing,
) -> None:
    evidence = single(lenient(labels=0 if behind.labelled is None else 200), behind)
    rule = only(evidence)
    assert rule.verdict == "inconclusive"
    assert (rule.lower, rule.upper, rule.p_pass, rule.labels) == (None, None, None, 0)
    assert rule.value == rule.raw
    assert not rule.transported
    assert rule.reason.startswith("judge q is unmeasured here (")
    assert "labels of other replies, or drawn nobody knows how): statera judge label r1 " in (
        rule.reason
    )
    assert rule.reason.endswith("or say `transported: true`")
    (glance,) = glances(targets(rules(MIN), evidence.known), evidence).values()
    assert glance.trials == 0
    assumed = seen(rules(MIN), evidence).rules[0]
    assert not assumed.known
    assert assumed.judged == rule.reason
    word = only(evidence, MIN | {"unvalidated": True})
    assert (word.unvalidated, word.transported, word.value) == (True, False, rule.raw)


def test_a_correction_measured_on_better_replies_passes_no_worse_ones_by_itself() -> None:
    known = measured_elsewhere()
    favoured = single(lenient(0.3, labels=0), standing(labelled=None, elsewhere=(known,)))
    low = {"metric": "t/quality", "max": 0.9}
    assert only(favoured, low).verdict == "inconclusive"
    assert only(favoured, low | {"transported": True}).verdict == "pass"


def test_labels_of_these_trials_need_no_leave_to_be_carried() -> None:
    both = standing(0.5, elsewhere=(measured_elsewhere(),))
    for stated in (MIN, MIN | {"transported": True}):
        rule = only(single(lenient(), both), stated)
        assert (rule.verdict, rule.transported) == ("pass", False)


def test_a_judge_that_nobody_measured_is_not_read_where_a_correction_may_be_carried() -> None:
    rule = only(single(lenient(labels=0), NOBODY), MIN | {"transported": True})
    assert rule.verdict == "inconclusive"
    assert "or say `unvalidated: true`" in rule.reason


def test_a_void_judge_passes_nothing_whatever_the_policy_says() -> None:
    void = standing(0.5, void="void: an empty reply gets 0.60")
    for stated in (MIN, MIN | {"unvalidated": True}):
        rule = only(single(lenient(), void), stated)
        assert rule.verdict == "inconclusive"
        assert rule.reason == "judge q is void: an empty reply gets 0.60"
        assert (rule.value, rule.candidate, rule.need) == (None, None, None)


@pytest.mark.parametrize(
    ("behind", "labels"),
    [(NOBODY, 0), (standing(labelled=None, elsewhere=(measured_elsewhere(),)), 0)],
)
def test_a_judge_that_has_shifted_is_not_believed_without_labels_of_these_trials(
    behind: Standing, labels: int
) -> None:
    shifted = behind._replace(drifted="has shifted: 0.1 lower on 30 anchors")
    for said in ({}, {"unvalidated": True}, {"transported": True}):
        rule = only(single(lenient(labels=labels), shifted), MIN | said)
        assert rule.verdict == "inconclusive"
        assert rule.reason.startswith("judge q has shifted: 0.1 lower on 30 anchors; judge again")
        assert "statera score r1 --judge q" in rule.reason


def test_labels_of_what_it_judged_before_it_shifted_still_hold_and_the_shift_is_noted() -> None:
    shifted = standing(0.5, drifted="has shifted: 0.1 lower")
    ruling = ruled(single(lenient(), shifted))
    assert ruling.verdict == "pass"
    assert ruling.notes == ("t/quality: judge q has shifted: 0.1 lower (after these trials)",)


def unjudged(share: float) -> Evidence:
    verdicts: list[float | None] = [
        None if i < share * 200 else float(i % 4 > 0) for i in range(200)
    ]
    return single(judged_frame(verdicts, verdicts), standing(1.0))


def test_few_trials_without_a_verdict_are_no_matter_some_are_noted_and_many_void() -> None:
    assert ruled(unjudged(0.02)).notes == ()
    some = ruled(unjudged(0.06))
    assert some.verdict == "pass"
    assert some.notes == ("t/quality: no verdict on 12 of 200 trials of run r1",)
    many = only(unjudged(0.12), MIN | {"unvalidated": True})
    assert many.verdict == "inconclusive"
    assert many.reason == "judge q is void: no verdict on 24 of 200 trials of run r1"
    assert many.value is None
    assert many.raw is not None


@pytest.mark.parametrize("swapped", [False, True])
def test_a_side_with_few_trials_without_a_verdict_hides_none_with_many(swapped: bool) -> None:
    few, many = (
        judged_frame([None if i < lost else float(i % 4 > 0) for i in range(200)])
        for lost in (6, 60)
    )
    sides = (NOBODY, standing(labelled=None, run="r0"))
    pairs = (few, many) if not swapped else (many, few)
    rule = only(pair(*pairs, *sides), THAN | {"unvalidated": True})
    assert rule.verdict == "inconclusive"
    run = "r1" if swapped else "r0"
    assert rule.reason == f"judge q is void: no verdict on 60 of 200 trials of run {run}"
    noted = ruled(pair(few, few, *sides), THAN | {"unvalidated": True}).notes
    assert noted == (
        "t/quality: no verdict on 6 of 200 trials of run r1; "
        "no verdict on 6 of 200 trials of run r0",
    )


@pytest.mark.parametrize(("count", "verdict"), [(10, "pass"), (20, "pass"), (22, "inconclusive")])
def test_empty_replies_that_a_mean_leaves_out_are_noted_and_many_void_it(
    count: int, verdict: str
) -> None:
    verdicts = [EMPTY if i < count else 1.0 for i in range(200)]
    evidence = single(judged_frame(verdicts), NOBODY)
    found = ruled(evidence, MIN | {"unvalidated": True})
    told = f"the mean leaves out {count} empty of 200 replies of run r1"
    assert found.verdict == verdict
    if verdict == "pass":
        assert found.notes == (f"t/quality: {told}",)
    else:
        assert found.rules[0].reason == f"{told}; quality_good counts them"
    good = ruled(evidence, {"metric": "t/quality_good", "min": 0.97, "unvalidated": True})
    assert (good.verdict, good.notes) == ("fail" if count > 10 else "inconclusive", ())


def test_trials_without_a_verdict_count_at_their_worst() -> None:
    rule = only(unjudged(0.06))
    told = corrected(unjudged(0.06).candidate["t"], "quality", standing(1.0), level=0.9)
    assert rule.lower == pytest.approx(0.94 * (told.low or 0))
    assert rule.upper == pytest.approx(0.94 * (told.high or 0) + 0.06)
    assert "failed trials at their worst" in rule.method


def test_a_favoured_candidate_is_not_better_by_labels_on_both_runs() -> None:
    ours, theirs = lenient(favour=0.6), lenient(favour=0.05, seed=1)
    better = THAN | {"margin": 0.0}
    sides = (standing(0.5), standing(0.5, run="r0"))
    assert only(pair(ours, theirs, *sides), better | {"unvalidated": True}).verdict != "pass"
    bare = (NOBODY, standing(labelled=None, run="r0"))
    plain = pair(lenient(favour=0.6, labels=0), lenient(favour=0.05, labels=0, seed=1), *bare)
    assert only(plain, better | {"unvalidated": True}).verdict == "pass"
    rule = only(pair(ours, theirs, *sides), THAN)
    told = corrected_difference(Pairing.of(ours, theirs), "quality", sides, level=0.9)
    assert (rule.value, rule.lower) == (told.value, told.low)
    assert rule.labels == 400
    assert rule.by.startswith("corrected from +0.")
    assert (rule.candidate, rule.base) == (None, None)


def test_a_difference_without_labels_names_both_runs() -> None:
    sides = (NOBODY, standing(labelled=None, run="r0"))
    rule = only(pair(lenient(labels=0), lenient(labels=0, seed=1), *sides), THAN)
    assert rule.verdict == "inconclusive"
    assert "statera judge label r1 --judge q and statera judge label r0 --judge q" in rule.reason


def test_a_rule_of_one_run_reads_that_run_alone_where_there_is_another() -> None:
    policy = rules(MIN)
    evidence = pair(lenient(), lenient(seed=1), standing(0.5), standing(0.5, run="r0"))
    (found,) = glances(targets(policy, evidence.known), evidence).values()
    assert found.trials == 200
    assert judge(policy, evidence).verdict == "pass"


def test_a_win_rate_names_the_run_that_it_is_against() -> None:
    behind = standing(labelled=None, against="base5678more")
    rule = only(single(lenient(labels=0), behind))
    assert "statera judge label r1 base5678 --judge q" in rule.reason


def test_a_yes_or_no_that_was_measured_elsewhere_tells_a_difference_marked() -> None:
    known = measured_elsewhere(counts=COUNTS)
    sides = [standing(labelled=None, elsewhere=(known,), run=run) for run in ("r1", "r0")]
    better = pair(lenient(0.9, labels=0), lenient(0.4, labels=0, seed=1), *sides)
    than = THAN | {"metric": "t/quality_good"}
    bare = only(better, than)
    assert bare.verdict == "inconclusive"
    assert "statera judge label r1 --judge q and statera judge label r0 --judge q" in bare.reason
    ruling = ruled(better, than | {"transported": True})
    assert ruling.verdict == "pass"
    assert ruling.rules[0].transported
    (note,) = ruling.notes
    assert note.startswith("t/quality_good: that the judge favours neither run is assumed")


def test_a_run_that_stopped_early_has_no_correction_and_labels_would_not_help() -> None:
    frame = lenient()
    frame.early = "seeded"
    rule = only(single(frame, standing(0.5)))
    assert rule.verdict == "inconclusive"
    assert "no correction holds for a run that stopped early" in rule.reason
    assert "statera judge label" not in rule.reason
    told = only(single(frame, standing(0.5)), MIN | {"unvalidated": True})
    assert told.unvalidated
    assert told.method != "none"


def critical(labels: Sequence[float] = ()) -> Evidence:
    """Return critical samples whose own score is a judge's; one of them fails."""
    rows = [
        ScoreRow(
            "t",
            f"q{i}",
            0,
            None,
            None,
            f"q{i}",
            Score(metric="quality", value=float(i > 0), outcome="right" if i else "wrong"),
            severity="critical",
        )
        for i in range(400)
    ]
    metrics: tuple[Metric, ...] = (JudgedGood(score="quality"),)
    (frame,) = frames(rows, {"t": metrics})
    return single(frame, standing(0.5))


def test_a_failure_that_a_judge_tells_waits_for_a_person() -> None:
    rule = only(critical(), {"metric": "t/critical", "max": 0.05, "critical": True})
    assert rule.verdict == "inconclusive"
    assert rule.failed == ()
    assert rule.unconfirmed == ("q0",)


def test_how_often_a_judge_misses_a_failure_is_not_known_from_labels_of_a_mean() -> None:
    rule = only(critical(), {"metric": "t/critical", "max": 0.05})
    assert "nobody measured how often it misses a failure" in rule.reason
    assert "statera judge label" not in rule.reason
    said = {"metric": "t/critical", "max": 0.05, "unvalidated": True}
    assert only(critical(), said).verdict == "pass"


def test_what_people_say_themselves_needs_no_judge() -> None:
    labels = [float(i % 4 > 0) for i in range(200)]
    rule = only(single(judged_frame(labels, labels), NOBODY), MIN | {"metric": "t/quality_people"})
    assert rule.verdict == "pass"
    assert (rule.raw, rule.by) == (None, "")


def test_other_metrics_are_no_matter_of_the_judge() -> None:
    rule = only(single(lenient(labels=0), NOBODY), {"metric": "t/kept", "min": 0.9})
    assert (rule.verdict, rule.raw, rule.by) == ("pass", None, "")


def test_the_number_that_no_label_corrects_is_still_told() -> None:
    evidence = single(lenient(labels=0), NOBODY)
    (target,) = targets(rules(MIN), evidence.known)
    found = measured(target, evidence, alpha=0.05)
    assert found.hearing == Hearing(raw=found.value)
    assert found.value == pytest.approx(0.72, abs=0.03)


def test_more_labels_are_another_look_and_none_are_no_look() -> None:
    policy, looked = rules(MIN), []
    for labels in (0, 100, 200):
        behind = NOBODY if not labels else standing(labels / 400)
        evidence = single(lenient(labels=labels), behind)
        (found,) = glances(targets(policy, evidence.known), evidence).values()
        looked.append(found)
    assert [found.trials for found in looked] == [0, 100, 200]
    assert len({found.items for found in looked}) == 3
    unvalidated = single(lenient(labels=0), NOBODY)
    asked = targets(rules(MIN | {"unvalidated": True}), unvalidated.known)
    (found,) = glances(asked, unvalidated).values()
    assert found.trials == 400


def test_what_another_judge_says_of_the_same_trials_is_a_further_look() -> None:
    asked = targets(rules(MIN | {"unvalidated": True}), single(lenient(labels=0), NOBODY).known)
    looked = [
        glances(asked, single(lenient(labels=0), NOBODY._replace(sat=sat)))[asked[0].asked]
        for sat in ("j", "j", "k")
    ]
    assert looked[0] == looked[1] != looked[2]
    assert {glance.trials for glance in looked} == {400}


def test_a_plan_knows_what_labels_cost() -> None:
    policy = rules(MIN)
    plain = seen(rules(MIN | {"unvalidated": True}), single(lenient(), NOBODY)).rules[0]
    few, many = (
        seen(policy, single(lenient(labels=n), standing(n / 400))).rules[0] for n in (100, 300)
    )
    assert few.between > many.between > plain.between * 0.9
    assert many.judged.startswith("measured: 300 labels of 400 items")
    assert plain.judged == "unvalidated judge"
    never = seen(policy, single(lenient(labels=0), NOBODY)).rules[0]
    assert not never.known
    assert "is unmeasured" in never.judged


def test_faults_that_audits_found_are_repeated_by_the_ruling() -> None:
    gap = "self-enhancement: it favours its own family by +0.150"
    for behind, said in (
        (standing(0.5, warned=(gap,)), {}),
        (standing(labelled=None, warned=(gap,)), {"unvalidated": True}),
        (standing(labelled=None, warned=(gap,)), {}),
    ):
        labels = 0 if behind.labelled is None else 200
        ruling = ruled(single(lenient(labels=labels), behind), MIN | said)
        assert ruling.notes == (f"audit: warning {gap}",)
    sides = (standing(0.5, warned=(gap,)), standing(0.5, run="r0", warned=(gap,)))
    assert f"audit: warning {gap}" in ruled(pair(lenient(), lenient(seed=1), *sides), THAN).notes
    assert ruled(single(lenient(), standing(0.5))).notes == ()
