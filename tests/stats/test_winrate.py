"""Win rates of both orders: counts by hand, published rates, symmetry, coverage, refusals."""

import csv
import doctest
import math
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

import statera.stats.winrate as module
from statera.stats.clusterrobust import cluster_mean
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.winrate import (
    UNPARSED,
    PairVerdicts,
    consensus,
    flipping,
    single_order_rate,
    win_rate,
)
from tests.shared_data import shared

VALUE = some.sampled_from([1.0, 0.5, 0.0, UNPARSED])
ROWS = some.lists(some.tuples(VALUE, VALUE, some.integers(0, 30)), min_size=1, max_size=80)


def of(rows: Sequence[tuple[float, float, int]]) -> PairVerdicts:
    forward, backward, items = zip(*rows, strict=True)
    return PairVerdicts(forward, backward, items)


def table(name: str) -> list[dict[str, str]]:
    path = shared("data", "judge", "alpacaeval", name)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def preference(text: str) -> float:
    """Return the baseline's format, [1, 2] with 0 for a draw, as a share of a win."""
    found = float(text)
    return 0.5 if found == 0 else found - 1


def test_every_pair_of_verdicts_by_hand() -> None:
    said = [1, 0.5, 0, UNPARSED]
    pairs = [(first, second) for first in said for second in said]
    told = consensus(PairVerdicts([p[0] for p in pairs], [p[1] for p in pairs], range(16)))
    assert told.tolist() == [
        1.0, 0.5, 0.5, -1.0,
        0.5, 0.5, 0.5, -1.0,
        0.5, 0.5, 0.0, -1.0,
        -1.0, -1.0, -1.0, -1.0,
    ]  # fmt: skip


def test_counts_and_rate_by_hand() -> None:
    # 30 won, 10 lost, 5 tied twice, 4 flips, 1 half a flip: (30 + 10 / 2) / 50
    forward = [1.0] * 30 + [0.0] * 10 + [0.5] * 5 + [1.0] * 4 + [0.5]
    backward = [1.0] * 30 + [0.0] * 10 + [0.5] * 5 + [0.0] * 4 + [1.0]
    told = win_rate(PairVerdicts(forward, backward, range(50)))
    assert told.value == pytest.approx(0.70)
    assert (told.asked, told.judged, told.items, told.clusters) == (50, 50, 50, 50)
    assert (told.wins, told.losses, told.ties, told.inconsistent) == (30, 10, 5, 5)
    assert (told.unparsed, told.warning, told.void) == (0, "", False)
    spread = np.array([0.3**2] * 30 + [0.7**2] * 10 + [0.2**2] * 10).sum() / 50 / 49
    bounds = wilson(0.7, 0.21 / spread, 2.0096)  # t with 49 degrees of freedom
    assert (told.low, told.high) == pytest.approx(bounds, abs=1e-5)


def test_only_wins_and_losses_of_single_items_are_a_plain_wilson() -> None:
    told = win_rate(PairVerdicts([1.0] * 13 + [0.0] * 7, [1.0] * 13 + [0.0] * 7, range(20)))
    assert told.method == "Wilson"
    assert (told.low, told.high) == pytest.approx(wilson(0.65, 20, normal_quantile(0.95)))


def test_an_item_counts_once_however_often_it_was_judged() -> None:
    names = ["often"] * 8 + [f"{place}" for place in range(8)]
    values = [1.0] * 8 + [0.0] * 8
    told = win_rate(PairVerdicts(values, values, names))
    assert told.value == pytest.approx(1 / 9)
    assert (told.items, told.judged) == (9, 16)
    by_pair = win_rate(PairVerdicts(values, values, names, weights=[1.0] * 16))
    assert by_pair.value == pytest.approx(1 / 2)


def test_an_item_keeps_its_judged_pairs_when_another_is_unparsed() -> None:
    told = win_rate(PairVerdicts([1, UNPARSED] * 10, [1, 1] * 10, np.repeat(range(10), 2)))
    assert told.items == 10
    assert told.void
    assert told.wins == 10


def test_items_of_one_cluster_widen_the_interval() -> None:
    rng = np.random.default_rng(3)
    values = np.repeat(rng.integers(0, 2, 60), 5).astype(float)
    twins = win_rate(PairVerdicts(values, values, np.repeat(range(60), 5), items=range(300)))
    alone = win_rate(PairVerdicts(values, values, range(300)))
    assert (twins.items, twins.clusters, alone.clusters) == (300, 60, 300)
    assert twins.low is not None
    assert twins.high is not None
    assert alone.low is not None
    assert alone.high is not None
    assert twins.high - twins.low > 2 * (alone.high - alone.low)


