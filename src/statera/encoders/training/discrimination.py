"""How well scores tell ones from zeros: rates at a threshold, and calibration.

>>> recall_at(0.5, [0.9, 0.8, 0.3], [0.1, 0.2, 0.4, 0.7])
Rate(hits=2, n=3)
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.stats.proportion import normal_quantile, wilson
from statera.stats.results import LEVEL

Scores = Sequence[float] | np.ndarray


class Rate(NamedTuple):
    """`hits` of `n`; `share` of them, with Wilson's interval."""

    hits: int
    n: int

    @property
    def share(self) -> float:
        """Return the share; NaN of none."""
        return self.hits / self.n if self.n else float("nan")

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """Return Wilson's interval; [0, 1] of none."""
        return wilson(self.share, self.n, normal_quantile(level)) if self.n else (0.0, 1.0)


class Bin(NamedTuple):
    """Scores of one tenth of [0, 1]: their weight, their mean, and the share of ones there."""

    weight: float
    predicted: float
    observed: float


def recall_at(false_positives: float, ones: Scores, zeros: Scores) -> Rate:
    """Return how many ones score above all but that share of the zeros."""
    descending = np.sort(np.asarray(zeros, float))[::-1]
    allowed = int(np.floor(false_positives * len(descending) + 1e-9))
    bar = descending[allowed] if allowed < len(descending) else -np.inf
    return Rate(int((np.asarray(ones, float) > bar).sum()), len(ones))


def rate(scores: Scores, threshold: float) -> Rate:
    """Return how many scores are at or above the threshold."""
    return Rate(int((np.asarray(scores, float) >= threshold).sum()), len(scores))


def reliability(scores: Scores, labels: Scores, weights: Scores) -> list[Bin]:
    """Return the bins of [0, 1] that hold anything, ten of equal width."""
    scores, labels, weights = (np.asarray(part, float) for part in (scores, labels, weights))
    places = np.minimum((scores * 10).astype(int), 9)
    found = []
    for place in range(10):
        here = places == place
        if total := float(weights[here].sum()):
            mean = weights[here] @ np.stack([scores[here], labels[here]], 1) / total
            found.append(Bin(total / float(weights.sum()), float(mean[0]), float(mean[1])))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the expected calibration error: the weighted mean of |predicted - observed|.

    Guo et al., ICML 2017.
    """
    return sum(one.weight * abs(one.predicted - one.observed) for one in bins)
