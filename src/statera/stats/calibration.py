"""A judge's mean, corrected by human labels of other trials than those to be corrected.

Labels of the same trials, drawn with a known probability, are better: `ppi`.

>>> calibration = Calibration([1, 0, 1, 1] * 20, [1, 0, 0, 1] * 20)
>>> str(separate_samples(calibration, [1, 0, 0, 1] * 100))
'0.750 [0.659, 0.823] 95 %, corrected from 0.500, 400 trials, 80 labels'
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from statera.stats.corrected import (
    Corrected,
    Moments,
    check_level,
    corrected_interval,
    numbers,
)
from statera.stats.results import LEVEL

MIN_LABELS = 30
SOURCE = (
    "Angelopoulos et al., Science 382 (2023) 669-674; tuning: Angelopoulos, Duchi and Zrnic, arXiv "
    "2311.01453 (2023), section 6"
)


class Calibration(NamedTuple):
    """Labels and predictions of the trials that people looked at, one entry a trial each."""

    labels: Sequence[float]
    predictions: Sequence[float]


def separate_samples(
    calibration: Calibration,
    predictions: Sequence[float],
    *,
    level: float = LEVEL,
    transported: bool = False,
) -> Corrected:
    """Return the mean label of trials that have predictions only.

    Both are independent random samples of the same trials (PPI++); or the calibration is
    `transported` from another model or data set: then the judge's mean error is carried over as it
    is (PPI, tuning 1) and the result is marked. t interval with labels - 1 degrees of freedom.
    None with fewer than 30 labels, 2 trials, or no spread of labels beside the judge. ValueError
    for samples of different length, NaN, or a level outside (0, 1).
    """
    check_level(level)
    labels, known, judged = _parts(calibration, predictions)
    why = _refusal(labels, known, judged)
    moments = None if why else two_samples(calibration, predictions, 1.0 if transported else None)
    share = bool(all(np.all((part >= 0) & (part <= 1)) for part in (labels, known, judged)))
    low, high = None, None
    if moments is not None:
        low, high = corrected_interval(moments, len(labels) - 1, level=level, share=share)
    return Corrected(
        value=None if moments is None else moments.value,
        low=low,
        high=high,
        level=level,
        method=why or ("PPI" if transported else "PPI++"),
        source=SOURCE,
        n=len(judged),
        clusters=len(judged),
        raw=float(judged.mean()) if len(judged) else None,
        labels=len(labels),
        tuning=None if moments is None else moments.tuning,
        transported=transported,
    )


def two_samples(
    calibration: Calibration,
    predictions: Sequence[float],
    tuning: float | None = None,
    *,
    ddof: int = 1,
) -> Moments:
    """Return tuning * mean(predictions) + mean(labels - tuning * their predictions).

    Variance: tuning^2 var(predictions) / N + var(labels - tuning * theirs) / n. The tuning that is
    None is cov(labels, theirs) / ((1 + n / N) var(all predictions)), in [0, 1] (PPI++, example 6.1;
    1 is PPI). Variances divide by n - `ddof`: the authors' code uses 0, every result here 1.
    """
    labels, known, judged = _parts(calibration, predictions)
    count, more = len(labels), len(judged)
    if tuning is None:
        spread = (1 + count / more) * float(np.concatenate([known, judged]).var(ddof=ddof))
        shared = float(np.sum((labels - labels.mean()) * (known - known.mean()))) / (count - ddof)
        tuning = min(1.0, max(0.0, shared / spread)) if spread > 0 else 0.0
    rest = labels - tuning * known
    value = tuning * judged.mean() + rest.mean()
    variance = tuning**2 * judged.var(ddof=ddof) / more + rest.var(ddof=ddof) / count
    return Moments(float(value), float(variance), tuning)


def _parts(
    calibration: Calibration, predictions: Sequence[float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    labels = numbers(calibration.labels, "labels")
    known = numbers(calibration.predictions, "predictions")
    if len(labels) != len(known):
        raise ValueError(f"{len(labels)} labels for {len(known)} predictions")
    return labels, known, numbers(predictions, "predictions")


def _refusal(labels: np.ndarray, known: np.ndarray, judged: np.ndarray) -> str:
    if len(labels) < MIN_LABELS:
        return f"{len(labels)} labels, at least {MIN_LABELS} are needed"
    if len(judged) < 2:
        return "fewer than 2 trials"
    if np.ptp(labels - known) == 0:
        return "labels and judge differ by the same on every trial"
    return ""
