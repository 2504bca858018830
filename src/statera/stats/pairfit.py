"""The likelihood of games between pairs, and its maximum: Bradley and Terry, and Davidson's ties.

With strengths s and d = s_i - s_j a game ends, in proportion to e^(d/2) : e^(-d/2) : nu, with a win
of i, of j, or a tie (Davidson, JASA 65 (1970) 317-328, eq. 2.3). Without ties, nu = 0, that is
Bradley and Terry (Biometrika 39 (1952) 324-345). Both are concave in s and log nu. Many sets of
games, such as resamples, are fitted at a time.
"""

from typing import NamedTuple

import numpy as np

STEPS = 60
HALVINGS = 30
CLOSE = 1e-10  # of the most games of a pair: the Newton decrement after which a step is exact


class Results(NamedTuple):
    """Sets of games as counts, each (sets, m, m): row beats column, and ties of both, symmetric.

    `ties` is None where a tie counts as half a win of both.
    """

    wins: np.ndarray
    ties: np.ndarray | None = None


class Point(NamedTuple):
    """Strengths (sets, m) with mean 0, and log nu (sets,) where ties are modelled."""

    strengths: np.ndarray
    tie: np.ndarray | None = None


class Slopes(NamedTuple):
    """The gradient (sets, p) of the log-likelihood, and minus its second derivatives."""

    gradient: np.ndarray
    curvature: np.ndarray


def fit(results: Results, start: Point) -> Point:
    """Return the maximum by Newton's method with halved steps, from `start`.

    Valid only for games that have one: see `statera.stats.connectedness`. ValueError where none is
    reached in `STEPS`.
    """
    point, value = start, likelihood(results, start)
    close = CLOSE * results.wins.max(axis=(1, 2))
    for _ in range(STEPS):
        gradient, curvature = slopes(results, point)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        decrement = np.einsum("bp,bp->b", gradient, step)
        point, value = _moved(results, point, value, step)
        if np.all(decrement < close):
            return point
    raise ValueError("no maximum of the likelihood was reached")


def _moved(
    results: Results, point: Point, value: np.ndarray, step: np.ndarray
) -> tuple[Point, np.ndarray]:
    """Return the point after the longest halved step that does not lose likelihood."""
    slack = 1e-12 * np.abs(value)
    for _ in range(HALVINGS):
        tried = _shifted(point, step)
        found = likelihood(results, tried)
        worse = ~(found >= value - slack)
        if not worse.any():
            return tried, found
        step = np.where(worse[:, None], step / 2, step)
    return tried, found


def _shifted(point: Point, step: np.ndarray) -> Point:
    models = point.strengths.shape[1]
    strengths = point.strengths + step[:, :models]
    centred = strengths - strengths.mean(axis=1, keepdims=True)
    return Point(centred, None if point.tie is None else point.tie + step[:, models])


def likelihood(results: Results, point: Point) -> np.ndarray:
    """Return the log-likelihood of each set of games, shape (sets,)."""
    gaps = point.strengths[:, :, None] - point.strengths[:, None, :]
    if results.ties is None or point.tie is None:
        found: np.ndarray = -(results.wins * np.logaddexp(0, -gaps)).sum(axis=(1, 2))
        return found
    tie = point.tie[:, None, None]
    total = np.logaddexp(np.abs(gaps) / 2 + np.log1p(np.exp(-np.abs(gaps))), tie)
    drawn = results.ties * (tie - total) / 2
    summed: np.ndarray = (results.wins * (gaps / 2 - total) + drawn).sum(axis=(1, 2))
    return summed


def chances(point: Point) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities that row beats column, and that they tie, each (sets, m, m)."""
    gaps = point.strengths[:, :, None] - point.strengths[:, None, :]
    if point.tie is None:
        return 1 / (1 + np.exp(-gaps)), np.zeros_like(gaps)
    tie = point.tie[:, None, None]
    most = np.maximum(np.abs(gaps) / 2, tie)
    won, lost, tied = (np.exp(x - most) for x in (gaps / 2, -gaps / 2, tie))
    total = won + lost + tied
    return won / total, tied / total


def slopes(results: Results, point: Point) -> Slopes:
    """Return gradient and curvature; a constant shift of all strengths, else free, is held."""
    won, tied = chances(point)
    lost = np.swapaxes(won, 1, 2)
    wins, models = results.wins, point.strengths.shape[1]
    games = wins + np.swapaxes(wins, 1, 2) + (0 if results.ties is None else results.ties)
    lean = (won - lost) / 2
    gradient = ((wins - np.swapaxes(wins, 1, 2)) / 2 - games * lean).sum(axis=2)
    spread = games * ((won + lost) / 4 - lean**2)
    curvature = -spread
    place = np.arange(models)
    curvature[:, place, place] = 0
    total = -curvature.sum(axis=2)
    curvature[:, place, place] = total
    curvature += (total.mean(axis=1) / models)[:, None, None]
    if results.ties is None:
        return Slopes(gradient, curvature)
    return _with_tie(Slopes(gradient, curvature), results.ties, games, lean, tied)


def _with_tie(
    slopes: Slopes, ties: np.ndarray, games: np.ndarray, lean: np.ndarray, tied: np.ndarray
) -> Slopes:
    """Return the slopes with log nu as the last of the parameters."""
    above = (ties - games * tied).sum(axis=(1, 2)) / 2
    bend = (games * tied * (1 - tied)).sum(axis=(1, 2)) / 2
    cross = -(games * tied * lean).sum(axis=2)
    gradient = np.concatenate([slopes.gradient, above[:, None]], axis=1)
    side = np.concatenate([cross, bend[:, None]], axis=1)
    body = np.concatenate([slopes.curvature, cross[:, None, :]], axis=1)
    return Slopes(gradient, np.concatenate([body, side[:, :, None]], axis=2))
