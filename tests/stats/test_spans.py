import numpy as np
import pytest

from statera.stats.meanbounds import mean_bounds
from statera.stats.means import mean
from statera.stats.paired import difference
from statera.stats.pairedbounds import difference_bounds
from statera.stats.results import Items, Pairs
from statera.stats.spans import Span

SPAN = Span(-1.0, 1.0)


def items(values: list[float]) -> Items:
    n = len(values)
    return Items(np.array(values), np.arange(n), np.zeros(n), np.ones(n))


def test_a_share_and_its_value_are_inverse() -> None:
    assert [SPAN.share(SPAN.value(share)) for share in (0.0, 0.3, 1.0)] == [0.0, 0.3, 1.0]
    assert Span(0.0, 1.0).plain
    assert not SPAN.plain


def test_an_estimate_keeps_its_mean_and_stays_in_the_range() -> None:
    values = [1.0] * 40
    found = SPAN.estimate(mean(SPAN.items(items(values))))
    assert found.value == 1.0
    assert found.high == pytest.approx(1.0)
    assert found.low is not None
    assert -1 < found.low < 1


def test_bounds_of_a_mean_hold_a_limit_where_the_shares_do() -> None:
    values = [1.0] * 30 + [0.0] * 150 + [-1.0] * 20
    shares = mean_bounds(SPAN.items(items(values)), SPAN.share(0.2), alpha=0.05)
    found = SPAN.bounds(shares, 0.2)
    assert found.value == pytest.approx(0.05)
    assert found.limit == 0.2
    assert found.upper is not None
    assert found.p_below is not None
    assert (found.upper < 0.2) == (shares.p_below is not None and shares.p_below < 0.05)


def test_a_difference_of_contrasts_is_in_their_unit() -> None:
    rng = np.random.default_rng(3)
    base = rng.choice([-1.0, 0.0, 1.0], 300, p=[0.1, 0.7, 0.2])
    candidate = np.clip(base + rng.choice([0.0, 1.0], 300, p=[0.8, 0.2]), -1, 1)
    ones = np.ones(300)
    pairs = Pairs(candidate, base, np.arange(300), ones, ones)
    found = SPAN.difference(difference(SPAN.pairs(pairs), rng=rng))
    plain = difference(pairs, rng=rng)
    assert found.value == pytest.approx(float(np.mean(candidate - base)))
    assert (found.candidate, found.base) == pytest.approx((candidate.mean(), base.mean()))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high))
    bounds = SPAN.gap_bounds(
        difference_bounds(SPAN.pairs(pairs), -0.05 / SPAN.width, alpha=0.05), -0.05
    )
    assert bounds.value == pytest.approx(found.value)
    assert bounds.lower is not None
    assert bounds.lower > -0.05
