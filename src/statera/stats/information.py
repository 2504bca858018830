"""How far a judge's verdicts tell what people say: 0 for a coin, 1 for what people themselves say.

| verdicts and labels | information | interval |
|---|---|---|
| yes or no, independent items, drawn alike | sensitivity + specificity - 1 | hybrid score |
| anything else | correlation with the labels | cluster-robust, Fisher z |

Without information no correction makes a number of the verdicts: it would only be the labels'.

>>> coin = information([1, 0] * 50, [1, 1, 0, 0] * 25)
>>> coin.value, coin.shown, coin.needed
(0.0, False, None)
>>> information([1, 0] * 50, [1, 0] * 50).shown
True
"""

from collections.abc import Hashable, Sequence
from math import atanh, ceil, tanh

import msgspec
import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_mean
from statera.stats.corrected import check_level, numbers
from statera.stats.proportion import student_quantile
from statera.stats.results import LEVEL
from statera.stats.rogangladen import MIN_INFORMATION, Accuracy, information_interval

YOUDEN = "sensitivity + specificity - 1, hybrid score interval (Newcombe 1998, method 10)"
CORRELATION = "correlation with people's labels, cluster-robust, Fisher z"
_SAME = 1e-12


class Information(msgspec.Struct, frozen=True, kw_only=True):
    """What verdicts tell of labels, in [-1, 1], with its interval at a two-sided `level`.

    `value`, `low` and `high` are None where it cannot be measured; `method` then says why. `labels`
    counts the labelled items behind it. `constant` says that the judge gave all of these the same
    verdict, though people told them apart.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    labels: int
    method: str
    constant: bool = False

    @property
    def shown(self) -> bool:
        """Whether the judge is shown to tell more than nothing: the interval is above 0.05."""
        return self.low is not None and self.low > MIN_INFORMATION

    @property
    def needed(self) -> int | None:
        """About how many labels would show it at this value, None where no number would."""
        if self.value is None or self.low is None or self.value <= MIN_INFORMATION:
            return None
        return ceil(self.labels * ((self.value - self.low) / (self.value - MIN_INFORMATION)) ** 2)


def information(
    labels: Sequence[float],
    verdicts: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    weights: Sequence[float] | None = None,
    level: float = LEVEL,
) -> Information:
    """Return what the verdicts tell of the labels of the same items.

    `clusters` names what binds items together, None if nothing does; `weights` are 1 / the chance
    of each to be drawn for a label, None where all had the same. ValueError for NaN, parts of
    another length, or a level outside (0, 1).
    """
    check_level(level)
    known, judged = numbers(labels, "labels"), numbers(verdicts, "verdicts")
    if len(known) != len(judged):
        raise ValueError(f"{len(known)} labels for {len(judged)} verdicts")
    if why := _unmeasured(known, judged):
        constant = len(known) > 1 and float(np.ptp(known)) > _SAME
        return Information(
            value=None,
            low=None,
            high=None,
            level=level,
            labels=len(known),
            method=why,
            constant=constant,
        )
    if clusters is None and weights is None and {*known.tolist(), *judged.tolist()} <= {0.0, 1.0}:
        return information_of(accuracy_of(known, judged), level=level)
    names = list(range(len(known)) if clusters is None else clusters)
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    index = np.array([places[name] for name in names], dtype=np.int64)
    shares = np.ones(len(known)) if weights is None else numbers(weights, "weights")
    return _correlation(known, judged, shares, index, level)


def information_of(accuracy: Accuracy, *, level: float = LEVEL) -> Information:
    """Return the same of a yes or no, from how often it was right; labels of both kinds needed."""
    low, high = information_interval(accuracy, level=level)
    labels = accuracy.positives + accuracy.negatives
    return _measured(accuracy.information, low, high, level, labels, YOUDEN)


def accuracy_of(labels: np.ndarray, verdicts: np.ndarray) -> Accuracy:
    """Return how often verdicts of 0 and 1 were right, by label; both have shape (n,)."""
    hits = int(np.sum((labels == 1) & (verdicts == 1)))
    clear = int(np.sum((labels == 0) & (verdicts == 0)))
    positives = int(np.sum(labels == 1))
    return Accuracy(hits, positives, clear, len(labels) - positives)


def _unmeasured(labels: np.ndarray, verdicts: np.ndarray) -> str:
    """Return why what the verdicts tell cannot be measured; nothing where it can."""
    if len(labels) < 2:
        return f"{len(labels)} labels"
    if np.ptp(labels) <= _SAME:
        return "people gave all of the labelled replies the same label"
    if np.ptp(verdicts) <= _SAME:
        return "the judge gave all of the labelled replies the same verdict"
    return ""


def _correlation(
    labels: np.ndarray, verdicts: np.ndarray, shares: np.ndarray, index: np.ndarray, level: float
) -> Information:
    """Return Pearson's correlation; its variance is that of its influence function's mean."""
    if (count := len(np.unique(index))) < MIN_CLUSTERS:
        why = f"labels in {count} clusters, at least {MIN_CLUSTERS} are needed"
        return Information(
            value=None, low=None, high=None, level=level, labels=len(labels), method=why
        )
    ours, theirs = _standard(labels, shares), _standard(verdicts, shares)
    value = float(np.clip(np.average(ours * theirs, weights=shares), -1.0, 1.0))
    pull = ours * theirs - value / 2 * (ours**2 + theirs**2)
    spread = cluster_mean(pull, shares, index)
    if abs(value) >= 1 - _SAME:
        return _measured(value, value, value, level, len(labels), CORRELATION)
    step = student_quantile(level, spread.freedom) * spread.variance**0.5 / (1 - value**2)
    low, high = tanh(atanh(value) - step), tanh(atanh(value) + step)
    return _measured(value, low, high, level, len(labels), CORRELATION)


def _standard(values: np.ndarray, shares: np.ndarray) -> np.ndarray:
    centred = values - np.average(values, weights=shares)
    scaled: np.ndarray = centred / np.sqrt(np.average(centred**2, weights=shares))
    return scaled


def _measured(
    value: float, low: float, high: float, level: float, labels: int, method: str
) -> Information:
    return Information(value=value, low=low, high=high, level=level, labels=labels, method=method)
