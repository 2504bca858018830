"""Rankings at equal covariates: planted effects found and removed, limits, what cannot be told."""

import doctest

import numpy as np
import pytest

import statera.stats.controlledranking as module
from statera.stats.bradleyterry import bradley_terry
from statera.stats.controlledranking import Controlled, Point, controlled_ranking, fit, slopes
from statera.stats.games import Games, check_games

STRENGTHS = np.array([-0.6, -0.2, 0.2, 0.6])
LENGTHS = np.array([0.8, 0.0, 0.0, -0.8])  # the weakest writes the most


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def judged(count: int, seed: int, *, length: float = 1.5, first: float = 0.0) -> Games:
    """Games whose judge likes length and the first place as planted."""
    draw = rng(seed)
    left = draw.integers(0, 4, count)
    right = (left + draw.integers(1, 4, count)) % 4
    longer = LENGTHS[left] - LENGTHS[right] + draw.normal(size=count) * 0.7
    odds = STRENGTHS[left] - STRENGTHS[right] + length * longer + first
    score = (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    covariates = np.column_stack([longer, np.ones(count)])
    return Games(left, right, score, cluster=np.arange(count) // 2, covariates=covariates)


def test_planted_effects_are_found_and_taken_out_of_strengths() -> None:
    found = controlled_ranking(judged(4_000, 1, first=-0.4), rng=rng(), resamples=100)
    raw = [one.value for one in found.raw.models]
    assert raw[0] is not None
    assert raw[3] is not None
    assert raw[0] > raw[3]  # length turns the order round
    for one, truth in zip(found.controlled.models, STRENGTHS, strict=True):
        assert one.value == pytest.approx(truth, abs=0.15)
        assert one.low is not None
        assert one.high is not None
        assert one.low - 0.05 < truth < one.high + 0.05
    assert [one.rank for one in found.controlled.models] == [4, 3, 2, 1]
    for slope, truth in zip(found.coefficients, (1.5, -0.4), strict=True):
        assert slope.value == pytest.approx(truth, abs=0.15)
        assert slope.low is not None
        assert slope.high is not None
        assert slope.low - 0.05 < truth < slope.high + 0.05
        assert slope.clusters == 2_000


def test_no_effect_is_found_where_none_is() -> None:
    found = controlled_ranking(judged(2_000, 2, length=0.0), rng=rng(), resamples=100)
    for one in found.coefficients:
        assert one.low is not None
        assert one.high is not None
        assert one.low < 0 < one.high


def test_coverage() -> None:
    trials, slopes_in, strengths_in = 40, 0, []
    for seed in range(trials):
        games = judged(240, seed)
        games = games._replace(covariates=np.asarray(games.covariates)[:, 0])
        found = controlled_ranking(games, rng=rng(seed), resamples=60)
        slope = found.coefficients[0]
        assert slope.low is not None
        assert slope.high is not None
        slopes_in += slope.low <= 1.5 <= slope.high
        for one, truth in zip(found.controlled.models, STRENGTHS, strict=True):
            assert one.low is not None
            assert one.high is not None
            strengths_in.append(one.low <= truth <= one.high)
    assert slopes_in / trials >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / trials)
    assert np.mean(strengths_in) == pytest.approx(0.95, abs=0.06)


def test_the_fit_has_no_slope_and_agrees_with_the_raw_one_without_covariates() -> None:
    played = check_games(judged(500, 3))
    start = Point(np.zeros(4), np.zeros(2))
    point, found = fit(played, played.weight, start)
    assert found
    assert np.abs(slopes(played, played.weight, point).gradient).max() < 1e-8
    bare = played._replace(covariates=np.zeros((500, 0)))
    alone, found = fit(bare, bare.weight, Point(np.zeros(4), np.zeros(0)))
    assert found
    raw = bradley_terry(judged(500, 3), rng=rng(), resamples=10)
    assert alone.strengths == pytest.approx([one.value for one in raw.models])


def test_curvature_is_that_of_small_steps() -> None:
    played = check_games(judged(100, 4))
    weight = rng(5).random(100)
    point = Point(STRENGTHS, np.array([0.3, -0.2]))
    gradient, curvature = slopes(played, weight, point)
    held = np.zeros((6, 6))
    held[:4, :4] = np.trace(curvature[:4, :4]) / 20
    for k in range(6):
        by = 1e-5 * (np.arange(6) == k)
        up = Point(STRENGTHS + by[:4], point.coefficients + by[4:])
        bend = (gradient - slopes(played, weight, up).gradient) / 1e-5
        assert (curvature - held)[k] == pytest.approx(bend, abs=1e-3)


def test_units_of_a_covariate_do_not_matter() -> None:
    games = judged(400, 6)
    covariates = np.asarray(games.covariates)
    usual = controlled_ranking(games, rng=rng(), resamples=40)
    scaled = games._replace(covariates=covariates * [1000, 0.001])
    found = controlled_ranking(scaled, rng=rng(), resamples=40)
    first, second = found.coefficients
    assert first.value == pytest.approx((usual.coefficients[0].value or 0) / 1000)
    assert second.high == pytest.approx((usual.coefficients[1].high or 0) * 1000)
    low = [one.low for one in found.controlled.models]
    assert low == pytest.approx([one.low for one in usual.controlled.models])


def why(found: Controlled) -> str:
    assert all(one.value is None for one in found.controlled.models)
    assert all(one.value is None and one.method for one in found.coefficients)
    return found.coefficients[0].method


def test_what_cannot_be_told_apart_is_said() -> None:
    games = judged(400, 7)
    left, right = np.asarray(games.left), np.asarray(games.right)
    longer = np.asarray(games.covariates)[:, 0]
    same = controlled_ranking(
        games._replace(covariates=LENGTHS[left] - LENGTHS[right]), rng=rng(), resamples=40
    )
    assert why(same) == "covariate 0 cannot be told from the models"
    assert same.raw.models[0].value is not None
    never = games._replace(covariates=np.column_stack([longer, np.zeros(400)]))
    assert why(controlled_ranking(never, rng=rng(), resamples=40)) == (
        "covariate 1 is 0 in every game"
    )
    twice = games._replace(covariates=np.column_stack([longer, -2 * longer]))
    assert why(controlled_ranking(twice, rng=rng(), resamples=40)) == (
        "the covariates cannot be told from each other"
    )
    told = games._replace(covariates=np.asarray(games.score) - 0.5)
    assert "foretell every game" in why(controlled_ranking(told, rng=rng(), resamples=40))


def test_models_that_cannot_be_ranked_are_not_ranked_here_either() -> None:
    ladder = Games([0, 0], [1, 2], [1, 1], covariates=[0.3, -0.2])
    assert "no two models" in why(controlled_ranking(ladder, rng=rng()))
    few = judged(30, 8)
    found = controlled_ranking(few._replace(cluster=np.arange(30)), rng=rng())
    assert found.coefficients[0].value is not None
    assert found.coefficients[0].method == "fewer than 40 items"
    assert found.controlled.models[0].low is None


def test_resamples_without_a_finite_fit_are_counted() -> None:
    # the covariate differs on four items only, and two of these win: many resamples foretell it
    games = judged(200, 9)
    rare = np.zeros(200)
    rare[[10, 50, 90, 130]] = 1
    score = np.asarray(games.score).copy()
    score[[10, 50, 90, 130]] = [1, 0, 1, 0]
    found = controlled_ranking(
        games._replace(covariates=rare, score=score), rng=rng(), resamples=100
    )
    assert found.controlled.disconnected > 10
    assert found.coefficients[0].low is None
    assert "of resamples have no finite strengths" in found.coefficients[0].method


def test_without_covariates_there_is_nothing_to_control() -> None:
    with pytest.raises(ValueError, match="needs covariates"):
        controlled_ranking(Games([0, 1], [1, 0], [1, 1]), rng=rng())


def test_the_example_is_true() -> None:
    assert doctest.testmod(module).failed == 0
