import numpy as np
import pytest

from statera.analysis.anytime import MIXED
from statera.gate.bounding import BOUNDINGS, in_span
from statera.metrics.rates import Rate
from statera.stats.results import Items, Pairs
from tests.analysis.made import frame
from tests.gate.made import only_target, single

VALUES = np.tile([1.0, 1.0, 1.0, 0.0], 100)
ONES, INDEX = np.ones(400), np.arange(400)
TARGET = only_target(single(frame([("1", "a", ["right"])])), {"metric": "t/accuracy", "min": 0.5})


@pytest.mark.parametrize("early", ["", "seeded"])
def test_bounds_at_any_time_are_wider_than_those_of_a_fixed_size(early: str) -> None:
    found = BOUNDINGS[early]  # type: ignore[index]
    pairs = Pairs(VALUES, 1 - VALUES, INDEX, ONES, ONES)
    mean = found.mean(TARGET, Items(VALUES, INDEX, INDEX, ONES), alpha=0.05)
    gap = found.difference(TARGET, pairs, alpha=0.05)
    for bounds, value in ((mean, 0.75), (gap, 0.5)):
        assert bounds.value == value
        assert bounds.lower is not None
        assert bounds.upper is not None
        assert bounds.lower < value < bounds.upper
        assert ("confidence sequence" in bounds.method) == (early == "seeded")


def test_runs_that_stopped_early_in_no_known_order_have_no_bounds() -> None:
    found = BOUNDINGS["mixed"]
    mean = found.mean(TARGET, Items(VALUES, INDEX, INDEX, ONES), alpha=0.05)
    gap = found.difference(TARGET, Pairs(VALUES, 1 - VALUES, INDEX, ONES, ONES), alpha=0.05)
    for bounds, value in ((mean, 0.75), (gap, 0.5)):
        assert (bounds.value, bounds.lower, bounds.upper) == (value, None, None)
        assert (bounds.p_above, bounds.p_below, bounds.method) == (None, None, MIXED)


@pytest.mark.parametrize("early", ["", "seeded"])
def test_a_contrast_of_arms_has_the_bounds_of_its_share_of_the_range(early: str) -> None:
    plain = BOUNDINGS[early]  # type: ignore[index]
    target = TARGET._replace(limit=0.2)
    contrast = in_span(plain, Rate(score="excess", low=-1.0))
    values = np.tile([1.0, 0.0, 0.0, -1.0], 100)
    found = contrast.mean(target, Items(values, INDEX, INDEX, ONES), alpha=0.05)
    shares = plain.mean(
        TARGET._replace(limit=0.6), Items((values + 1) / 2, INDEX, INDEX, ONES), alpha=0.05
    )
    assert (found.value, found.limit, found.p_below) == (0.0, 0.2, shares.p_below)
    assert found.upper == pytest.approx(2 * (shares.upper or 0) - 1)
    pairs = Pairs(values, np.zeros(400), INDEX, ONES, ONES)
    gap = contrast.difference(target, pairs, alpha=0.05)
    assert gap.value == pytest.approx(0.0)
    assert gap.lower is not None
    assert gap.upper is not None
    assert -0.4 < gap.lower < 0 < gap.upper < 0.4
    assert in_span(plain, Rate(score="flip")) is plain


def test_where_hardly_an_item_differs_a_contrast_is_bounded_by_gains_minus_losses() -> None:
    target = TARGET._replace(limit=0.15)
    contrast = in_span(BOUNDINGS[""], Rate(score="excess", low=-1.0))
    few = Items(np.array([1.0] + [0.0] * 67), np.arange(68), np.zeros(68), np.ones(68))
    found = contrast.mean(target, few, alpha=0.05)
    assert found.upper is not None
    assert found.upper < 0.1
    assert found.method == "Clopper-Pearson, gains minus losses"
