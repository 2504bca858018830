"""What is known of judges: labels beside a run's scores, audits, shifts, errors elsewhere."""

from typing import Any

import msgspec
import pytest

from statera.analysis.standing import (
    AUDIT,
    CALIBRATIONS,
    DRIFTED,
    Environments,
    Known,
    Standing,
    audit_lines,
    calibrations,
    is_judged,
    judged_scores,
    standings,
    together,
    unjudged,
)
from statera.graders.judged import Judged
from statera.metrics.judged import JudgedGood, JudgedMean, WinRate
from statera.metrics.means import Accuracy
from statera.records.labels import LABELS, Labelled
from statera.records.specs import JUDGING, MEMBERS, RunInfo, RunSpec, SystemUnderTest
from tests.verdicts_made import judged_frame, measured_elsewhere


def info(*scorers: dict[str, Any], labels: Labelled | None = None, run: str = "r1") -> RunInfo:
    """Return a run whose task `t` has these scores, and labels of `quality`."""
    environment: dict[str, Any] = {"scorers": {"t": list(scorers)}}
    if labels is not None:
        environment[LABELS] = {"quality_people": msgspec.to_builtins(labels)}
    spec = RunSpec(suite="t", system=SystemUnderTest(model="m"), tasks=(), seed=0)
    return RunInfo(
        id=run, spec=spec, status="done", created=0.0, updated=0.0, environment=environment
    )


