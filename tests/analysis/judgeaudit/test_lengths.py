"""Length and verdict: by hand, planted tastes within their intervals, and recorded judges."""

import csv
from collections.abc import Sequence

import numpy as np
import pytest

from statera.analysis.judgeaudit.figures import Interval
from statera.analysis.judgeaudit.lengths import (
    CONTROLLED,
    GRADE_SLOPE,
    PADDED,
    PADDED_GRADE,
    RAW,
    SLOPE,
    Grade,
    lengths_of_grades,
    lengths_of_pairs,
    padding_alone,
)
from statera.analysis.winrates import JudgedPair, verdicts_of
from statera.stats.lengthcontrol import PairLengths, length_controlled
from statera.stats.winrate import UNPARSED, consensus, win_rate
from tests.analysis.judgeaudit.made import by_length, pair, pairs
from tests.shared_data import shared

TIES = [(0.5, 0.5)] * 20


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def graded(rng: np.random.Generator, count: int, slope: float) -> list[Grade]:
    """Return grades that rise by `slope` when a reply is e times as long."""
    sizes = np.rint(200 * np.exp(rng.normal(0, 0.5, count))).astype(int)
    values = 0.5 + slope * np.log(sizes / 200) + rng.uniform(-0.1, 0.1, count)
    return [
        Grade(f"q{i}", int(size), float(np.clip(value, 0, 1)))
        for i, (size, value) in enumerate(zip(sizes, values, strict=True))
    ]


def probe(gaps: Sequence[float | None], base: float = 0.5) -> list[tuple[Grade, Grade]]:
    """Return padded replies whose grades lie so much above those of the plain ones."""
    return [
        (
            Grade(f"q{i}", 200, None if gap is None else base + gap),
            Grade(f"q{i}", 100, base),
        )
        for i, gap in enumerate(gaps)
    ]


def test_padding_that_ties_everywhere_is_what_a_good_judge_says() -> None:
    section = lengths_of_pairs([], pairs(TIES), rng=rng())
    shown = section.figure(PADDED)
    assert (section.state, section.advice) == ("ok", "")
    assert (shown.value, shown.n, shown.asked) == (0.5, 20, 20)
    assert shown.low is not None
    assert section.said == (
        "no two replies of different systems to compare: only the probe",
        "padding without new content does not surely win",
    )


def test_pairs_of_one_difference_in_length_tell_padding_alone() -> None:
    alike = [
        pair(i, float(i % 2), float(i % 2), lengths=(57 + i % 3, 43 + i % 3)) for i in range(60)
    ]
    section = lengths_of_pairs(alike, pairs(TIES), rng=rng())
    assert section.figure(CONTROLLED).method == "all length differences are the same"
    assert section.figure(SLOPE).low is not None
    same = [pair(i, float(i % 2), float(i % 2), lengths=(57, 43)) for i in range(60)]
    section = lengths_of_pairs(same, pairs(TIES), rng=rng())
    assert section.state == "ok"
    assert padding_alone(section.figures)
    assert section.said[-2:] == (
        "how verdicts go with length is not told: all pairs have the same ratio of lengths",
        "padding without new content does not surely win",
    )


def test_where_verdicts_are_seen_along_length_it_is_not_padding_alone() -> None:
    seen = by_length(np.random.default_rng(2), 150, 1.5)
    assert not padding_alone(lengths_of_pairs(seen, pairs(TIES), rng=rng()).figures)
    assert not padding_alone(lengths_of_pairs(seen, [], rng=rng()).figures)
    grades = graded(np.random.default_rng(1), 30, 0.0)
    assert not padding_alone(lengths_of_grades(grades, probe([0.0] * 20)).figures)
    assert padding_alone(lengths_of_grades(grades[:5], probe([0.0] * 20)).figures)


def test_padding_that_wins_is_a_fault() -> None:
    section = lengths_of_pairs([], pairs([(1.0, 1.0)] * 12 + TIES), rng=rng())
    assert section.state == "warning"
    assert section.figure(PADDED).value == pytest.approx((12 + 10) / 32)
    assert section.said[-1] == "it takes length for quality: padding without new content wins"
    assert "max_words" in section.advice


