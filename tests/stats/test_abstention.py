import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.abstention import f_measure

CLASSES = st.lists(st.sampled_from(["correct", "incorrect", "none"]), min_size=1, max_size=50)


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@given(CLASSES)
def test_it_is_the_harmonic_mean_of_its_parts(labels: list[str]) -> None:
    right = np.array([one == "correct" for one in labels])
    tried = np.array([one != "none" for one in labels])
    found = f_measure(right, tried, range(len(labels)), rng=rng(), draws=20).value
    share = right.mean()
    given_that = right.sum() / tried.sum() if tried.any() else 0.0
    wanted = 2 * share * given_that / (share + given_that) if share else 0.0
    assert found == pytest.approx(wanted)


def test_the_interval_holds_what_is_true() -> None:
    held = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        tried = draw.random(200) < 0.8
        right = tried & (draw.random(200) < 0.7)
        found = f_measure(right, tried, range(200), rng=draw, draws=300)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 2 * 0.56 / 1.8 <= found.high
    assert held >= 34


def test_edges() -> None:
    assert f_measure([], [], [], rng=rng()).value is None
    few = f_measure([1, 0], [1, 1], [0, 1], rng=rng())
    assert (few.low, few.method) == (None, "fewer than 40 clusters")
    same = f_measure([1] * 60, [1] * 60, range(60), rng=rng())
    assert (same.value, same.low, same.method) == (1.0, None, "no spread between resamples")
    with pytest.raises(ValueError, match="a correct answer was attempted"):
        f_measure([1], [0], [0], rng=rng())
    with pytest.raises(ValueError, match="correct, attempted and a cluster"):
        f_measure([1], [1, 1], [0], rng=rng())