def score(name: str = "quality", *, run: str = "j", **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(Judged(name=name, judge="q", run=run, **more))
    return found


LABELLED = Labelled(of="quality", probability=0.3)


def only(found: RunInfo, judges: Environments | None = None) -> Standing:
    (known,) = standings(found, judges).values()
    return known


def test_labels_stand_beside_the_score_that_they_are_of() -> None:
    known = only(info(score(), labels=LABELLED))
    assert (known.task, known.score, known.judge, known.sat) == ("t", "quality", "q", "j")
    assert known.labelled == LABELLED
    assert known.people == "quality_people"
    assert only(info(score())).labelled is None


def test_scores_of_people_and_of_code_have_no_judge() -> None:
    people = score("quality_people", by="people")
    found = info({"type": "exact"}, people, score())
    assert [judged.metric for _, judged in judged_scores(found)] == ["quality"]
    assert [key for key, known in standings(found).items() if not known.classifier] == [
        ("t", "quality")
    ]
    made = [known.name for known in standings(info({"type": "not_refused"})).values()]
    assert made == ["the refusal classifier"] * 3  # what is no answer, and the score


def test_labels_against_another_run_measure_nothing_here() -> None:
    pairs = score("wins", against="old")
    beside = info(pairs, labels=LABELLED)
    beside.environment[LABELS] = {
        "wins_people": msgspec.to_builtins(Labelled(of="wins", against="older"))
    }
    assert only(beside).labelled is None
    beside.environment[LABELS]["wins_people"]["against"] = "old"
    assert only(beside).labelled is not None


def test_errors_measured_elsewhere_are_those_of_other_runs_in_this_score() -> None:
    there = measured_elsewhere()
    here = msgspec.structs.replace(there, run="r1")
    other = msgspec.structs.replace(there, score="tone")
    own = {CALIBRATIONS: msgspec.to_builtins([there, here, other])}
    assert only(info(score()), {"j": own}).elsewhere == (there,)
    assert only(info(score()), {"another": own}).elsewhere == ()
    assert calibrations(own) == (there, here, other)
    assert calibrations({}) == ()


def test_an_error_is_stored_and_read_as_it_was() -> None:
    known = measured_elsewhere(counts=(45, 50, 40, 50))
    again = msgspec.convert(msgspec.to_builtins(known), Known)
    assert again == known
    accuracy = again.errors["quality"].accuracy
    assert accuracy is not None
    assert accuracy.information == pytest.approx(0.7)
    assert measured_elsewhere().errors["quality"].accuracy is None
    assert again.about == ("elsewhere", "t", "quality")


def audit(*, state: str = "void", **more: Any) -> dict[str, Any]:
    return {
        "void": state == "void",
        "state": state,
        "why": "an empty reply gets 0.60",
        "tasks": {},
        "states": {"sanity responders": state},
    } | more


@pytest.mark.parametrize(
    ("found", "void"),
    [
        (audit(), "void: an empty reply gets 0.60"),
        (audit(state="warning"), ""),
        (audit(state="not shown"), ""),
        ({}, ""),
        # the judge is void for another suite, and stands in this one
        (audit(tasks={"t": {"state": "ok"}, "u": {"state": "void", "why": "u"}}), ""),
        (audit(tasks={"t": {"state": "void", "why": "t is"}}), "void: t is"),
        # this suite was never looked at
        (audit(tasks={"u": {"state": "void", "why": "u"}}), "void: an empty reply gets 0.60"),
        # verdicts that nobody can read are no matter of the suite
        (
            audit(tasks={"t": {"state": "ok"}}, states={"verdicts": "void"}),
            "void: an empty reply gets 0.60",
        ),
        ({"void": True}, "void: its audit says so"),
    ],
)
def test_an_audit_voids_a_judge_for_the_suite_in_which_it_was_beaten(
    found: dict[str, Any], void: str
) -> None:
    assert only(info(score()), {"j": {AUDIT: found}}).void == void


def test_a_shift_is_told_with_what_was_seen() -> None:
    found = {DRIFTED: {"why": "0.12 lower on 30 anchors", "at": 3.0}}
    assert only(info(score()), {"j": found}).drifted == "has shifted: 0.12 lower on 30 anchors"
    assert only(info(score()), {"j": {DRIFTED: True}}).drifted == "has shifted"
    assert only(info(score()), {"j": {}}).drifted == ""


def test_a_panel_is_void_or_shifted_as_its_members_are() -> None:
    members = {JUDGING: {MEMBERS: {"strict": "m1", "kind": "m2"}}}
    judges: dict[str, dict[str, Any]] = {"j": {"asked": members}, "m1": {}}
    judges["m2"] = {AUDIT: audit(), DRIFTED: {"why": "lower"}}
    known = only(info(score()), judges)
    assert known.void == "void: member kind: an empty reply gets 0.60"
    assert known.drifted == "has shifted: member kind: lower"
    judges["j"][AUDIT] = audit(why="its own")
    assert only(info(score()), judges).void == "void: its own"
    judges["m2"] = {DRIFTED: True}
    assert only(info(score()), judges).drifted == "has shifted: member kind"
    assert only(info(score()), {"j": {"asked": members}}).void == ""


def test_runs_that_are_read_as_one_are_as_bad_as_the_worst_of_them() -> None:
    there = measured_elsewhere()
    judges = {
        "j": {CALIBRATIONS: msgspec.to_builtins([msgspec.structs.replace(there, run="r2"), there])},
        "k": {AUDIT: audit(), DRIFTED: {"why": "x"}},
    }
    first = standings(info(score(), labels=LABELLED), judges)
    second = standings(info(score(run="k"), run="r2"), judges)
    (known,) = together([first, second]).values()
    assert known.run == "r1"
    assert known.void
    assert known.drifted
    assert known.labelled == LABELLED
    assert known.elsewhere == (there,)  # what was measured on the second run is no other run
    assert together([first]) is first
    assert together([]) == {}


def test_two_judges_of_runs_that_are_read_as_one_are_no_judge() -> None:
    sides = [
        standings(info(score(run=judge), run=run)) for run, judge in (("r1", "j"), ("r2", "k"))
    ]
    (known,) = together(sides).values()
    assert known.void.startswith("void: the runs that are read as one were not judged alike")
    (known,) = together([sides[0], standings(info(score(), run="r3"))]).values()
    assert known.void == ""


def test_labels_of_two_runs_are_of_no_known_draw() -> None:
    sides = [standings(info(score(), labels=LABELLED, run=run)) for run in ("r1", "r2")]
    (known,) = together(sides).values()
    assert known.labelled is not None
    assert known.labelled.probability is None


def test_a_judges_metrics_are_judged_and_peoples_are_not() -> None:
    for name, told in (("quality", True), ("quality_people", False)):
        assert is_judged(JudgedMean(score=name)) is told
        assert is_judged(JudgedGood(score=name)) is told
        assert is_judged(WinRate(score=name, against="r")) is told
    assert not is_judged(Accuracy(score="quality"))


def test_trials_without_a_verdict_are_counted() -> None:
    assert unjudged(judged_frame([1.0, None, 0.0, 1.0]), "quality") == (1, 4)
    assert unjudged(judged_frame([1.0, 0.0]), "quality") == (0, 2)


def warned(name: str, criterion: str = "") -> dict[str, Any]:
    return {"name": name, "fault": f"bad {name}", "n": 20, "criterion": criterion}


def test_faults_that_audits_found_stand_beside_the_scores_of_their_criterion() -> None:
    found = {"warnings": [warned("position"), warned("verbosity", "tone")]}
    judges = {"j": {AUDIT: audit(state="warning") | found}}
    assert only(info(score(criterion="tone")), judges).warned == (
        "position: bad position",
        "verbosity of tone: bad verbosity",
    )
    assert only(info(score(criterion="facts")), judges).warned == ("position: bad position",)
    assert only(info(score()), {"j": {}}).warned == ()


def test_faults_of_a_panels_member_are_told_with_its_name() -> None:
    panel = {"asked": {JUDGING: {MEMBERS: {"strict": "k"}}}}
    judges: Environments = {"j": panel, "k": {AUDIT: {"warnings": [warned("position")]}}}
    assert only(info(score()), judges).warned == ("member strict: position: bad position",)


def test_faults_of_runs_read_as_one_are_told_once() -> None:
    one, other = (
        standings(info(score(), run=run), {"j": {AUDIT: {"warnings": [warned("position")]}}})
        for run in ("r1", "r2")
    )
    assert together([one, other])["t", "quality"].warned == ("position: bad position",)


def test_lines_name_the_judge_where_there_are_several() -> None:
    assert audit_lines([("q", ["a: b"]), ("q", ["a: b", "c: d"])]) == [
        "audit: warning a: b",
        "audit: warning c: d",
    ]
    assert audit_lines([("q", ["a: b"]), ("p", ["a: b"]), ("o", [])]) == [
        "audit of q: warning a: b",
        "audit of p: warning a: b",
    ]
    assert audit_lines([]) == []
