"""Judges with planted faults measured against people, on real stores."""

import asyncio
import random
from dataclasses import replace

import pytest

from statera.analysis.standing import CALIBRATIONS, calibrations
from statera.api.answers import answers_of
from statera.api.calibrating import Page, calibrate, criterion_of, judged_by
from statera.api.comparisons import compare
from statera.api.judged import judge_pairs, judge_run, keep_pairs
from statera.api.labelreading import LabelsOf
from statera.api.labels import keep_labels
from statera.errors import DeclarationError
from statera.interop.labels import Label
from statera.stats.confusion import ClassError
from statera.store.runstore import RunStore
from tests.api.calibrations_made import (
    MARK,
    TONE,
    Made,
    judged,
    labelled,
    replies,
    run_of,
    scripted_judge,
)
from tests.judges_made import PAIRWISE, bench


def drawn(made: Made, count: int, seed: int = 2) -> tuple[list[int], float]:
    """Return a random part of the items, and the probability of each to be in it."""
    size = len(made.quality)
    return sorted(random.Random(seed).sample(range(size), count)), count / size


def measured(store: RunStore, made: Made, *, level: float = 0.95, **faults: object) -> Page:
    judged(store, made, **faults)
    labelled(store, made, *drawn(made, 100))
    return calibrate(run_of(store, made), judge="tone", level=level)


def within(part: ClassError, truth: float) -> bool:
    told = part.sensitivity
    return told.low is not None and told.high is not None and told.low <= truth <= told.high


def test_a_planted_noise_is_found_within_its_interval(store: RunStore) -> None:
    page = measured(store, replies(store, 200), level=0.99, noise=0.2)  # five of them at once
    (score,) = page.scores
    error = score.error
    assert (page.judge, error.task, error.score) == ("tone", "open", "tone")
    assert error.confusion.accuracy.low is not None
    assert error.confusion.accuracy.high is not None
    assert error.confusion.accuracy.low <= 0.8 <= error.confusion.accuracy.high
    assert all(within(part, 0.8) for part in error.confusion.per_class)
    assert error.confusion.classes == ("1", "2", "3", "4", "5")
    (arm,) = error.arms
    assert (arm.labelled, arm.drawn, arm.probability) == (100, "alike", 0.5)
    assert {kind.kind for kind in arm.confusion.kinds} == {"even", "odd"}


def test_a_planted_shift_is_the_bias_and_the_correction_takes_it_away(store: RunStore) -> None:
    made = replies(store, 200)
    page = measured(store, made, shift=1)
    moved = sum(min(q + 1, 5) - q for q in made.quality) / 200 / 4
    (score,) = page.scores
    bias = score.error.arms[0].bias
    assert bias.low is not None
    assert bias.high is not None
    assert bias.low <= moved <= bias.high
    row = score.numbers[0][0]
    assert row.behind is not None
    assert row.estimate == pytest.approx(made.mean + moved)
    told = row.behind.corrected
    assert told.low is not None
    assert told.high is not None
    assert told.low <= made.mean <= told.high
    assert row.low is not None
    assert row.low > made.mean  # raw, the interval misses the truth
    assert run_of(store, made)["open/tone"].behind == row.behind


def test_self_preference_is_the_bias_between_two_runs(store: RunStore) -> None:
    new, old = (
        replies(store, 300, name=name, seed=seed, mark=mark)
        for name, seed, mark in (("new", 1, MARK), ("old", 9, ""))
    )
    for made in (new, old):
        judged(store, made, prefers="family", family_marker=MARK, strength=0.4)
        labelled(store, made, *drawn(made, 150, seed=len(made.info.id) + made.quality[0]))
    page = calibrate(run_of(store, new), run_of(store, old), judge="tone")
    (score,) = page.scores
    planted = 0.4 * (1 - new.mean)
    gap = score.error.gap
    assert gap is not None
    assert gap.low is not None
    assert gap.high is not None
    assert 0 < gap.low <= planted <= gap.high
    assert any("it favours" in warning for warning in score.error.warnings)
    (mean, _) = score.differences
    assert mean.behind is not None
    told, truth = mean.behind.corrected, new.mean - old.mean
    assert told.low is not None
    assert told.high is not None
    assert told.low <= truth <= told.high
    assert mean.low is not None
    assert mean.low > truth
    found = compare(run_of(store, new), run_of(store, old))["open/tone"]
    assert found.behind == mean.behind


def test_the_error_is_kept_once_and_corrects_other_runs_as_transported(store: RunStore) -> None:
    made, other = replies(store, 200), replies(store, 120, name="other", seed=5)
    page = measured(store, made, noise=0.2)
    assert page.kept
    again = calibrate(run_of(store, made))
    assert again.scores == page.scores
    environment = store.find(page.judge_run).environment
    (known,) = calibrations(environment)
    assert known.about == (made.info.id, "open", "tone")
    assert (known.low, known.high) == (1, 5)
    assert len(environment[CALIBRATIONS]) == 1
    judged(store, other, noise=0.2)
    behind = run_of(store, other)["open/tone"].behind
    assert behind is not None
    assert behind.corrected.transported
    assert behind.corrected.value is not None
    assert behind.corrected.labels == 100


