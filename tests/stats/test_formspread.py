import numpy as np
import pytest

from statera.stats.formspread import spread


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


def test_a_known_table() -> None:
    table = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]], float)
    found = spread(table, rng=generator())
    assert found.means.tolist() == [0.75, 0.5, 0.25]
    assert (found.best, found.worst) == (0, 2)
    assert found.spread.value == 0.5
    assert (found.spread.low, found.spread.method) == (None, "fewer than 8 clusters")
    assert found.agreement.tolist() == [[1, 0.75, 0.5], [0.75, 1, 0.75], [0.5, 0.75, 1]]


def test_formats_that_are_the_same_have_no_spread_and_none_is_expected() -> None:
    table = np.tile((np.arange(40) % 2)[:, None], (1, 12)).astype(float)
    found = spread(table, rng=generator())
    assert (found.spread.value, found.spread.low, found.spread.high) == (0.0, None, None)
    assert found.spread.method == "no spread between clusters"
    assert (found.expected, found.p) == (0.0, 1.0)


def test_noise_alone_is_called_noise_and_the_interval_has_no_spread_in_it() -> None:
    rng = np.random.default_rng(3)
    low, seen, expected, p = [], [], [], []
    for _ in range(8):
        found = spread((rng.random((60, 12)) < 0.6).astype(float), rng=rng)
        low.append(found.spread.low)
        seen.append(found.spread.value or 0.0)
        expected.append(found.expected)
        p.append(found.p)
    assert low.count(0.0) >= 7
    assert np.mean(seen) == pytest.approx(np.mean(expected), abs=0.03)
    assert np.mean(seen) > 0.15
    assert np.mean(np.array(p) < 0.05) <= 0.25


def test_a_format_that_is_worse_is_found_at_its_size() -> None:
    rng = np.random.default_rng(4)
    table = (rng.random((200, 10)) < 0.8).astype(float)
    table[:, 6] *= rng.random(200) < 0.5
    found = spread(table, rng=rng)
    assert found.worst == 6
    assert found.spread.low is not None
    assert found.spread.high is not None
    assert 0.2 < found.spread.low < 0.4 < found.spread.high
    assert found.p < 0.001
    assert found.excess == pytest.approx((found.spread.value or 0) - found.expected)


def test_whole_clusters_are_drawn() -> None:
    rng = np.random.default_rng(5)
    few = (rng.random((20, 4)) < 0.5).astype(float)
    alone = spread(few, rng=generator())
    copied = spread(np.repeat(few, 10, axis=0), np.repeat(np.arange(20), 10), rng=generator())
    assert copied.spread.clusters == 20
    assert copied.spread.value == alone.spread.value
    assert copied.spread.high == pytest.approx(alone.spread.high, abs=0.05)
    assert copied.expected == pytest.approx(alone.expected, abs=0.01)


@pytest.mark.parametrize(
    ("table", "level"),
    [([[1.0], [0.0]], 0.95), ([], 0.95), ([[1.0, np.nan]], 0.95), ([[1.0, 0.0]], 1.0)],
)
def test_what_is_no_table_is_an_error(table: list[list[float]], level: float) -> None:
    with pytest.raises(ValueError, match=r"spread needs|level lies"):
        spread(np.array(table), level=level, rng=generator())
