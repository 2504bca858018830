import numpy as np
import pytest

from statera.stats.posterior import posterior


def test_a_flat_prior_leaves_the_estimate() -> None:
    found = posterior(1.0, 0.5, prior=1e6)
    assert found[:3] == pytest.approx((1.0, 0.5, 0.9772499))
    assert (found.low, found.high) == pytest.approx((1 - 0.9799820, 1 + 0.9799820))


def test_equal_precisions_meet_in_the_middle() -> None:
    found = posterior(2.0, 1.0, prior=1.0)
    assert (found.mean, found.deviation) == pytest.approx((1.0, 0.5**0.5))


def test_the_loss_is_what_draws_say() -> None:
    found = posterior(0.1, 0.2, prior=0.3)
    draws = np.random.default_rng(1).normal(found.mean, found.deviation, 400_000)
    assert found.loss == pytest.approx(np.maximum(0, -draws).mean(), rel=0.02)
    assert posterior(0.0, 1.0, prior=1e9).loss == pytest.approx((2 * np.pi) ** -0.5)


@pytest.mark.parametrize(("error", "prior"), [(0.0, 1.0), (1.0, 0.0), (float("nan"), 1.0)])
def test_nothing_is_made_of_nothing(error: float, prior: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        posterior(1.0, error, prior=prior)
