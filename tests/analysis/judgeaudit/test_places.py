"""The lean to a place: by hand, planted leans within their intervals, and a recorded judge."""

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from statera.analysis.judgeaudit.places import FIRST, FLIPS, places
from statera.analysis.winrates import JudgedPair, verdicts_of
from statera.stats.positionbias import position
from statera.stats.winrate import UNPARSED
from tests.analysis.judgeaudit.made import leaning, pair, pairs
from tests.shared_data import shared

VALUE = some.sampled_from([1.0, 0.5, 0.0, UNPARSED])


def test_figures_by_hand() -> None:
    said = [(1.0, 1.0)] * 6 + [(0.0, 0.0)] * 4 + [(1.0, 0.0)] * 8 + [(0.0, 1.0)] + [(0.5, 1.0)]
    section = places(pairs([*said, (UNPARSED, 1.0)]), "compared: a against b")
    flips, first = section.figures
    assert (flips.value, flips.n, flips.asked) == (0.5, 20, 21)  # 10 of 20
    # candidate first: 14 of 19 won (6 + 8); second: 6 + 1 + 1 + 1 of 21; (1 + F - S) / 2
    assert first.value == pytest.approx((1 + 14 / 19 - 9 / 21) / 2)
    assert first.n == 19 + 21
    assert section.said[:2] == (
        "compared: a against b",
        "20 of 21 pairs judged in both orders: 10 consistent, 8 named the first place both times, "
        "1 the second place both times, 1 tied in one order only",
    )


def test_a_lean_is_a_warning_that_says_which_place_and_what_to_do() -> None:
    first = places(pairs([(1.0, 0.0)] * 10 + [(1.0, 1.0)] * 40), "c")
    second = places(pairs([(0.0, 1.0)] * 10 + [(1.0, 1.0)] * 40), "c")
    assert first.state == second.state == "warning"
    assert first.said[-1] == "it leans to the first place"
    assert second.said[-1] == "it leans to the second place"
    assert "both orders" in first.advice


def test_a_judge_that_guesses_leans_nowhere_and_is_warned_of_all_the_same() -> None:
    rng = np.random.default_rng(5)
    said = [(float(a), float(b)) for a, b in rng.integers(0, 2, (100, 2))]
    section = places(pairs(said), "c")
    assert section.state == "warning"
    assert section.said[-1] == "it flips often: surely more than 25 % of the pairs"


@pytest.mark.parametrize("seed", range(8))
def test_a_fair_judge_is_ok(seed: int) -> None:
    fair = leaning(np.random.default_rng(seed), 60, 0.0)
    section = places(fair, "c")
    assert (section.state, section.advice) == ("ok", "")
    assert section.figure(FLIPS).value == 0.0
    assert section.figure(FIRST).value == pytest.approx(0.5)


@pytest.mark.parametrize("lean", [0.1, 0.4, 0.8])
def test_a_planted_lean_is_found_within_its_interval(lean: float) -> None:
    rng, draws = np.random.default_rng(11), 40
    held = {FLIPS: 0, FIRST: 0}
    for _ in range(draws):
        section = places(leaning(rng, 80, lean), "c")
        for name, true in ((FLIPS, lean), (FIRST, (1 + lean) / 2)):
            shown = section.figure(name)
            assert shown.low is not None
            assert shown.high is not None
            held[name] += shown.low <= true <= shown.high
    assert min(held.values()) >= 0.85 * draws


@settings(max_examples=50)
@given(some.lists(some.tuples(VALUE, VALUE), min_size=1, max_size=40))
def test_swapping_the_orders_swaps_the_places(said: list[tuple[float, float]]) -> None:
    here, there = places(pairs(said), "c"), places(pairs([(b, a) for a, b in said]), "c")
    one, other = here.figure(FIRST), there.figure(FIRST)
    assert (one.value is None) == (other.value is None)
    assert here.figure(FLIPS).value == there.figure(FLIPS).value
    if one.low is not None and one.value is not None and other.value is not None:
        assert other.value == pytest.approx(1 - one.value)
        assert other.high == pytest.approx(1 - one.low, abs=1e-6)


def test_a_judge_of_ties_only_shows_no_lean_and_says_why() -> None:
    section = places(pairs([(0.5, 0.5)] * 30), "c")
    first = section.figure(FIRST)
    assert (section.state, first.value) == ("ok", None)
    assert first.method == "an order without a verdict that names a side"


def test_without_pairs_or_without_verdicts_it_is_not_measured() -> None:
    assert places([], "single replies: no place").said == ("single replies: no place",)
    assert places([], "c").state == "not measured"
    unread = places(pairs([(UNPARSED, 1.0)] * 5), "c")
    assert (unread.state, unread.figure(FLIPS).n, unread.figure(FLIPS).asked) == (
        "not measured",
        0,
        5,
    )


def test_the_section_is_of_its_criterion() -> None:
    assert places([pair(0, 1.0, 1.0, criterion="tone")], "c").criterion == "tone"


def recorded(subset: str, evaluator: str, strategy: str) -> list[JudgedPair]:
    """Return recorded verdicts on output 1 against output 2."""
    path = shared("data", "judge", "llmbar", "judgments.csv")
    rows = csv.DictReader(path.read_text("utf-8").splitlines())

    def value(winner: str) -> float:
        return float(winner == "1") if winner else UNPARSED

    return [
        pair(int(row["item"]), value(row["winner_order12"]), value(row["winner_order21"]))
        for row in rows
        if (row["subset"], row["evaluator"], row["strategy"]) == (subset, evaluator, strategy)
    ]


def test_the_figures_of_a_recorded_judge_are_those_of_the_statistics() -> None:
    seen = recorded("LLMBar/Natural", "ChatGPT", "Vanilla")
    assert len(seen) == 100
    section, told = places(seen, "c"), position(verdicts_of(seen))
    for shown, estimate in zip(section.figures, (told.flip_rate, told.first_share), strict=True):
        assert (shown.value, shown.low, shown.high) == (estimate.value, estimate.low, estimate.high)
        assert shown.method == estimate.method
    assert str(told.first_both) in section.said[1]
