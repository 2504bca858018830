import numpy as np
import pytest

from statera.analysis.winrates import JudgedPair, item_values, win_rates
from statera.stats.winrate import UNPARSED


def pair(
    item: str, forward: float, backward: float, *, category: str | None = None, unit: str = ""
) -> JudgedPair:
    return JudgedPair(
        task="t",
        criterion="c",
        item=item,
        unit=unit or item,
        category=category,
        forward=forward,
        backward=backward,
        lengths=(120, 80),
    )


def test_pairs_come_to_one_row_a_task_and_one_a_category() -> None:
    pairs = [pair(f"{i}", 1.0, 1.0, category="ab"[i % 2]) for i in range(20)]
    rows = win_rates(pairs)
    assert [(row.task, row.category) for row in rows] == [("t", None), ("t", "a"), ("t", "b")]
    assert rows[0].rate.wins == 20
    assert rows[1].rate.asked == 10
    assert rows[0].mean_lengths == (120, 80)


def test_the_same_text_is_a_tie_that_says_nothing_of_a_place() -> None:
    same = [pair(f"s{i}", 0.5, 0.5)._replace(same=True) for i in range(30)]
    flips = [pair(f"{i}", 1.0, 0.0 if i < 3 else 1.0) for i in range(10)]
    (row,) = win_rates([*same, *flips])
    assert (row.same, row.rate.asked, row.rate.ties, row.rate.inconsistent) == (30, 40, 30, 3)
    assert row.rate.value == pytest.approx((30 * 0.5 + 3 * 0.5 + 7) / 40)
    (alone,) = win_rates(flips)
    assert row.position == alone.position
    assert row.warning == alone.warning
    assert row.warning.startswith("3 of 10 pairs (30%) are flips")
    (few,) = win_rates([*flips, *(pair(f"w{i}", 1.0, 1.0) for i in range(3))])
    assert few.warning == ""


def test_a_single_category_is_not_told_twice() -> None:
    assert len(win_rates([pair("1", 1.0, 1.0, category="a")])) == 1


def test_repeats_of_an_item_are_one_item() -> None:
    pairs = [pair("1", 1.0, 1.0)] * 9 + [pair("2", 0.0, 0.0)]
    rate = win_rates(pairs)[0].rate
    assert (rate.value, rate.items, rate.judged) == (0.5, 2, 10)


def test_an_item_is_worth_the_mean_of_its_pairs_and_flips_are_ties() -> None:
    pairs = [
        pair("1", 1.0, 0.0),
        pair("1", 1.0, 1.0),
        pair("2", UNPARSED, 1.0),
        pair("3", 0.0, 0.0),
    ]
    found = item_values(pairs)
    assert np.asarray(found.values).tolist() == [0.75, 0.0]
    assert [*map(str, np.asarray(found.clusters))] == ["1", "3"]


@pytest.mark.parametrize("wins", [60, 75])
def test_an_interval_that_holds_at_any_time_is_wider(wins: int) -> None:
    pairs = [
        pair(str(i), float(i * 37 % 100 < wins), float(i * 37 % 100 < wins)) for i in range(200)
    ]
    fixed, anytime = win_rates(pairs)[0].rate, win_rates(pairs, early=True)[0].rate
    assert fixed.low is not None
    assert fixed.high is not None
    assert anytime.low is not None
    assert anytime.high is not None
    assert anytime.value == fixed.value
    assert anytime.low < fixed.low < fixed.high < anytime.high


def test_a_panels_lean_to_a_place_is_that_of_its_members() -> None:
    orders = ((1.0, 1.0), (1.0, 0.0), (1.0, 0.0))  # one is sure, two name whoever is shown first
    pairs = [pair(str(i), 0.5, 0.5)._replace(orders=orders) for i in range(30)]
    (row,) = win_rates(pairs)
    assert (row.rate.ties, row.rate.inconsistent, row.rate.asked) == (30, 0, 30)
    assert row.position.flip_rate.value == pytest.approx(2 / 3)
    assert row.position.judged == 90
