from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.stats.asymptotic import limits_at, mixture_bounds
from statera.stats.ratios import (
    DRAWN,
    LEAST,
    SKEWED,
    Columns,
    Path,
    Sums,
    clustered_errors,
    contrast,
    cumulated,
    effective_clusters,
    grid,
    ratio_difference,
)


def made(seed: int, count: int, *, arms: int = 2, covariates: int = 0) -> Columns:
    """Units with 0 to some reports each, in two slices of other weights."""
    rng = np.random.default_rng(seed)
    stratum = (np.arange(count) >= count // 3).astype(int)
    arm = np.where(rng.random(count) < 0.3 + 0.3 * stratum, 0, rng.integers(0, arms, count))
    number = rng.poisson(2, count).astype(float)
    total = rng.normal(3 + stratum, 1, count) * number
    known = rng.normal(size=(count, covariates)) + total[:, None] if covariates else None
    return Columns(total, number, arm, stratum, known)


def by_hand(columns: Columns, arm: int) -> tuple[float, float]:
    """The difference and its error as the textbook has them, from the units themselves."""
    there = columns.number > 0
    cells, moved = {}, {}
    for each in (0, arm):
        for s in (0, 1):
            kept = there & (columns.arm == each) & (columns.stratum == s)
            total, number = columns.total[kept], columns.number[kept]
            ratio = total.sum() / number.sum()
            cells[each, s] = ratio
            moved[each, s] = (total - ratio * number) / number.mean()
    every = np.concatenate(list(moved.values()))
    pooled = every @ every / (len(every) - len(moved))
    value = variance = 0.0
    for s in (0, 1):
        share = np.mean(columns.stratum == s)
        value += share * (cells[arm, s] - cells[0, s])
        for each in (0, arm):
            n = len(moved[each, s])
            own = moved[each, s] @ moved[each, s] / (n - 1)
            variance += share**2 * max(own, (n * own + DRAWN * pooled) / (n + DRAWN)) / n
    return value, sqrt(variance)


@pytest.mark.parametrize("arm", [1, 2])
def test_every_look_says_what_the_units_before_it_say(arm: int) -> None:
    columns = made(1, 900, arms=3)
    looks = [400, 611, 900]
    found = contrast(cumulated(columns, looks, (3, 2)), arm)
    for number, look in enumerate(looks):
        before = Columns(*(each[:look] for each in columns[:4]))
        value, error = by_hand(before, arm)
        assert found.value[number] == pytest.approx(value)
        assert found.error[number] == pytest.approx(error)
        assert found.candidate[number] - found.base[number] == pytest.approx(value)
        assert found.units[number] == np.sum((before.number > 0) & np.isin(before.arm, (0, arm)))


def test_ones_as_numbers_are_the_mean_over_units() -> None:
    rng = np.random.default_rng(2)
    values, arm = rng.normal(size=20_000), rng.integers(0, 2, 20_000)
    zero = np.zeros(20_000, int)
    found = ratio_difference(Columns(values, np.ones(20_000), arm, zero))
    sides = [values[arm == each] for each in (0, 1)]
    assert found.base == pytest.approx(sides[0].mean())
    assert found.value == pytest.approx(sides[1].mean() - sides[0].mean())
    assert found.error == pytest.approx(sqrt(sum(s.var(ddof=1) / len(s) for s in sides)), rel=0.01)


@settings(max_examples=20)
@given(st.integers(0, 999), st.floats(-1e5, 1e5), st.floats(0.01, 100))
def test_another_origin_and_unit_change_no_more_than_they_must(
    seed: int, origin: float, unit: float
) -> None:
    columns = made(seed, 300)
    moved = columns._replace(total=unit * columns.total + origin * columns.number)
    one, two = ratio_difference(columns), ratio_difference(moved)
    assert two.value == pytest.approx(unit * one.value, abs=1e-8 * (1 + abs(origin)))
    assert two.error == pytest.approx(unit * one.error, rel=1e-4)
    assert two.base == pytest.approx(unit * one.base + origin, rel=1e-6, abs=1e-6)


def test_a_changing_weight_and_a_changing_rate_are_no_effect() -> None:
    stratum = np.repeat([0, 1], [1000, 1000])
    arm = np.concatenate([np.arange(1000) % 10 == 0, np.arange(1000) % 2 == 0]).astype(int)
    value = np.where(stratum == 0, 0.2, 0.8)
    found = ratio_difference(Columns(value, np.ones(2000), arm, stratum))
    assert found.value == pytest.approx(0)
    assert abs(value[arm == 1].mean() - value[arm == 0].mean()) > 0.1


def test_the_adjusted_difference_is_that_of_a_regression() -> None:
    rng = np.random.default_rng(3)
    n, arm = 4000, rng.integers(0, 2, 4000)
    past = rng.normal(size=(n, 2))
    values = past @ [0.7, -0.4] + rng.normal(size=n) + 0.1 * arm
    found = ratio_difference(Columns(values, np.ones(n), arm, np.zeros(n, int), past))
    table = np.column_stack([np.ones(n), arm, past])
    fit = np.linalg.lstsq(table, values, rcond=None)[0]
    rest = values - table @ fit
    covariance = np.linalg.inv(table.T @ table)
    robust = covariance @ (table.T * rest**2) @ table @ covariance
    assert found.value == pytest.approx(fit[1], abs=1e-4)
    assert found.error == pytest.approx(sqrt(robust[1, 1]), rel=0.01)


def test_covariates_that_repeat_each_other_are_one() -> None:
    columns = made(4, 500, covariates=1)
    assert columns.covariates is not None
    twice = columns._replace(covariates=np.repeat(columns.covariates, 2, axis=1))
    assert ratio_difference(twice) == pytest.approx(ratio_difference(columns))


@pytest.mark.parametrize("covariates", [0, 2])
def test_units_that_are_their_own_clusters_are_independent(covariates: int) -> None:
    columns = made(5, 3000, covariates=covariates)
    looks = [1000, 3000]
    sums = cumulated(columns, looks, (2, 2))
    alone = clustered_errors(sums, columns, np.arange(3000))
    assert alone == pytest.approx(contrast(sums, 1).error, rel=0.02)


def test_clusters_with_effects_of_their_own_widen_the_error() -> None:
    rng = np.random.default_rng(6)
    cluster, arm = np.repeat(np.arange(200), 20), rng.integers(0, 2, 4000)
    value = arm * np.repeat(rng.normal(size=200), 20) + 0.1 * rng.normal(size=4000)
    columns = Columns(value, np.ones(4000), arm, np.zeros(4000, int))
    true = 1 / sqrt(200)  # the mean of 200 effects of variance 1
    assert ratio_difference(columns).error < 0.5 * true
    assert ratio_difference(columns, clusters=cluster).error == pytest.approx(true, rel=0.2)


def test_a_slice_that_an_arm_has_not_reached_is_left_out() -> None:
    columns = Columns(
        np.array([0.0, 1.0, 0.0, 1.0, 9.0]), np.ones(5), np.array([0, 1, 1, 0, 0]),
        np.array([0, 0, 0, 0, 1]),
    )  # fmt: skip
    assert ratio_difference(columns).value == 0
    nobody = contrast(cumulated(columns, [1], (2, 2)), 1)
    assert np.isnan([nobody.value[0], nobody.error[0]]).all()
    assert not nobody.ready[0]


def test_looks_are_the_same_whoever_looks() -> None:
    early, late = grid(5000).tolist(), grid(1_000_000).tolist()
    assert early[:-1] == late[: len(early) - 1]
    assert (early[0], early[-1], grid(0).tolist(), grid(7).tolist()) == (100, 5000, [], [7])
    assert len(late) == 190
    assert all(1 < after / before < 1.06 for before, after in pairwise(early))


@pytest.mark.parametrize("rate", [0.02, 0.5])
def test_there_are_no_bounds_before_there_are_events(rate: float) -> None:
    looks = np.arange(50, 4000, 50)
    counts = np.stack([0.5 * looks, 0.5 * looks], axis=1)[:, :, None]
    ready = contrast(of_counts(looks, counts, rate * counts), 1).ready
    first = int(looks[np.argmax(ready)])
    skewness = (1 - 2 * rate) / sqrt(rate * (1 - rate))
    assert first / 2 == pytest.approx(max(LEAST, SKEWED * skewness**2), abs=26)


def of_counts(looks: np.ndarray, units: np.ndarray, events: np.ndarray) -> Sums:
    """The sums of units in which something happened, or not."""
    moments = np.stack([events, units, events, events, units, events, events, events, units], -1)
    return Sums(looks, units, units, moments, np.empty((*units.shape, 0)), 0, 0.0)


FIFTHS = np.arange(2500, 12_501, 2500)


def peeked(rate: float, share: float, draws: int, seed: int) -> tuple[np.ndarray, Path]:
    """Many A/A tests, each a row of 100 looks."""
    rng, looks = np.random.default_rng(seed), np.union1d(grid(12_500), FIFTHS)
    steps = np.diff(looks, prepend=0)
    arm = rng.binomial(steps, share, size=(draws, len(looks)))
    units = np.stack([steps - arm, arm], axis=-1)
    events = rng.binomial(units, rate).cumsum(axis=1).reshape(-1, 2, 1).astype(float)
    units = units.cumsum(axis=1).reshape(-1, 2, 1).astype(float)
    every = np.tile(looks, draws)
    return every.reshape(draws, -1), contrast(of_counts(every, units, events), 1)


@pytest.mark.parametrize(("rate", "share"), [(0.02, 0.5), (0.05, 0.1), (0.3, 0.9), (0.6, 0.5)])
def test_peeking_100_times_at_nothing_seldom_alarms(rate: float, share: float) -> None:
    alpha, draws = 0.05, 500
    looks, path = peeked(rate, share, draws, seed=11)
    errors = np.where(path.ready, path.error, np.nan).reshape(looks.shape)
    value = path.value.reshape(looks.shape)
    low, high = mixture_bounds(value, errors, looks, planned=5000, alpha=alpha)
    most = alpha + 3 * sqrt(alpha * (1 - alpha) / draws)
    assert np.mean(np.any((low > 0) | (high < 0), axis=1)) <= most
    at = np.isin(looks[0], FIFTHS)
    limits = limits_at(
        [1 / sqrt(share) for share in FIFTHS / 12_500], (FIFTHS / 12_500).tolist(), alpha
    )
    assert 0.01 < np.mean(np.any(abs(value / errors)[:, at] > limits, axis=1)) <= most


def test_peeking_at_a_ramp_whose_rate_changes_seldom_alarms() -> None:
    rng, looks, draws, alarms = np.random.default_rng(12), grid(4000), 100, 0
    stratum = np.searchsorted([500, 1500], np.arange(4000), side="right")
    for _ in range(draws):
        arm = (rng.random(4000) < np.array([0.1, 0.25, 0.5])[stratum]).astype(int)
        values = (rng.random(4000) < np.array([0.6, 0.4, 0.2])[stratum]).astype(float)
        past = values[:, None] + rng.normal(size=(4000, 1))
        path = contrast(
            cumulated(Columns(values, np.ones(4000), arm, stratum, past), looks, (2, 3)), 1
        )
        errors = np.where(path.ready, path.error, np.nan)
        low, high = mixture_bounds(path.value, errors, looks, planned=1000, alpha=0.05)
        alarms += bool(np.any((low > 0) | (high < 0)))
    assert alarms <= 11


def test_units_that_cannot_be_are_refused() -> None:
    good = made(7, 10)
    for bad, match in (
        (good._replace(total=np.full(10, np.nan)), "totals"),
        (good._replace(number=np.full(10, -1.0)), "at least 0"),
        (good._replace(arm=np.full(10, 2)), "codes"),
        (good._replace(stratum=np.full(10, -1)), "codes"),
        (good._replace(total=np.ones(9)), "one length"),
        (good._replace(covariates=np.full((10, 1), np.inf)), "covariates"),
        (good._replace(covariates=np.ones((9, 1))), "covariates"),
    ):
        with pytest.raises(ValueError, match=match):
            cumulated(bad, [10], (2, 2))


def test_how_many_clusters_of_one_size_there_are() -> None:
    clusters = np.array([7, 7, 7, 7, 1, 2, 3, 4])
    assert effective_clusters(clusters, [4, 8]) == pytest.approx([1.0, 64 / 20])
