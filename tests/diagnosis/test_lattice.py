from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.diagnosis.features import Feature
from statera.diagnosis.lattice import WEIGHT, Scale, search

Table = tuple[Feature, ...]


def made(rng: np.random.Generator, items: int = 300) -> Table:
    """Return three families of two, three and four values."""
    found = []
    for family, values in (("a", 2), ("b", 3), ("c", 4)):
        drawn = rng.integers(values, size=items)
        found += [Feature(family, str(v), drawn == v) for v in range(values)]
    return tuple(found)


def best(table: Table, loss: np.ndarray, least: int, sizes: tuple[int, ...]) -> float:
    """Return the best score by looking at every slice of those numbers of features."""
    top, n = 0.0, len(loss)
    for count in sizes:
        for members in combinations(table, count):
            holds = np.all([f.holds for f in members], axis=0)
            if len({f.family for f in members}) == count and holds.sum() >= least:
                share = n / holds.sum()
                score = WEIGHT * (loss[holds].mean() / loss.mean() - 1) - (1 - WEIGHT) * (share - 1)
                top = max(top, float(score))
    return top


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_pruning_never_misses_the_best_slice(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = made(rng)
    loss = (rng.random(300) < rng.choice([0.02, 0.1, 0.5])).astype(float)
    if not loss.any():
        return
    found = search(table, loss, least=15, most=3)
    single = max((one.score for one in found if len(one.members) == 1), default=0.0)
    several = max((one.score for one in found if len(one.members) > 1), default=0.0)
    assert single == np.float64(best(table, loss, 15, (1,))) or np.isclose(
        single, best(table, loss, 15, (1,))
    )
    assert np.isclose(several, best(table, loss, 15, (2, 3)), rtol=1e-5)


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_no_slice_within_another_scores_above_its_bound(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loss = rng.random(200) * (rng.random(200) < 0.4)
    outer = rng.random(200) < 0.5
    inner = outer & (rng.random(200) < rng.random())
    if inner.sum() < 10 or not loss.any():
        return
    scale = Scale(200, float(loss.sum()), float(loss.max()), 10)
    bound = scale.bound(np.array([outer.sum()]), np.array([loss[outer].sum()]))
    score = scale.score(np.array([inner.sum()]), np.array([loss[inner].sum()]))
    assert score[0] <= bound[0] + 1e-9


def test_a_planted_slice_of_two_features_is_the_best() -> None:
    rng = np.random.default_rng(5)
    table = made(rng, 2000)
    planted = table[0].holds & table[3].holds
    loss = (rng.random(2000) < np.where(planted, 0.4, 0.03)).astype(float)
    found = search(table, loss, least=20, most=3)
    several = [one for one in found if len(one.members) > 1]
    assert several[0].members == (0, 3)


def test_nothing_is_found_where_nothing_was_lost() -> None:
    table = made(np.random.default_rng(1))
    assert search(table, np.zeros(300), least=10, most=3) == []
    assert search((), np.ones(300), least=10, most=3) == []