def test_pairs_are_measured_on_the_runs_that_were_compared(store: RunStore) -> None:
    new, old = replies(store, 60, name="new"), replies(store, 60, name="old", seed=9)
    seat = bench(PAIRWISE, scripted_judge(noise=0.1), store)
    answers = [answers_of(store, made.info) for made in (new, old)]
    pairs = asyncio.run(judge_pairs(seat, *answers))
    asyncio.run(keep_pairs(seat, new.info, old.info, pairs))
    word = {True: "A", False: "B"}
    labels = [
        Label(id=f"q{i}", label="TIE" if a == b else word[a > b], labeller="ana")
        for i, (a, b) in enumerate(zip(new.quality, old.quality, strict=True))
    ]
    of = LabelsOf(metric="pairwise", criterion="pairwise", against=old.info)
    asyncio.run(keep_labels(store, store.find(new.info.id), labels, of))
    page = calibrate(run_of(store, new), run_of(store, old), judge="pairwise")
    (score,) = page.scores
    error = score.error
    assert error.confusion.classes == ("win", "tie", "loss")
    assert error.against == old.info.id
    assert len(error.arms) == 1
    assert error.confusion.accuracy.high is not None
    assert error.confusion.accuracy.high > 0.8
    row = score.numbers[0][0]
    truth = sum((a > b) + 0.5 * (a == b) for a, b in zip(new.quality, old.quality, strict=True))
    assert row.behind is not None
    assert row.behind.corrected.value == pytest.approx(truth / 60)
    assert page.scores == calibrate(run_of(store, new), judge="pairwise").scores
    other = replies(store, 60, name="third", seed=11)
    with pytest.raises(DeclarationError, match=r"was compared with .* by judge pairwise, not with"):
        calibrate(run_of(store, new), run_of(store, other), judge="pairwise")


def test_the_scale_is_that_of_the_judges_own_run(store: RunStore) -> None:
    made = replies(store, 8)
    judged(store, made)
    ((_, one),) = judged_by(run_of(store, made))
    criterion = criterion_of(store, one)
    assert criterion is not None
    assert criterion.scale is not None
    assert criterion.scale.values == (1, 2, 3, 4, 5)


def test_verdicts_that_are_missing_are_counted_and_no_class(store: RunStore) -> None:
    page = measured(store, replies(store, 200), unparsed=0.2)
    (arm,) = page.scores[0].error.arms
    assert arm.labelled == 100
    assert 60 < arm.judged < 95
    assert sum(page.scores[0].error.confusion.unparsed) == 100 - arm.judged
    row = page.scores[0].numbers[0][0]
    assert row.estimate is None
    assert row.method.startswith("void: no verdict on ")


@pytest.mark.parametrize(
    ("judge", "told"),
    [
        ("nobody", "was not judged by nobody, but by tone. `statera score "),
        ("tone", "has no labels of open/tone: `statera judge label "),
    ],
)
def test_what_is_missing_is_one_line_with_the_command_that_helps(
    store: RunStore, judge: str, told: str
) -> None:
    made = replies(store, 8)
    judged(store, made)
    with pytest.raises(DeclarationError, match=told):
        calibrate(run_of(store, made), judge=judge)


def test_a_judge_of_the_candidates_family_is_warned_of(store: RunStore) -> None:
    made = replies(store, 20, name="gpt-4o")
    kin = replace(bench(TONE, scripted_judge(), store).judge, family="openai")
    seat = bench(kin, scripted_judge(), store)
    asyncio.run(judge_run(seat, made.info))
    labelled(store, made, range(20), None)
    (note,) = calibrate(run_of(store, made)).notes
    assert note.startswith(f"{made.info.id[:8]}: judge and candidate share a family (openai)")


def test_a_run_that_nobody_judged_says_so(store: RunStore) -> None:
    made = replies(store, 8)
    with pytest.raises(DeclarationError, match=r"was not judged\. `statera score .* --judge FILE`"):
        calibrate(run_of(store, made))


def test_a_judge_that_never_says_anything_is_not_measured(store: RunStore) -> None:
    made = replies(store, 8)
    judged(store, made, prefers="never")
    labelled(store, made, range(8), None)
    told = (
        "tone gave no verdict on any labelled trial of open; `statera show .* --outcome unparsed`"
    )
    with pytest.raises(DeclarationError, match=told):
        calibrate(run_of(store, made))


def test_two_judges_of_one_name_are_not_mixed(store: RunStore) -> None:
    new, old = replies(store, 40), replies(store, 40, name="old", seed=9)
    judged(store, new)
    judged(store, old, noise=0.3)
    for made in (new, old):
        labelled(store, made, *drawn(made, 20))
    with pytest.raises(DeclarationError, match="judged by two judges called tone"):
        calibrate(run_of(store, new), run_of(store, old))


def test_a_second_run_without_labels_is_named(store: RunStore) -> None:
    new, old = replies(store, 40), replies(store, 40, name="old", seed=9)
    judged(store, new)
    judged(store, old)
    labelled(store, new, *drawn(new, 20))
    with pytest.raises(DeclarationError, match=f"run {old.info.id[:8]} has no labels of open/tone"):
        calibrate(run_of(store, new), run_of(store, old))