def test_padding_that_loses_is_none() -> None:
    section = lengths_of_pairs([], pairs([(0.0, 0.0)] * 30), rng=rng())
    assert section.state == "ok"
    assert section.figure(PADDED).below


def test_without_a_padded_reply_or_a_verdict_on_it_nothing_is_told() -> None:
    none = lengths_of_pairs(pairs(TIES), [], rng=rng())
    assert none.state == "not measured"
    assert none.said[-1] == "padding not measured: no reply could be padded"
    unread = lengths_of_pairs([], pairs([(UNPARSED, 0.5)] * 5 + TIES), rng=rng())
    assert unread.state == "not measured"
    assert unread.said[-1].startswith("padding not measured: void: 20.0 % of the pairs")


def test_a_void_rate_is_not_controlled_either() -> None:
    section = lengths_of_pairs(pairs([(UNPARSED, 1.0)] * 5 + TIES), pairs(TIES), rng=rng())
    assert [shown.name for shown in section.figures] == [RAW, PADDED]
    assert section.figure(RAW).value is None


def test_replies_that_are_nearly_all_longer_are_noted() -> None:
    longer = [pair(i, float(i % 3 > 0), float(i % 3 > 0), lengths=(200 + i, 80)) for i in range(60)]
    section = lengths_of_pairs(longer, pairs(TIES), rng=rng())
    note = "100 % of the candidate's answers are longer: equal length is hardly seen"
    assert section.said[0] == note


@pytest.mark.parametrize("slope", [0.0, 1.5])
def test_a_planted_taste_for_length_is_found_within_its_interval(slope: float) -> None:
    source, held, draws = np.random.default_rng(7), 0, 6
    for _ in range(draws):
        section = lengths_of_pairs(by_length(source, 200, slope), pairs(TIES), rng=source)
        shown = section.figure(SLOPE)
        assert shown.low is not None
        assert shown.high is not None
        held += shown.low <= slope <= shown.high
    assert held >= 5


def test_swapping_the_runs_turns_the_rates_and_keeps_the_slope() -> None:
    here = by_length(np.random.default_rng(2), 150, 1.5)
    there = [
        one._replace(forward=1 - one.backward, backward=1 - one.forward, lengths=one.lengths[::-1])
        for one in here
    ]
    one, other = (lengths_of_pairs(p, pairs(TIES), rng=rng()) for p in (here, there))
    for name in (RAW, CONTROLLED):
        value, turned = one.figure(name).value, other.figure(name).value
        assert value is not None
        assert turned == pytest.approx(1 - value, abs=1e-6)
    assert other.figure(SLOPE).value == pytest.approx(one.figure(SLOPE).value)
    assert one.said == other.said
    assert "longer replies get better verdicts" in one.said[0]


def test_a_taste_for_short_replies_is_said_so() -> None:
    section = lengths_of_pairs(
        by_length(np.random.default_rng(2), 150, -1.5), pairs(TIES), rng=rng()
    )
    assert section.said[0].startswith("shorter replies get better verdicts")


@pytest.mark.parametrize("slope", [0.0, 0.15])
def test_the_slope_of_grades_is_found_within_its_interval(slope: float) -> None:
    source, held, draws = np.random.default_rng(9), 0, 40
    for _ in range(draws):
        section = lengths_of_grades(graded(source, 80, slope), probe([0.0] * 20))
        shown = section.figure(GRADE_SLOPE)
        assert shown.low is not None
        assert shown.high is not None
        held += shown.low <= slope <= shown.high
    assert held >= 34


def test_grades_are_adjusted_to_the_length_of_the_ideal_replies() -> None:
    grades = [Grade(f"q{i}", 100 * 2 ** (i % 4), 0.2 + 0.2 * (i % 4)) for i in range(20)]
    section = lengths_of_grades(grades, probe([0.0] * 20), reference=200)
    assert section.figure("mean grade, raw").value == pytest.approx(0.5)
    assert section.figure("mean grade at 200 characters").value == pytest.approx(0.4)
    assert section.figure(GRADE_SLOPE).value == pytest.approx(0.2 / np.log(2))


