"""The difference of two judged runs by labels on both: known answers, coverage, refusals."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.ppipaired as module
from statera.stats.paired import difference
from statera.stats.ppi import Judged
from statera.stats.ppipaired import BONFERRONI, METHOD, least, paired_powered
from statera.stats.results import Pairs

Errors = tuple[float, float]


def test_the_example_in_the_module_holds() -> None:
    assert doctest.testmod(module).failed == 0


def side(rng: np.random.Generator, truth: np.ndarray, drawn: np.ndarray, errors: Errors) -> Judged:
    hit, clear = errors
    seen = np.where(truth, rng.random(len(truth)) < hit, rng.random(len(truth)) > clear)
    labels = [float(y) if d else None for y, d in zip(truth, drawn, strict=True)]
    return Judged(seen.astype(float).tolist(), labels, [float(drawn.mean())] * len(truth))


def fixed(rng: np.random.Generator, size: int, count: int) -> np.ndarray:
    drawn = np.zeros(size, dtype=bool)
    drawn[rng.choice(size, count, replace=False)] = True
    return drawn


@pytest.mark.parametrize("shared", [True, False])
def test_a_judge_that_favours_one_side_is_seen_through(shared: bool) -> None:
    # Both are equally good; the judge misses less of the candidate, and passes more of its faults.
    rng, draws, hits, raw = np.random.default_rng(7), 400, 0, 0
    for _ in range(draws):
        both = rng.random(400) < 0.5
        ours, theirs = (np.where(rng.random(400) < 0.6, both, rng.random(400) < 0.5) for _ in "ab")
        drawn = fixed(rng, 400, 100)
        other = drawn if shared else fixed(rng, 400, 100)
        candidate = side(rng, ours, drawn, (0.95, 0.7))
        base = side(rng, theirs, other, (0.85, 0.9))
        told = paired_powered(candidate, base)
        assert told.method == METHOD or told.method.startswith(BONFERRONI)
        hits += (told.low or 0) <= 0 <= (told.high or 0)
        plain = difference(
            Pairs(candidate.predictions, base.predictions, range(400), [1] * 400, [1] * 400)
        )
        raw += (plain.low or 0) <= 0 <= (plain.high or 0)
    assert abs(hits / draws - 0.95) < 0.015 + 3 * math.sqrt(0.95 * 0.05 / draws)
    assert raw / draws < 0.3


def test_with_every_label_the_judge_is_no_matter() -> None:
    rng = np.random.default_rng(1)
    ours, theirs = rng.random(200) < 0.6, rng.random(200) < 0.5
    every = np.ones(200, dtype=bool)
    candidate, base = (side(rng, truth, every, (0.8, 0.8)) for truth in (ours, theirs))
    told = paired_powered(candidate, base)
    gaps = ours.astype(float) - theirs
    assert told.value == pytest.approx(gaps.mean())
    reach = 1.972 * gaps.std(ddof=1) / math.sqrt(200)
    assert (told.high or 0) - (told.value or 0) == pytest.approx(reach, rel=1e-3)
    assert told.labels == 400


def test_labels_of_the_same_trials_tell_more_than_of_others() -> None:
    rng, widths = np.random.default_rng(2), {True: 0.0, False: 0.0}
    both = rng.random(600) < 0.5
    ours, theirs = (np.where(rng.random(600) < 0.9, both, rng.random(600) < 0.5) for _ in "ab")
    for shared in widths:
        drawn = fixed(rng, 600, 150)
        other = drawn if shared else fixed(rng, 600, 150)
        told = paired_powered(
            side(rng, ours, drawn, (0.9, 0.6)), side(rng, theirs, other, (0.9, 0.6))
        )
        widths[shared] = (told.high or 0) - (told.low or 0)
    assert widths[True] < widths[False]


def test_replies_that_are_mostly_the_same_take_both_sides_own_intervals() -> None:
    # What tells the sides apart is seen on a handful of labels: a t on them would be far too sure.
    rng, draws, hits = np.random.default_rng(3), 200, 0
    for _ in range(draws):
        truth, drawn = rng.random(500) < 0.6, fixed(rng, 500, 80)
        base = side(rng, truth, drawn, (0.8, 0.8))
        new = rng.random(500) < 0.03
        ours = np.where(new, rng.random(500) < 0.6, truth)
        fresh = side(rng, ours, drawn, (0.8, 0.8))
        seen = np.where(new, fresh.predictions, base.predictions).tolist()
        told = paired_powered(fresh._replace(predictions=seen), base)
        assert told.method.startswith(BONFERRONI)
        hits += (told.low or 0) <= 0 <= (told.high or 0)
    assert hits / draws > 0.94


def test_a_judge_that_hardly_errs_on_a_side_takes_exact_bounds() -> None:
    rng = np.random.default_rng(4)
    ours, theirs = rng.random(300) < 0.6, rng.random(300) < 0.5
    drawn = fixed(rng, 300, 60)
    told = paired_powered(side(rng, ours, drawn, (1, 1)), side(rng, theirs, drawn, (0.8, 0.8)))
    assert told.method.startswith(BONFERRONI)
    assert "exact" in told.method


def test_unequal_chances_do_not_bias() -> None:
    rng, draws, values = np.random.default_rng(5), 200, []
    for _ in range(draws):
        ours, theirs = rng.random(500) < 0.6, rng.random(500) < 0.5
        sides = [
            side(rng, truth, np.ones(500, dtype=bool), errors)
            for truth, errors in ((ours, (0.9, 0.7)), (theirs, (0.8, 0.8)))
        ]
        chance = np.where(np.array(sides[0].predictions) == 1, 0.2, 0.5)
        drawn = rng.random(500) < chance
        thinned = [
            one._replace(
                labels=[y if d else None for y, d in zip(one.labels, drawn, strict=True)],
                probabilities=chance.tolist(),
            )
            for one in sides
        ]
        values.append(paired_powered(thinned[0], thinned[1]).value or 0)
    assert abs(np.mean(values) - 0.1) < 4 * np.std(values) / math.sqrt(draws)


def judged(labels: int, *, size: int = 100, probabilities: bool = True, groups: int = 0) -> Judged:
    seen: list[float | None] = [float(i % 3 == 0) if i < labels else None for i in range(size)]
    return Judged(
        [float(i % 2) for i in range(size)],
        seen,
        [labels / size] * size if probabilities else None,
        [i % groups for i in range(size)] if groups else None,
    )


@pytest.mark.parametrize(
    ("candidate", "base", "told"),
    [
        (judged(20), judged(50), "candidate: 20 labels, at least 30 are needed"),
        (judged(50), judged(20), "base: 20 labels, at least 30 are needed"),
        (judged(50), judged(50, probabilities=False), "base: nobody knows with what probability"),
        (judged(50, groups=5), judged(50, groups=5), "candidate: labels in 5 clusters"),
    ],
)
def test_where_it_is_not_valid_it_says_why(candidate: Judged, base: Judged, told: str) -> None:
    found = paired_powered(candidate, base)
    assert found.value is None
    assert told in found.method
    assert found.raw == 0


def test_both_sides_are_the_same_trials() -> None:
    with pytest.raises(ValueError, match="same trials"):
        paired_powered(judged(50), judged(50, size=90))
    with pytest.raises(ValueError, match="same trials"):
        paired_powered(judged(50), judged(50, groups=10))


@given(st.integers(0, 2**32), st.floats(0.6, 0.99))
def test_changing_places_changes_the_sign_and_the_level_the_width(seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    ours, theirs = rng.random(150) < 0.6, rng.random(150) < 0.4
    drawn = fixed(rng, 150, 60)
    candidate, base = (side(rng, truth, drawn, (0.75, 0.75)) for truth in (ours, theirs))
    one, two = (paired_powered(*x, level=level) for x in ((candidate, base), (base, candidate)))
    assert one.value == pytest.approx(-(two.value or 0), abs=1e-9)
    assert one.low == pytest.approx(-(two.high or 0), abs=1e-9)
    assert (one.low or 0) <= (one.value or 0) <= (one.high or 0)
    wide = paired_powered(candidate, base, level=(1 + level) / 2)
    assert (wide.low or 0) <= (one.low or 0) + 1e-12


@given(st.integers(0, 2**32))
def test_no_other_tuning_gives_less(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plain, gains = rng.normal(size=20), (rng.normal(size=20), rng.normal(size=20))
    best = least(plain, gains)
    assert all(0 <= x <= 1 for x in best)

    def size(a: float, b: float) -> float:
        return float(np.sum((plain + a * gains[0] + b * gains[1]) ** 2))

    grid = [size(a, b) for a in np.linspace(0, 1, 9) for b in np.linspace(0, 1, 9)]
    assert size(*best) <= min(grid) + 1e-9
