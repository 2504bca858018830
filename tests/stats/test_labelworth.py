import numpy as np
import pytest

from statera.stats.labelworth import worth
from statera.stats.ppi import Judged, prediction_powered


def made(correlation: float, *, items: int, labelled: int, seed: int = 0) -> Judged:
    """Return standard normal verdicts and labels of that correlation."""
    rng = np.random.default_rng(seed)
    verdicts = rng.standard_normal(items)
    noise = rng.standard_normal(items)
    labels = correlation * verdicts + np.sqrt(1 - correlation**2) * noise
    seen = [float(y) if i < labelled else None for i, y in enumerate(labels)]
    return Judged(verdicts.tolist(), seen, [labelled / items] * items)


def test_a_judge_that_is_always_right_makes_labels_of_all_items() -> None:
    verdicts = [0.0, 1.0] * 100
    labels = [*verdicts[:50], *[None] * 150]
    assert worth(Judged(verdicts, labels, [0.25] * 200)) == pytest.approx(200)


def test_a_judge_that_says_the_same_of_everything_is_worth_nothing() -> None:
    labels = [0.0, 1.0] * 25 + [None] * 150
    assert worth(Judged([0.5] * 200, labels, [0.25] * 200)) == 50


def test_a_judge_that_is_always_wrong_is_left_out() -> None:
    verdicts = [0.0, 1.0] * 100
    labels = [*(1 - v for v in verdicts[:50]), *[None] * 150]
    assert worth(Judged(verdicts, labels, [0.25] * 200)) == 50


def test_without_labels_there_is_nothing() -> None:
    assert worth(Judged([0.0, 1.0], [None, None], [0.5, 0.5])) == 0


@pytest.mark.parametrize("correlation", [0.4, 0.8])
def test_it_is_what_double_sampling_promises(correlation: float) -> None:
    """Cochran, Sampling Techniques (1977), chapter 12: 1 - (1 - n / N) rho^2 of the variance."""
    found = worth(made(correlation, items=20_000, labelled=4000))
    assert found == pytest.approx(4000 / (1 - 0.8 * correlation**2), rel=0.03)


def test_it_is_the_variance_of_the_estimate_that_it_speaks_of() -> None:
    judged = made(0.7, items=600, labelled=150, seed=3)
    flat = judged._replace(predictions=[0.0] * 600)
    both, alone = prediction_powered(judged), prediction_powered(flat)
    widths = [float(one.high or 0) - float(one.low or 0) for one in (alone, both)]
    assert worth(judged) / 150 == pytest.approx((widths[0] / widths[1]) ** 2)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_never_less_than_the_labels_there_are(seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = [float(y) if rng.random() < 0.5 else None for y in rng.integers(0, 2, 80)]
    judged = Judged(rng.random(80).tolist(), labels, [0.5] * 80, rng.integers(0, 9, 80).tolist())
    assert worth(judged) >= sum(label is not None for label in labels) - 1e-9