def test_ideal_replies_of_another_length_than_any_do_not_serve() -> None:
    grades = graded(np.random.default_rng(1), 40, 0.1)
    section = lengths_of_grades(grades, probe([0.0] * 20), reference=8)
    mean = sum(grade.length for grade in grades) / 40
    assert section.figure(f"mean grade at {mean:.0f} characters").low is not None
    assert section.said[0] == "no reply is as long as the ideal ones (8 characters on average)"


def test_a_reply_without_a_grade_is_counted_not_averaged() -> None:
    grades = [*graded(np.random.default_rng(1), 40, 0.0), Grade("q40", 100, None)]
    section = lengths_of_grades(grades, probe([0.0] * 10 + [None] * 2))
    raw, padded = section.figure("mean grade, raw"), section.figure(PADDED_GRADE)
    assert (raw.n, raw.asked) == (40, 41)
    assert (padded.n, padded.asked) == (10, 12)


@pytest.mark.parametrize(
    ("gaps", "state"),
    [
        ([0.0] * 20, "ok"),
        ([0.25] * 10 + [0.0] * 10, "warning"),
        ([0.25] * 20, "warning"),  # the same everywhere
        ([0.25] * 6, "warning"),
        ([-0.25] * 10 + [0.0] * 10, "ok"),
        ([0.25] + [0.0] * 3, "not measured"),
        ([None] * 20, "not measured"),
    ],
)
def test_the_padding_probe_of_grades(gaps: Sequence[float | None], state: str) -> None:
    section = lengths_of_grades(graded(np.random.default_rng(1), 30, 0.0), probe(gaps))
    assert section.state == state
    known = [gap for gap in gaps if gap is not None]
    value = section.figure(PADDED_GRADE).value
    assert value == (pytest.approx(sum(known) / len(known)) if known else None)


def test_too_few_grades_say_why_there_is_no_slope() -> None:
    shown = lengths_of_grades(graded(rng(), 5, 0.0), probe([0.0] * 5)).figure(GRADE_SLOPE)
    assert (shown.value, shown.method) == (None, "fewer than 8 clusters")
    assert lengths_of_grades([], []).figure("mean grade, raw").method == "no items"


def recorded() -> list[JudgedPair]:
    """Return recorded verdicts of one judge on output 1 against output 2, with their lengths."""
    folder = shared("data", "judge", "llmbar")
    subset = "LLMBar/Adversarial/Neighbor"
    sizes = {
        row["item"]: (int(row["output1_chars"]), int(row["output2_chars"]))
        for row in csv.DictReader((folder / "items.csv").read_text("utf-8").splitlines())
        if row["subset"] == subset
    }

    def value(winner: str) -> float:
        return float(winner == "1") if winner else UNPARSED

    return [
        pair(
            int(row["item"]),
            value(row["winner_order12"]),
            value(row["winner_order21"]),
            lengths=sizes[row["item"]],
        )
        for row in csv.DictReader((folder / "judgments.csv").read_text("utf-8").splitlines())
        if (row["subset"], row["evaluator"], row["strategy"]) == (subset, "ChatGPT", "Vanilla")
    ]


def test_the_figures_of_a_recorded_judge_are_those_of_the_statistics() -> None:
    seen = recorded()
    section = lengths_of_pairs(seen, [], rng=rng())
    verdicts = verdicts_of(seen)
    data = PairLengths(
        consensus(verdicts),
        [one.lengths[0] for one in seen],
        [one.lengths[1] for one in seen],
        [one.unit for one in seen],
    )
    told, rate = length_controlled(data, rng=rng()), win_rate(verdicts)
    expected: list[Interval] = [rate, told.controlled, told.slope, told.length_ratio]
    for shown, estimate in zip(section.figures, expected, strict=True):
        assert (shown.value, shown.low, shown.high) == (estimate.value, estimate.low, estimate.high)
