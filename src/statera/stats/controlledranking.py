"""A ranking at equal covariates: what is left of strengths where length, style or place are equal.

The log odds that left wins are s_left - s_right + covariates @ coefficients (Springall, Applied
Statistics 22 (1973) 59-68), so that a model with longer answers gets no strength for the length.
That removes association: where better answers are truly longer, it takes too much. So both rankings
are given.

>>> rng = np.random.default_rng(1)
>>> left, longer = np.tile([0, 1], 500), rng.normal(size=1000)
>>> score = rng.random(1000) < 1 / (1 + np.exp(-longer))
>>> games = Games(left, 1 - left, score, covariates=longer)
>>> str(controlled_ranking(games, rng=rng).coefficients[0])
'1.021 [0.848, 1.195] 95 %, 1000 items'
"""

from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.bootstrap import ENOUGH
from statera.stats.bradleyterry import PRIOR, RESAMPLES, bradley_terry
from statera.stats.games import Games, Played, check_games
from statera.stats.multinomial import resample_counts
from statera.stats.ranking import (
    UNRANKED,
    Fitted,
    Ranking,
    Setting,
    interval,
    ranking,
    refusal,
    setting_of,
    unranked,
)
from statera.stats.results import LEVEL, Estimate

METHOD = "Bradley-Terry with covariates, ties half a win"
SOURCE = "Springall, Applied Statistics 22 (1973) 59-68"
SEPARATED = "models and covariates together foretell every game: no finite fit"
STEPS = 60
HALVINGS = 30
CLOSE = 1e-10  # of the largest weight
SINGULAR = 1e-8
FURTHEST = 700.0  # log odds that still have an exponential
VANISHED = 1e-7  # of the information at even odds: what is left where games are foretold


class Controlled(msgspec.Struct, frozen=True, kw_only=True):
    """A ranking as the games are (`raw`), and one at covariates of 0 (`controlled`).

    `coefficients` are what one unit of each covariate, left minus right, adds to the log odds that
    left wins; `method` says why where one has no value or no interval.
    """

    raw: Ranking
    controlled: Ranking
    coefficients: tuple[Estimate, ...]


class Point(NamedTuple):
    """Strengths (m,) with mean 0 and coefficients (k,)."""

    strengths: np.ndarray
    coefficients: np.ndarray


class Slopes(NamedTuple):
    """Gradient (m + k,) of the log-likelihood, and minus its second derivatives."""

    gradient: np.ndarray
    curvature: np.ndarray


def controlled_ranking(
    games: Games, *, level: float = LEVEL, rng: np.random.Generator, resamples: int = 200
) -> Controlled:
    """Return the ranking raw and at equal covariates, with a coefficient for each covariate.

    Every resample of items is fitted anew. No strengths where covariates cannot be told from the
    models or from each other, or foretell all games. ValueError as for `bradley_terry`, or without
    covariates.
    """
    played = check_games(games)
    if not played.covariates.shape[1]:
        raise ValueError("a controlled ranking needs covariates")
    raw = bradley_terry(games, level=level, rng=rng, resamples=max(resamples, RESAMPLES))
    setting, inside = setting_of(played, level, METHOD, SOURCE)
    scale = np.sqrt(np.mean(inside.covariates**2, axis=0)) if setting.ranked else np.ones(0)
    scaled = inside._replace(covariates=inside.covariates / np.where(scale > 0, scale, 1))
    start = Point(np.zeros(inside.models), np.zeros(len(scale)))
    even = slopes(scaled, scaled.weight, start) if setting.ranked else None
    why = UNRANKED if even is None else _told_apart(even, inside.models)
    point, found = (start, False) if why else fit(scaled, scaled.weight, start)
    if not found:
        return _without(raw, setting, why or SEPARATED, played.covariates.shape[1])
    draws, helped = _draws(scaled, point, resamples if inside.clusters >= ENOUGH else 0, rng)
    why = refusal(setting, helped / max(1, resamples))
    fitted = Fitted(point.strengths, draws[:, : inside.models], why, helped)
    columns = draws[:, inside.models :] / scale
    return Controlled(
        raw=raw,
        controlled=ranking(fitted, setting),
        coefficients=tuple(
            interval(f"coefficient {k}", value, columns[:, k], setting, why=why)
            for k, value in enumerate((point.coefficients / scale).tolist())
        ),
    )


def _without(raw: Ranking, setting: Setting, why: str, count: int) -> Controlled:
    nothing = Estimate(
        value=None,
        low=None,
        high=None,
        level=setting.level,
        method=why,
        n=setting.n,
        clusters=setting.clusters,
    )
    controlled = ranking(unranked(why), setting)
    return Controlled(raw=raw, controlled=controlled, coefficients=(nothing,) * count)


