"""The lowest threshold under which harmless items are flagged rarely enough, with confidence.

    chosen = lowest_threshold(scores_of_harmless, limit=0.01, alpha=0.05)
    chosen.threshold      # at most 1 % of what is harmless is flagged at it, with 95 % confidence

The guarantee holds although the threshold is chosen on the same data: the candidates are tested
from the strictest down, each exactly, and the first that is not shown to be good enough ends it
(fixed-sequence testing; Learn then Test). As the share of flagged items can only grow as the
threshold falls, no correction for the number of candidates is needed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from statera.stats.proportion import clopper_pearson_p

LEARN_THEN_TEST = (
    "Angelopoulos, Bates, Candes, Jordan and Lei, Learn then Test, arXiv 2110.01052 (2021); "
    "Maurer, Hothorn and Lehmacher, Biometrie in der chemisch-pharmazeutischen Industrie 6 (1995) "
    "3-18; Clopper and Pearson, Biometrika 26 (1934) 404-413"
)
STEPS = 1000
"""Candidates lie 1 / STEPS apart, from 1 down."""


class Chosen(NamedTuple):
    """A threshold, None where none is shown to do; `flagged` of `n` units reach it.

    `most` is how many of n may be flagged at most; -1 where n is too small for any.
    """

    threshold: float | None
    flagged: int
    n: int
    most: int


def lowest_threshold(scores: ArrayLike, *, limit: float, alpha: float) -> Chosen:
    """Return the lowest threshold in (0, 1] at which a score of a harmless unit is surely rare.

    `scores` (n,) in [0, 1], one an independent unit; a unit is flagged by a score at or above the
    threshold. With probability at least 1 - `alpha` the share of flagged units in the population is
    at most `limit`. ValueError for no scores, scores outside [0, 1], or limit or alpha outside
    (0, 1).
    """
    values = np.sort(np.asarray(scores, np.float64))
    if not len(values) or not np.all((values >= 0) & (values <= 1)):
        raise ValueError("scores are at least one number in [0, 1]")
    if not (0 < limit < 1 and 0 < alpha < 1):
        raise ValueError(f"limit and alpha lie in (0, 1), got {limit} and {alpha}")
    n = len(values)
    most = most_flagged(n, limit, alpha)
    grid = np.arange(STEPS, 0, -1) / STEPS
    flagged = n - np.searchsorted(values, grid, "left")
    good = int(np.searchsorted(flagged, most, "right"))
    if most < 0 or not good:
        return Chosen(None, int(flagged[0]), n, most)
    return Chosen(float(grid[good - 1]), int(flagged[good - 1]), n, most)


def most_flagged(n: int, limit: float, alpha: float) -> int:
    """Return the largest count of n at which a share of `limit` or more is refuted at `alpha`.

    By the exact binomial test; -1 where not even a count of 0 refutes it.
    """
    low, high = -1, n
    while high - low > 1:
        middle = (low + high) // 2
        if clopper_pearson_p(middle, n, limit, side="below") <= alpha:
            low = middle
        else:
            high = middle
    return low
