"""A rate among those asked about, as one of all."""

import numpy as np
import pytest

from statera.stats.corrected import Corrected
from statera.stats.dilution import diluted
from statera.stats.rogangladen import Accuracy, rogan_gladen


def corrected(*, seed: int, silent: float, trials: int = 400) -> tuple[Corrected, float]:
    """Return a diluted correction of a judge of 0.9 and 0.8, and the true rate of all."""
    rng = np.random.default_rng(seed)
    asked = int((rng.random(trials) >= silent).sum())

    def said(truth: np.ndarray) -> np.ndarray:
        return rng.random(len(truth)) < np.where(truth, 0.9, 0.2)

    known = np.arange(300) < 150
    seen = said(known)
    accuracy = Accuracy(int(seen[:150].sum()), 150, int((~seen[150:]).sum()), 150)
    verdicts = int(said(rng.random(asked) < 0.6).sum())
    at = diluted(
        lambda level: rogan_gladen(verdicts, asked, accuracy, level=level),
        silent=trials - asked,
        units=trials,
    )
    return at(0.95), 0.6 * (1 - silent)


@pytest.mark.parametrize("silent", [0.05, 0.5])
def test_it_covers_the_rate_of_all(silent: float) -> None:
    hits = 0
    for seed in range(500):
        found, truth = corrected(seed=seed, silent=silent)
        hits += float(found.low or 0) <= truth <= float(found.high or 0)
    assert hits / 500 == pytest.approx(0.95, abs=0.025)


def test_without_silent_ones_it_is_the_same_and_with_them_the_raw_rate_is_of_all() -> None:
    accuracy = Accuracy(90, 100, 80, 100)
    plain = rogan_gladen(60, 100, accuracy)
    same = diluted(lambda level: rogan_gladen(60, 100, accuracy, level=level), silent=0, units=100)
    assert same(0.95).value == plain.value
    assert same(0.95).low == pytest.approx(plain.low)
    half = diluted(
        lambda level: rogan_gladen(60, 100, accuracy, level=level), silent=100, units=200
    )(0.95)
    assert (half.n, half.clusters, half.raw, half.value) == (200, 200, 0.3, (plain.value or 0) / 2)


def test_where_there_is_no_correction_there_is_none() -> None:
    near_chance = Accuracy(50, 100, 50, 100)
    at = diluted(lambda level: rogan_gladen(5, 10, near_chance, level=level), silent=10, units=20)
    assert at(0.95).value is None
    assert at(0.95).raw == 0.25
