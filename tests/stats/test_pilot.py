"""What a pilot run tells: the variance split against its definition and by simulation."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import statera.stats.pilot as module
from statera.stats.pilot import Pilot, Scores, paired_pilot, single_pilot


def test_gpt4o_on_college_mathematics() -> None:
    # SCIENCE section 4: N 100, five runs: w 0.092, b 0.159; standard errors 0.050, 0.042, 0.040
    pilot = Pilot(between=0.159, within=0.092, items=100, epochs=5)
    errors = [math.sqrt(pilot.variance(epochs) / 100) for epochs in (1, 5, 10**9)]
    assert errors == pytest.approx([0.050, 0.042, 0.040], abs=5e-4)


def test_one_run_is_split_as_defined() -> None:
    rows: list[list[float]] = [[1, 1, 0], [0, 0, 0], [1, 1, 1], [1, 0, 0]]
    pilot = single_pilot(rows)
    right = np.array([2, 0, 3, 1])
    within = np.mean(right * (3 - right) / (3 * 2))
    assert pilot.within == pytest.approx(within)
    assert pilot.between == pytest.approx(np.var(right / 3, ddof=1) - within / 3)
    assert (pilot.items, pilot.epochs, pilot.discordance) == (4, 3, None)
    # The mean over 3 epochs has the variance that was seen.
    assert pilot.variance(3) == pytest.approx(np.var(right / 3, ddof=1))


def test_one_epoch_cannot_be_split() -> None:
    pilot = paired_pilot([[1], [0], [1], [1]], [[1], [1], [0], [1]])
    assert pilot.within is None
    assert pilot.variance(1) == pytest.approx(np.var([0, -1, 1, 0], ddof=1))
    assert pilot.discordance == 0.5
    with pytest.raises(ValueError, match="a pilot of one epoch"):
        pilot.variance(2)
    assert paired_pilot([[1, 0], [0, 1]], [[1], [0]]).within is None


def test_the_split_recovers_what_was_simulated() -> None:
    rng = np.random.default_rng(11)
    splits = []
    for _ in range(300):
        chance = rng.beta(2, 1, size=80)
        other = np.clip(chance + rng.normal(0, 0.1, size=80), 0, 1)
        runs = [rng.random((80, 4)) < p[:, None] for p in (chance, other)]
        pilot = paired_pilot(runs[0].tolist(), runs[1].tolist())
        splits.append((pilot.within or 0, pilot.discordance or 0, pilot.variance(4)))
    big = np.clip(rng.beta(2, 1, size=10**6), 0, 1)
    near = np.clip(big + rng.normal(0, 0.1, size=10**6), 0, 1)
    true = (
        np.mean(big * (1 - big) + near * (1 - near)),
        np.mean(big + near - 2 * big * near),
        np.var(big - near) + np.mean(big * (1 - big) + near * (1 - near)) / 4,
    )
    errors = np.std(splits, axis=0) / math.sqrt(len(splits))
    assert np.all(np.abs(np.mean(splits, axis=0) - true) < 4 * errors + 1e-3)


@given(st.integers(0, 2**32))
def test_swapping_the_runs_or_shuffling_the_items_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 2, size=(2, 12, 3)).astype(float)
    order = rng.permutation(12)
    plain = paired_pilot(rows[0].tolist(), rows[1].tolist())
    for other in (
        paired_pilot(rows[1].tolist(), rows[0].tolist()),
        paired_pilot(rows[0][order].tolist(), rows[1][order].tolist()),
    ):
        assert other == pytest.approx(plain)
    assert plain.between >= 0


def test_unequal_epochs_pool_the_noise() -> None:
    pilot = single_pilot([[0.0, 1.0], [0.5], [1.0, 1.0, 1.0, 0.0]])
    assert pilot.within == pytest.approx((0.5 + 0.25) / 2)
    assert pilot.epochs == 1


def test_clusters_of_copies_count_once() -> None:
    rng = np.random.default_rng(2)
    means = np.repeat(rng.normal(size=500), 4)
    names = np.repeat(np.arange(500), 4).tolist()
    pilot = single_pilot([[value] for value in means], clusters=names)
    assert pilot.design_effect == pytest.approx(4, rel=0.01)
    alone = single_pilot([[value] for value in means], clusters=list(range(2000)))
    assert alone.design_effect == pytest.approx(1.0)
    flat = single_pilot([[1.0], [1.0], [1.0]], clusters=["a", "a", "b"])
    assert (flat.between, flat.design_effect) == (0.0, 1.0)


def test_graded_scores_have_no_discordance() -> None:
    assert paired_pilot([[0.5], [1.0]], [[0.25], [1.0]]).discordance is None


@pytest.mark.parametrize(
    ("candidate", "base", "why"),
    [
        ([[1.0]], [[1.0]], "at least 2 items"),
        ([[1.0], [0.0]], [[1.0]], "2 and 1 items are not pairs"),
        ([[1.0], []], [[1.0], [0.0]], "item 1 of the pilot has no score"),
        ([[1.0], [math.nan]], [[1.0], [0.0]], "not a number"),
    ],
)
def test_bad_pilots_are_refused(candidate: Scores, base: Scores, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        paired_pilot(candidate, base)


def test_bad_clusters_and_epochs_are_refused() -> None:
    with pytest.raises(ValueError, match="one cluster does not say"):
        single_pilot([[1.0], [0.0]], clusters=["a", "a"])
    with pytest.raises(ValueError, match="3 clusters for 2 items"):
        single_pilot([[1.0], [0.0]], clusters=["a", "a", "b"])
    with pytest.raises(ValueError, match="epochs is at least 1"):
        Pilot(0.1, 0.1, 9, 2).variance(0)


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(module).failed == 0
