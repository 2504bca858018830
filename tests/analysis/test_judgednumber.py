"""What stands behind a judged number: verdicts of those asked, corrections, and what voids it."""

import subprocess
import sys

from statera.analysis.correction import corrected, corrected_difference
from statera.analysis.frame import Frame, frames
from statera.analysis.judgednumber import STOPPED, Judgements, judged_difference, judged_number
from statera.analysis.pairing import Pairing
from statera.metrics.judged import JudgedGood, JudgedMean
from statera.store.rows import ScoreRow
from tests.verdicts_made import EMPTY, JUDGED, judged_frame, measured_elsewhere, said, standing

MEAN = JudgedMean(score="quality")


def some(size: int = 200, *, labels: int = 100, missing: int = 0) -> Frame:
    """Return a judge that calls every fourth reply good that people do not."""
    verdicts = [None if i < missing else float(i % 2 or i % 4 == 0) for i in range(size)]
    return judged_frame(verdicts, [float(i % 2) for i in range(labels)])


def test_the_number_is_what_the_correction_says() -> None:
    found, behind = some(), standing(0.5)
    told = judged_number(found, MEAN, behind)
    assert told.corrected == corrected(found, "quality", behind)
    assert told.judge == "q"
    assert told.sides == (Judgements(run="r1", judged=200, asked=200),)
    assert (told.void, told.warning) == ("", "")
    assert str(told.sides[0]) == "200 of 200"


def test_more_than_two_percent_without_verdict_is_warned_of() -> None:
    assert judged_number(some(missing=4), MEAN, standing(0.5)).warning == ""
    told = judged_number(some(missing=5), MEAN, standing(0.5))
    assert told.warning == "no verdict on 5 of 200 trials of run r1"
    assert told.void == ""
    assert told.sides[0].missing == 0.025


def test_more_than_ten_percent_without_verdict_is_void() -> None:
    assert judged_number(some(missing=20), MEAN, standing(0.5)).void == ""
    told = judged_number(some(missing=21), MEAN, standing(0.5))
    assert told.void == "void: no verdict on 21 of 200 trials of run r1"
    assert told.warning == ""


def test_empty_replies_are_not_asked_about_and_a_mean_that_leaves_many_out_says_so() -> None:
    frame = judged_frame([EMPTY] * 40 + [None] * 2 + [1.0] * 158)
    told = judged_number(frame, MEAN, standing(labelled=None))
    assert told.sides == (Judgements(run="r1", judged=158, asked=160, empty=40),)
    assert told.warning == "the mean leaves out 40 empty of 200 replies of run r1"
    good = judged_number(frame, JudgedGood(score="quality"), standing(labelled=None))
    assert (good.sides[0].empty, good.warning) == (0, "")


def test_a_judge_that_its_audit_voids_is_void() -> None:
    why = "void: an empty reply gets 0.60"
    assert judged_number(some(), MEAN, standing(0.5, void=why)).void == why


def test_a_shift_takes_what_is_transported_and_leaves_what_is_measured_here() -> None:
    drifted = "has shifted: 0.1 lower"
    here = judged_number(some(), MEAN, standing(0.5, drifted=drifted))
    assert here.corrected.value is not None
    assert here.warning == "the judge has shifted: 0.1 lower"
    known = (measured_elsewhere(),)
    away = standing(labelled=None, elsewhere=known)
    assert judged_number(some(labels=0), MEAN, away).corrected.transported
    gone = judged_number(some(labels=0), MEAN, away._replace(drifted=drifted)).corrected
    assert (gone.value, gone.low, gone.method) == (None, None, "the judge has shifted: 0.1 lower")
    assert gone.raw is not None


def test_what_helps_is_a_command() -> None:
    bare = standing(labelled=None)
    assert judged_number(some(labels=0), MEAN, bare).advice == "statera judge label r1 --judge q"
    assert judged_number(some(), MEAN, standing(0.5)).advice == ""
    away = standing(labelled=None, elsewhere=(measured_elsewhere(),), drifted="has shifted")
    assert judged_number(some(labels=0), MEAN, away).advice == "statera score r1 --judge q"
    pairing = Pairing.of(some(labels=0), some(labels=0))
    told = judged_difference(pairing, MEAN, (bare, bare._replace(run="r2", against="r3")))
    assert told.advice == (
        "statera judge label r1 --judge q and statera judge label r2 r3 --judge q"
    )


def test_no_correction_holds_for_a_run_that_stopped_early() -> None:
    rows = [
        ScoreRow("t", f"q{i}", 0, None, None, f"q{i}", said(name, float(i % 2)))
        for i in range(100)
        for name in ("quality", "quality_people")
    ]
    (early,) = frames(rows, {"t": JUDGED}, early="seeded")
    told = judged_number(early, MEAN, standing(1.0)).corrected
    assert (told.value, told.method) == (None, STOPPED)


def test_a_difference_names_both_sides_and_the_first_that_is_void() -> None:
    pairing = Pairing.of(some(), some(missing=21))
    ours, theirs = standing(0.5, run="new"), standing(0.5, run="old")
    told = judged_difference(pairing, MEAN, (ours, theirs))
    assert [side.run for side in told.sides] == ["new", "old"]
    assert told.void == "void: no verdict on 21 of 200 trials of run old"
    assert told.corrected == corrected_difference(pairing, "quality", (ours, theirs))


def test_what_corrects_is_loaded_without_scipy() -> None:
    # every `statera show` would wait 0.2 s and more for it
    told = "import statera.cli.commands.show, sys; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", told], check=False).returncode == 0
