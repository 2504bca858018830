"""Games between pairs of models, and the tables of who beat whom that resamples of them make.

>>> played = check_games(Games(left=[0, 0, 1], right=[1, 1, 2], score=[1, 0.5, 0]))
>>> whole(tally(played, ties="half")).wins[0].tolist()
[[0.0, 1.5, 0.0], [0.5, 0.0, 0.0], [0.0, 1.0, 0.0]]
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from statera.stats.multinomial import resample_counts
from statera.stats.pairfit import Results

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Ties = Literal["half", "davidson"]
MOST_HELD = 2**20  # numbers of a chunk of tables
MOST_GATHERED = 2**22
DENSE = 0.1  # share of cells that an item fills from which a matrix product is faster
MOST_DENSE = 2**24


class Games(NamedTuple):
    """Games between models 0..models-1, one entry a game, all of the same length.

    `score` is 1 where the left one wins, 0 where it loses, 0.5 for a tie (in between for what is
    not sure). `weight` is at least 0 (None: 1 each), `cluster` the item that was played on (None:
    every game on its own). `covariates` (games, k) are what is to be held equal, left minus right:
    the log-ratio of lengths, say, or 1 for every game to take out the advantage of being first.
    `models` counts them where some have played no game (None: the highest index and one).
    """

    left: "ArrayLike"
    right: "ArrayLike"
    score: "ArrayLike"
    weight: "ArrayLike | None" = None
    cluster: "ArrayLike | None" = None
    covariates: "ArrayLike | None" = None
    models: int | None = None


class Played(NamedTuple):
    """Games as arrays, those without weight left out; `cluster` is 0..clusters-1."""

    left: np.ndarray
    right: np.ndarray
    score: np.ndarray
    weight: np.ndarray
    cluster: np.ndarray
    covariates: np.ndarray
    models: int

    @property
    def clusters(self) -> int:
        """Return how many independent items the games were played on."""
        return int(self.cluster.max(initial=-1)) + 1

    def among(self, group: tuple[int, ...]) -> "Played":
        """Return the games inside a group, its models numbered 0..len(group)-1."""
        place = np.full(self.models, -1)
        place[list(group)] = np.arange(len(group))
        kept = (place[self.left] >= 0) & (place[self.right] >= 0)
        _, cluster = np.unique(self.cluster[kept], return_inverse=True)
        return Played(
            place[self.left[kept]],
            place[self.right[kept]],
            self.score[kept],
            self.weight[kept],
            cluster,
            self.covariates[kept],
            len(group),
        )


class Tally(NamedTuple):
    """What each cluster adds to the tables: `value[e]` to cell `cell[e]`, in order of cells.

    The cells 0..m^2-1 are the wins of row over column, the next m^2, with Davidson, the ties.
    """

    cell: np.ndarray
    cluster: np.ndarray
    value: np.ndarray
    models: int
    clusters: int
    ties: Ties


def check_games(games: Games) -> Played:
    """Return games as arrays.

    ValueError for different lengths, a model against itself or outside 0..models-1, a score
    outside [0, 1], a weight below 0, or NaN.
    """
    left, right = np.asarray(games.left, np.int64), np.asarray(games.right, np.int64)
    count = len(left)
    score = np.asarray(games.score, np.float64)
    weight = np.ones(count) if games.weight is None else np.asarray(games.weight, np.float64)
    names = np.arange(count) if games.cluster is None else np.asarray(games.cluster)
    held = np.zeros((count, 0)) if games.covariates is None else games.covariates
    covariates = np.asarray(held, np.float64)
    covariates = covariates[:, None] if covariates.ndim == 1 else covariates
    if {len(right), len(score), len(weight), len(names), len(covariates)} != {count}:
        raise ValueError("games have a left, right, score, weight, cluster and covariates each")
    models = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    if games.models is not None and games.models < models:
        raise ValueError(f"a game of model {models - 1} among {games.models} models")
    _check_values(left, right, score, weight, covariates)
    kept = weight > 0
    _, cluster = np.unique(names[kept], return_inverse=True)
    return Played(
        left[kept],
        right[kept],
        score[kept],
        weight[kept],
        cluster,
        covariates[kept],
        games.models or models,
    )


def _check_values(
    left: np.ndarray,
    right: np.ndarray,
    score: np.ndarray,
    weight: np.ndarray,
    covariates: np.ndarray,
) -> None:
    if np.any(left == right) or min(left.min(initial=0), right.min(initial=0)) < 0:
        raise ValueError("a game is between two models, numbered from 0")
    if not np.all((score >= 0) & (score <= 1)):
        raise ValueError("a score lies in [0, 1]")
    if not np.all((weight >= 0) & np.isfinite(weight)) or not np.all(np.isfinite(covariates)):
        raise ValueError("weights are numbers of at least 0, and covariates numbers")


def tally(played: Played, *, ties: Ties) -> Tally:
    """Return what each cluster adds to the tables.

    ValueError for Davidson's ties and a score other than 0, 0.5 and 1.
    """
    models, score, weight = played.models, played.score, played.weight
    there = played.left * models + played.right
    back = played.right * models + played.left
    if ties == "half":
        cells, values = [there, back], [weight * score, weight * (1 - score)]
    else:
        if not np.all(np.isin(score, (0.0, 0.5, 1.0))):
            raise ValueError("Davidson's ties need scores of 0, 0.5 or 1")
        tied, square = weight * (score == 0.5), models * models
        cells = [there, back, there + square, back + square]
        values = [weight * (score == 1), weight * (score == 0), tied, tied]
    count = max(1, played.clusters)
    key = np.concatenate(cells) * count + np.tile(played.cluster, len(cells))
    held, place = np.unique(key, return_inverse=True)
    value = np.bincount(place, np.concatenate(values), minlength=len(held))
    kept = value > 0
    cell, cluster = held[kept] // count, held[kept] % count
    return Tally(cell, cluster, value[kept], models, played.clusters, ties)


def whole(tally: Tally) -> Results:
    """Return the table of all games, as one set."""
    width = tally.models**2 * (1 if tally.ties == "half" else 2)
    return _results(np.bincount(tally.cell, tally.value, minlength=width)[None], tally)


def resampled(tally: Tally, resamples: int, rng: np.random.Generator) -> Iterator[Results]:
    """Yield the tables of `resamples` resamples of clusters, as many sets at a time as fit."""
    width = tally.models**2 * (1 if tally.ties == "half" else 2)
    most = max(1, min(resamples, MOST_HELD // width))
    held, used = np.zeros((most, width)), 0
    for sums, cells in _sums(tally, resamples, rng):
        start = 0
        while start < len(sums):
            rows = min(most - used, len(sums) - start)
            held[used : used + rows, cells] = sums[start : start + rows]
            used, start = used + rows, start + rows
            if used == most:
                yield _results(held.copy(), tally)
                used = 0
    if used:
        yield _results(held[:used].copy(), tally)


def _results(held: np.ndarray, tally: Tally) -> Results:
    shape, square = (len(held), tally.models, tally.models), tally.models**2
    ties = held[:, square:].reshape(shape) if tally.ties == "davidson" else None
    return Results(held[:, :square].reshape(shape), ties)


def _sums(
    tally: Tally, resamples: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield sums (rows, cells) of resamples, and which cells they are."""
    cells, starts = np.unique(tally.cell, return_index=True)
    size = tally.clusters * len(cells)
    if size <= MOST_DENSE and len(tally.cell) > DENSE * size:
        dense = np.zeros((tally.clusters, len(cells)))
        dense[tally.cluster, np.searchsorted(cells, tally.cell)] = tally.value
        for counts in resample_counts(tally.clusters, resamples, rng):
            yield counts.astype(np.float64) @ dense, cells
        return
    rows = max(1, MOST_GATHERED // len(tally.cell))
    for counts in resample_counts(tally.clusters, resamples, rng):
        for first in range(0, len(counts), rows):
            taken = counts[first : first + rows, tally.cluster] * tally.value
            yield np.add.reduceat(taken, starts, axis=1), cells
