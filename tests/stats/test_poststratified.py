import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.clusterrobust import cluster_mean
from statera.stats.poststratified import Sides, shared_cells, standardised
from statera.stats.unpaired import Share, newcombe_interval


def _sides(
    seed: int, n: int = 400, *, share: float = 0.5, tilt: float = 0.0, effect: float = 0.0
) -> Sides:
    rng = np.random.default_rng(seed)
    clusters = rng.integers(0, n // 4, n)
    candidate = (rng.random(n // 4) < 0.5)[clusters]
    cells = (rng.random(n) < np.where(candidate, share + tilt, share)).astype(np.int64)
    chance = 0.3 + 0.4 * cells + effect * candidate
    values = (rng.random(n) < chance).astype(np.float64)
    return Sides(values[:, None], candidate, cells, clusters)


@given(st.integers(0, 500))
def test_mix_and_rest_add_up_to_what_was_seen(seed: int) -> None:
    found = standardised(_sides(seed, 200, tilt=0.2))
    raw = found.raw[1, 0] - found.raw[0, 0]
    assert found.gap().value + found.mix().value == pytest.approx(raw, abs=1e-12)


def test_kitagawas_formula_by_hand() -> None:
    # 100 before (80 easy at .9, 20 hard at .5), 100 after (20 easy at .9, 80 hard at .5)
    cells = np.array([0] * 80 + [1] * 20 + [0] * 20 + [1] * 80)
    right = [72, 10, 18, 40]
    sizes = [80, 20, 20, 80]
    values = np.concatenate(
        [np.r_[np.ones(k), np.zeros(n - k)] for k, n in zip(right, sizes, strict=True)]
    )
    candidate = np.arange(200) >= 100
    found = standardised(Sides(values[:, None], candidate, cells, np.arange(200)))
    assert found.raw[:, 0] == pytest.approx([0.82, 0.58])
    assert found.adjusted[:, 0] == pytest.approx([0.7, 0.7])
    assert found.mix().value == pytest.approx(-0.24)
    mix = found.mix()
    assert mix.high is not None and mix.high < -0.1  # noqa: PT018


def test_one_cell_and_no_clusters_is_newcombes_interval() -> None:
    values = np.r_[np.ones(30), np.zeros(70), np.ones(50), np.zeros(50)]
    candidate = np.arange(200) >= 100
    sides = Sides(values[:, None], candidate, np.zeros(200, np.int64), np.arange(200))
    found = standardised(sides).gap()
    expected = newcombe_interval(Share(50, 100), Share(30, 100), level=0.95)
    assert (found.low, found.high) == pytest.approx(expected, abs=0.004)
    assert found.p is not None and 0.001 < found.p < 0.01  # noqa: PT018


def test_the_variance_is_the_clustered_one() -> None:
    sides = _sides(3)
    one = sides._replace(cells=np.zeros(400, np.int64))
    found = standardised(one)
    for side, chosen in enumerate((~sides.candidate, sides.candidate)):
        index = np.unique(sides.clusters[chosen], return_inverse=True)[1]
        alone = cluster_mean(sides.values[chosen, 0], np.ones(int(chosen.sum())), index)
        assert found.covariance[side, side] == pytest.approx(alone.variance, rel=0.05)
        assert found.clusters[side] == alone.clusters


def test_users_on_both_sides_make_the_difference_surer() -> None:
    rng = np.random.default_rng(0)
    luck = rng.random(60)
    clusters = np.repeat(np.arange(60), 20)
    values = (rng.random(1200) < luck[clusters]).astype(np.float64)
    crossed = np.tile(np.arange(20) >= 10, 60)
    apart = np.repeat(np.arange(60) >= 30, 20)
    cells = np.zeros(1200, np.int64)
    widths = []
    for candidate in (crossed, apart):
        gap = standardised(Sides(values[:, None], candidate, cells, clusters)).gap()
        widths.append((gap.high or 0.0) - (gap.low or 0.0))
    assert widths[0] < widths[1] / 2


@pytest.mark.parametrize("tilt", [0.0, 0.3])
def test_false_alarms_are_rare_and_the_truth_is_covered(tilt: float) -> None:
    alarms = sum(
        (standardised(_sides(seed, 320, share=0.3, tilt=tilt)).gap().p or 0.0) < 0.05
        for seed in range(120)
    )
    assert alarms <= 13
    missed = 0
    for seed in range(120):
        gap = standardised(_sides(seed, 320, effect=0.1, tilt=tilt)).gap()
        missed += not (gap.low or 0.0) <= 0.1 <= (gap.high or 0.0)
    assert missed <= 13


def test_few_users_give_no_interval() -> None:
    found = standardised(_sides(0, 40)._replace(clusters=np.arange(40) % 5))
    assert not found.enough
    gap = found.gap()
    assert (gap.low, gap.high, gap.p, found.mix().low) == (None, None, None, None)


def test_nothing_at_all_on_both_sides_is_no_difference() -> None:
    sides = _sides(0)
    found = standardised(sides._replace(values=np.zeros((400, 1)))).gap()
    assert (found.value, found.p) == (0.0, 1.0)
    assert found.low is not None and -0.12 < found.low < 0 < (found.high or 0.0)  # noqa: PT018


def test_cells_of_one_side_are_found() -> None:
    candidate = np.array([False, False, True, True, True, False])
    cells = np.array([0, 0, 0, 0, 1, 2])
    clusters = np.array([0, 1, 2, 3, 4, 5])
    assert shared_cells(candidate, cells, clusters).tolist() == [0]
    assert shared_cells(candidate, cells, np.zeros(6, np.int64)).tolist() == []
    empty = np.zeros(0, np.int64)
    assert shared_cells(np.zeros(0, np.bool_), empty, empty).tolist() == []
    with pytest.raises(ValueError, match="a cell without a request"):
        standardised(Sides(np.zeros((6, 1)), candidate, cells, clusters))
    with pytest.raises(ValueError, match="numbers"):
        standardised(Sides(np.full((6, 1), np.nan), candidate, cells, clusters))
