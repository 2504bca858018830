"""The likelihood of games: against a plain sum, its slopes against differences, its maximum."""

import numpy as np
import pytest

import statera.stats.pairfit as module
from statera.stats.pairfit import Point, Results, chances, fit, likelihood, slopes


def drawn(sets: int, models: int, *, tied: bool) -> tuple[Results, Point]:
    rng = np.random.default_rng(7)
    wins = rng.integers(1, 9, size=(sets, models, models)).astype(float)
    wins *= 1 - np.eye(models)
    half = rng.integers(0, 5, size=wins.shape) * np.triu(np.ones((models, models)), 1)
    strengths = rng.normal(size=(sets, models))
    strengths -= strengths.mean(axis=1, keepdims=True)
    if not tied:
        return Results(wins), Point(strengths)
    return Results(wins, half + np.swapaxes(half, 1, 2)), Point(strengths, rng.normal(size=sets))


def summed(results: Results, point: Point, k: int) -> float:
    """Davidson's model as its paper has it, in worths and nu, pair by pair."""
    worth = np.exp(point.strengths[k])
    nu = 0.0 if point.tie is None else np.exp(point.tie[k])
    total = 0.0
    for i in range(len(worth)):
        for j in range(i):
            tie = nu * np.sqrt(worth[i] * worth[j])
            whole = worth[i] + worth[j] + tie
            total += results.wins[k, i, j] * np.log(worth[i] / whole)
            total += results.wins[k, j, i] * np.log(worth[j] / whole)
            if results.ties is not None:
                total += results.ties[k, i, j] * np.log(tie / whole)
    return float(total)


@pytest.mark.parametrize("tied", [False, True])
def test_the_likelihood_is_that_of_the_paper(tied: bool) -> None:
    results, point = drawn(3, 4, tied=tied)
    found = likelihood(results, point)
    assert found == pytest.approx([summed(results, point, k) for k in range(3)])


@pytest.mark.parametrize("tied", [False, True])
def test_slopes_are_those_of_small_steps(tied: bool) -> None:
    results, point = drawn(2, 4, tied=tied)
    size = 4 + tied

    def moved(k: int, step: float) -> Point:
        by = step * (np.arange(size) == k)
        tie = None if point.tie is None else point.tie + by[4:]
        return Point(point.strengths + by[:4], tie)

    gradient, curvature = slopes(results, point)
    for k in range(size):
        up, down = moved(k, 1e-5), moved(k, -1e-5)
        rise = (likelihood(results, up) - likelihood(results, down)) / 2e-5
        assert gradient[:, k] == pytest.approx(rise, abs=1e-4)
        bend = (slopes(results, down).gradient - slopes(results, up).gradient) / 2e-5
        held = curvature[:, k] - (
            np.trace(slopes(results, point).curvature[:, :4, :4], axis1=1, axis2=2)[:, None]
            * np.concatenate([np.ones(4), np.zeros(size - 4)])
            / 20
            if k < 4
            else 0
        )
        assert held == pytest.approx(bend, abs=1e-3)


@pytest.mark.parametrize("tied", [False, True])
def test_the_maximum_has_no_slope_and_wins_as_expected(tied: bool) -> None:
    results, point = drawn(5, 6, tied=tied)
    found = fit(results, point)
    assert np.abs(slopes(results, found).gradient).max() < 1e-8
    assert found.strengths.mean(axis=1) == pytest.approx(np.zeros(5))
    won, ties = chances(found)
    games = results.wins + np.swapaxes(results.wins, 1, 2)
    games += 0 if results.ties is None else results.ties
    half = 0 if results.ties is None else results.ties / 2
    expected = (games * (won + ties / 2)).sum(axis=2)
    assert expected == pytest.approx((results.wins + half).sum(axis=2))
    if results.ties is not None:
        assert (games * ties).sum(axis=(1, 2)) == pytest.approx(results.ties.sum(axis=(1, 2)))


def test_sets_do_not_feel_each_other_nor_where_they_start() -> None:
    results, point = drawn(4, 5, tied=True)
    together = fit(results, point)
    assert results.ties is not None
    for k in range(4):
        alone = Results(results.wins[[k]], results.ties[[k]])
        found = fit(alone, Point(np.full((1, 5), 9.0) * [1, -1, 1, -1, 0], np.array([4.0])))
        assert found.strengths[0] == pytest.approx(together.strengths[k])


def test_counts_may_be_of_any_size() -> None:
    results, point = drawn(2, 5, tied=False)
    usual = fit(results, point)
    for scale in (1e-9, 1e9):
        found = fit(Results(results.wins * scale), point)
        assert found.strengths == pytest.approx(usual.strengths)


def test_a_maximum_that_is_not_reached_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEPS", 1)
    results, point = drawn(2, 5, tied=False)
    with pytest.raises(ValueError, match="no maximum"):
        fit(results, point)
