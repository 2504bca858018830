"""Many models ranked by their games between pairs: Bradley and Terry, with ties.

The interval resamples items, never the games on one item: each resample is a table of who beat
whom, so that memory does not grow with resamples. A resample in which some models never lost to the
rest has no finite strengths: it gets the games of the whole sample on top, counted `PRIOR` times,
and `disconnected` says how many these were. Where they are more than an interval leaves out on one
side, there are no intervals.

>>> games = Games(left=[0, 0, 0], right=[1, 1, 1], score=[1, 1, 0])
>>> found = bradley_terry(games, rng=np.random.default_rng(0))
>>> [round(model.score, 3) for model in found.models], found.method
([0.667, 0.333], 'Bradley-Terry, ties half a win; no interval: fewer than 40 items')
"""

from math import exp
from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.bootstrap import ENOUGH
from statera.stats.connectedness import connected, cyclic
from statera.stats.games import Games, Tally, Ties, check_games, resampled, tally, whole
from statera.stats.pairfit import Point, Results, fit
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

PRIOR = 1e-3
BOUNDS = ("value", "low", "high")
UNDETERMINED = "Davidson's model needs a tie, and a ring of wins"
RESAMPLES = 1_000
METHODS: dict[Ties, str] = {
    "half": "Bradley-Terry, ties half a win",
    "davidson": "Bradley-Terry with Davidson's ties",
}
SOURCES: dict[Ties, str] = {
    "half": "Bradley and Terry, Biometrika 39 (1952) 324-345; Ford, Am. Math. Monthly 64 (1957)",
    "davidson": "Davidson, JASA 65 (1970) 317-328, eq. 2.3",
}


def bradley_terry(
    games: Games,
    *,
    ties: Ties = "half",
    level: float = LEVEL,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Ranking:
    """Return strengths, ranks and win probabilities, with intervals by items (`games.cluster`).

    `ties` are half a win of both, or by Davidson's model, which needs scores of 0, 0.5 and 1, at
    least one tie, and a ring of wins. Ranked are the models joined by chains of wins both ways; of
    several such groups the largest, and every other model says why it has no place. No intervals
    for fewer than 40 items. ValueError for games that are none, or a level outside (0, 1).
    """
    played = check_games(games)
    setting, inside = setting_of(played, level, METHODS[ties], SOURCES[ties])
    if not setting.ranked:
        return ranking(unranked(UNRANKED), setting)
    counted = tally(inside, ties=ties)
    results = whole(counted)
    if not determined(results)[0]:
        return ranking(unranked(UNDETERMINED), setting)
    nothing = np.zeros((1, inside.models))
    point = fit(results, Point(nothing, None if ties == "half" else np.zeros(1)))
    draws = _draws(counted, point, resamples if inside.clusters >= ENOUGH else 0, rng)
    why = refusal(setting, draws.disconnected / max(1, resamples))
    fitted = Fitted(point.strengths[0], draws.point.strengths, why, draws.disconnected)
    return ranking(fitted, setting, _tie(point, draws.point, setting, why))


class Draws(NamedTuple):
    """The maxima of resamples, and how many of these had none of their own."""

    point: Point
    disconnected: int


def determined(results: Results) -> np.ndarray:
    """Return which sets of games have finite strengths, shape (sets,).

    Where ties are modelled also a finite nu: there must be a tie, and a chain of wins that comes
    back to where it began, without which all wins could be ever surer as ties become ever likelier.
    """
    if results.ties is None:
        return connected(results.wins)
    joined = connected(results.wins + results.ties)
    return np.asarray(joined & results.ties.any(axis=(1, 2)) & cyclic(results.wins))


def _draws(counted: Tally, point: Point, resamples: int, rng: np.random.Generator) -> Draws:
    full, found, lost = whole(counted), [], 0
    for results in resampled(counted, resamples, rng) if resamples else ():
        alone = ~determined(results)
        lost += int(alone.sum())
        found.append(fit(_helped(results, full, alone), _repeated(point, len(alone))))
    strengths = [point.strengths[:0], *(one.strengths for one in found)]
    ties = None if point.tie is None else [one.tie for one in found if one.tie is not None]
    tie = None if ties is None else np.concatenate([np.zeros(0), *ties])
    return Draws(Point(np.concatenate(strengths), tie), lost)


def _helped(results: Results, full: Results, alone: np.ndarray) -> Results:
    """Return the sets of games, a little of all games added to those without finite strengths."""
    added = PRIOR * alone[:, None, None]
    if results.ties is None or full.ties is None:
        return Results(results.wins + added * full.wins)
    return Results(results.wins + added * full.wins, results.ties + added * full.ties)


def _repeated(point: Point, sets: int) -> Point:
    tie = None if point.tie is None else np.repeat(point.tie, sets)
    return Point(np.repeat(point.strengths, sets, axis=0), tie)


def _tie(point: Point, draws: Point, setting: Setting, why: str) -> Estimate | None:
    """Return Davidson's nu, with its interval on the log scale."""
    if point.tie is None or draws.tie is None:
        return None
    found = interval("Davidson's nu", float(point.tie[0]), draws.tie, setting, why=why)
    return msgspec.structs.replace(
        found, **{name: exp(x) for name in BOUNDS if (x := getattr(found, name)) is not None}
    )