@pytest.mark.parametrize(
    ("unparsed", "warned", "void"),
    [(0, False, False), (2, False, False), (3, True, False), (10, True, False), (11, True, True)],
)
def test_two_percent_unparsed_warn_and_ten_void(unparsed: int, warned: bool, void: bool) -> None:
    values = [UNPARSED] * unparsed + [1.0, 0.0] * ((100 - unparsed) // 2) + [1.0] * (unparsed % 2)
    told = win_rate(PairVerdicts(values, [1.0] * unparsed + values[unparsed:], range(100)))
    assert (told.asked, told.unparsed, told.judged) == (100, unparsed, 100 - unparsed)
    assert (bool(told.warning), told.void) == (warned, void)
    assert (told.value is None) == void
    assert told.wins + told.losses == 100 - unparsed
    if void:
        assert told.method == "void: 11.0 % of the pairs have no verdict, at most 10 % may lack one"
        assert str(told).startswith("no rate (void: 11.0 %")


def test_no_pairs_and_no_verdicts_have_no_rate() -> None:
    none = win_rate(PairVerdicts([], [], []))
    assert (none.value, none.method, none.void) == (None, "no items", False)
    mute = win_rate(PairVerdicts([UNPARSED] * 9, [UNPARSED] * 9, range(9)))
    assert (mute.value, mute.low, mute.judged, mute.void) == (None, None, 0, True)


def test_few_items_say_why_there_is_no_interval() -> None:
    told = win_rate(PairVerdicts([1, 0.5, 1], [1, 0.5, 0], range(3)))
    assert str(told).startswith("0.667 (no interval: fewer than 8 clusters), 3 items: 1 won")


@given(ROWS)
def test_the_counts_add_up_and_the_interval_holds_the_value(
    rows: list[tuple[float, float, int]],
) -> None:
    told = win_rate(of(rows))
    assert told.wins + told.losses + told.ties + told.inconsistent == told.judged
    assert told.judged + told.unparsed == told.asked == len(rows)
    assert told.void == (told.unparsed > 0.1 * told.asked)
    if told.value is None:
        assert told.low is told.high is None
    elif told.low is not None and told.high is not None:
        assert 0 <= told.low <= told.value <= told.high <= 1


@given(ROWS)
def test_the_other_side_sees_the_mirror_image(rows: list[tuple[float, float, int]]) -> None:
    def turned(value: float) -> float:
        return UNPARSED if value == UNPARSED else 1 - value

    told = win_rate(of(rows))
    other = win_rate(of([(turned(back), turned(first), item) for first, back, item in rows]))
    assert (told.wins, told.losses, told.ties) == (other.losses, other.wins, other.ties)
    assert (told.inconsistent, told.unparsed) == (other.inconsistent, other.unparsed)
    assert (told.value is None) == (other.value is None)
    if told.value is not None and other.value is not None:
        assert told.value == pytest.approx(1 - other.value)
    if told.low is not None and other.high is not None:
        assert told.low == pytest.approx(1 - other.high)


def test_from_a_quarter_of_flips_on_there_is_a_warning() -> None:
    assert flipping(24, 100, "pairs") == flipping(0, 0, "pairs") == ""
    assert flipping(25, 100, "pairs").startswith("25 of 100 pairs (25%) are flips")


@given(ROWS, some.randoms())
def test_the_order_of_pairs_changes_nothing(
    rows: list[tuple[float, float, int]], chance: Random
) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    one, other = win_rate(of(rows)), win_rate(of(mixed))
    assert one.method == other.method
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


@pytest.mark.parametrize(("items", "chances"), [(60, (0.4, 0.3, 0.3)), (200, (0.1, 0.2, 0.7))])
def test_the_interval_covers(items: int, chances: tuple[float, float, float]) -> None:
    rng, draws, hits = np.random.default_rng(7), 400, 0
    true = chances[0] + chances[1] / 2
    for _ in range(draws):
        values = rng.choice([1.0, 0.5, 0.0], size=items, p=chances)
        told = win_rate(PairVerdicts(values, values, range(items)))
        assert told.low is not None
        assert told.high is not None
        hits += told.low <= true <= told.high
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)


def test_one_order_says_that_it_is_one() -> None:
    told = single_order_rate([0.8, 0.4] * 10, range(20))
    assert told.value == pytest.approx(0.6)
    assert told.method.startswith("one order only, ")
    assert single_order_rate([0.8, UNPARSED], [1, 2]).n == 1


def test_published_win_rates_and_their_errors() -> None:
    judged = table("judgments.csv")
    for row in table("published.csv"):
        values = [preference(r["preference"]) for r in judged if r["model"] == row["model"]]
        told = single_order_rate(values, range(805))
        assert told.value is not None
        assert 100 * told.value == pytest.approx(float(row["win_rate"]), abs=1e-4)
        found = cluster_mean(np.array(values), np.ones(805), np.arange(805))
        error = 100 * found.variance**0.5
        assert error == pytest.approx(float(row["standard_error"]), abs=1e-4)
        hard = [0.5 if value == 0.5 else float(value > 0.5) for value in values]
        discrete = single_order_rate(hard, range(805)).value
        assert discrete is not None
        assert 100 * discrete == pytest.approx(float(row["discrete_win_rate"]), abs=1e-4)


def test_published_win_rates_of_three_judge_prompts() -> None:
    rows = [row for row in table("panel.csv") if row["model"] == "gpt-3.5-turbo-0301"]
    for prompt, rate in (("weighted", 9.62), ("fn", 8.01), ("cot_fn", 6.65)):
        values = [preference(row[prompt]) for row in rows if row[prompt]]
        told = single_order_rate(values, range(len(values))).value
        assert told is not None
        assert 100 * told == pytest.approx(rate, abs=5e-3)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (PairVerdicts([0.7], [1], [1]), "a verdict is 1, 0.5, 0 or -1"),
        (PairVerdicts([math.nan], [1], [1]), "a verdict is 1, 0.5, 0 or -1"),
        (PairVerdicts([1], [1, 0], [1]), "parts of one length"),
        (PairVerdicts([1], [1], [1], weights=[0.0]), "weights must be numbers above 0"),
        (PairVerdicts([1, 1], [1, 1], [1, 2], items=["a", "a"]), "an item lies in one cluster"),
    ],
)
def test_bad_input_is_refused(wrong: PairVerdicts, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        win_rate(wrong)


def test_bad_levels_and_shares_are_refused() -> None:
    with pytest.raises(ValueError, match="a level lies in"):
        win_rate(PairVerdicts([1], [1], [1]), level=1.0)
    with pytest.raises(ValueError, match=r"a value lies in \[0, 1\]"):
        single_order_rate([1.2], [1])


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