def _told_apart(found: Slopes, models: int) -> str:
    """Return which covariates say nothing beyond models and other covariates; else nothing."""
    if len(found.gradient) == models:
        return ""
    whole, cross = found.curvature[models:, models:], found.curvature[:models, models:]
    if not np.all(np.diag(whole) > 0):
        return f"covariate {int(np.argmin(np.diag(whole)))} is 0 in every game"
    left = whole - cross.T @ np.linalg.solve(found.curvature[:models, :models], cross)
    shares = np.diag(left) / np.diag(whole)
    if shares.min() < SINGULAR:
        return f"covariate {int(np.argmin(shares))} cannot be told from the models"
    root = np.sqrt(np.diag(left))
    if np.linalg.eigvalsh(left / np.outer(root, root)).min() < SINGULAR:
        return "the covariates cannot be told from each other"
    return ""


def fit(played: Played, weight: np.ndarray, start: Point) -> tuple[Point, bool]:
    """Return the maximum of the likelihood from `start`, and whether there is one.

    Newton's method with halved steps. `weight` is that of each game.
    """
    point, value = start, _likelihood(played, weight, start)
    for _ in range(STEPS):
        found = slopes(played, weight, point)
        ridge = 1e-12 * np.trace(found.curvature) * np.eye(len(found.gradient))
        step = np.linalg.solve(found.curvature + ridge, found.gradient)
        point, value = _moved(played, weight, (point, value), step)
        if found.gradient @ step < CLOSE * weight.max():
            return point, _informed(played, weight, found)
    return point, False


def _informed(played: Played, weight: np.ndarray, found: Slopes) -> bool:
    """Return whether the games still tell about every direction: none runs off to infinity."""
    even = slopes(played, weight, Point(np.zeros(played.models), np.zeros(_count(played))))
    if _told_apart(even, played.models):
        return False
    root = np.linalg.inv(np.linalg.cholesky(even.curvature))
    least: float = np.linalg.eigvalsh(root @ found.curvature @ root.T).min()
    return least > VANISHED


def _count(played: Played) -> int:
    return int(played.covariates.shape[1])


def _moved(
    played: Played, weight: np.ndarray, at: tuple[Point, float], step: np.ndarray
) -> tuple[Point, float]:
    """Return the point after the longest halved step that does not lose likelihood."""
    point, value = at
    for _ in range(HALVINGS):
        strengths = point.strengths + step[: played.models]
        tried = Point(strengths - strengths.mean(), point.coefficients + step[played.models :])
        found = _likelihood(played, weight, tried)
        if found >= value - 1e-12 * abs(value):
            return tried, found
        step = step / 2
    return point, value


def _log_odds(played: Played, point: Point) -> np.ndarray:
    gaps = point.strengths[played.left] - point.strengths[played.right]
    return np.asarray(gaps + played.covariates @ point.coefficients)


def _likelihood(played: Played, weight: np.ndarray, point: Point) -> float:
    odds = _log_odds(played, point)
    return -float(weight @ (np.logaddexp(0, -odds) + (1 - played.score) * odds))


def slopes(played: Played, weight: np.ndarray, point: Point) -> Slopes:
    """Return gradient and curvature; a constant shift of all strengths, else free, is held."""
    models, covariates = played.models, played.covariates
    chance = 1 / (1 + np.exp(np.minimum(-_log_odds(played, point), FURTHEST)))
    missed, spread = weight * (played.score - chance), weight * chance * (1 - chance)
    cells = np.bincount(played.left * models + played.right, spread, models * models)
    pairs = cells.reshape(models, models)
    games = pairs + pairs.T
    body = np.diag(games.sum(axis=1)) - games + games.sum() / models**2
    pulled = spread[:, None] * covariates
    cross = _by_model(played, pulled)
    gradient = np.concatenate([_by_model(played, missed[:, None])[:, 0], missed @ covariates])
    upper, lower = np.hstack([body, cross]), np.hstack([cross.T, covariates.T @ pulled])
    return Slopes(gradient, np.vstack([upper, lower]))


def _by_model(played: Played, columns: np.ndarray) -> np.ndarray:
    """Return what each model's games add up to, (models, columns), those on the right negative."""
    count = played.models
    sums = [
        np.bincount(played.left, column, count) - np.bincount(played.right, column, count)
        for column in columns.T
    ]
    return np.stack(sums, axis=1) if sums else np.zeros((count, 0))


def _draws(
    played: Played, point: Point, resamples: int, rng: np.random.Generator
) -> tuple[np.ndarray, int]:
    """Return strengths and coefficients of resamples (resamples, m + k), and how many had help."""
    rows, helped = [np.zeros((0, played.models + len(point.coefficients)))], 0
    for counts in resample_counts(played.clusters, resamples, rng) if resamples else ():
        for drawn in counts:
            weight = played.weight * drawn[played.cluster]
            found, alone = fit(played, weight, point)
            if not alone:
                helped += 1
                found, _ = fit(played, weight + PRIOR * played.weight, point)
            rows.append(np.concatenate(found)[None])
    return np.concatenate(rows), helped
