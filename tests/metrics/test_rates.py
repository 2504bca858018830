from math import isclose

import numpy as np
import pytest

from statera.metrics.rates import Rate
from statera.records.scores import Score
from statera.stats.contrasts import contrast_mean
from statera.stats.means import mean
from statera.stats.results import Items


def scored(*values: float | None) -> list[Score]:
    return [
        Score(metric="flip", value=value, outcome="unparsed" if value is None else "right")
        for value in values
    ]


def test_an_item_is_the_mean_of_what_was_scored() -> None:
    rate = Rate(score="flip")
    found = rate.item(scored(1.0, None, 0.0))
    assert found is not None
    assert (found.value, found.weight) == (0.5, 2)
    assert rate.item(scored(None)) is None


def test_direction_range_and_counter_are_what_was_declared() -> None:
    rate = Rate(score="excess", better="higher", low=-1.0, opposed="task/other")
    assert (rate.name, rate.higher_is_better) == ("excess", True)
    assert (rate.bounds, rate.counter) == ((-1.0, 1.0), "task/other")
    assert Rate(score="flip").counter is None


def items(values: list[float]) -> Items:
    n = len(values)
    return Items(values, np.arange(n), np.zeros(n), np.ones(n))


def test_a_difference_of_arms_has_the_interval_of_gains_minus_losses() -> None:
    values = items([1.0] * 6 + [0.0] * 90 + [-1.0] * 4)
    assert Rate(score="excess", low=-1.0).estimate(values) == contrast_mean(values)


def test_another_range_has_the_interval_of_its_shares() -> None:
    values = [1.0] * 6 + [5.0] * 90 + [3.0] * 4
    found = Rate(score="turn", low=1.0, high=5.0).estimate(items(values))
    shares = mean(items([(value - 1) / 4 for value in values]))
    assert found.value is not None
    assert isclose(found.value, 4.68, abs_tol=1e-12)
    assert found.low == pytest.approx(1 + 4 * (shares.low or 0))
    assert found.high == pytest.approx(1 + 4 * (shares.high or 0))
    assert (found.n, found.method) == (100, shares.method)
