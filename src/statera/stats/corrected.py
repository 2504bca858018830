"""A mean corrected for the errors of the judge or detector that measured it.

`rogangladen` corrects a rate by a detector's sensitivity and specificity; `ppi` corrects any mean
by human labels of some of the same trials, `calibration` by labels of other trials.
"""

from math import exp, isfinite, log, sqrt
from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.proportion import student_quantile


class Moments(NamedTuple):
    """A corrected mean, its variance, and the weight of the judge in it."""

    value: float
    variance: float
    tuning: float


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """A corrected number with its interval, beside the raw one that was measured.

    `value`, `low` and `high` are None where no correction is valid; `method` then says why. `level`
    is the two-sided coverage in (0, 1). `n` counts the judged trials, `clusters` the independent
    units among them, `labels` the human labels behind the correction. `tuning` is the weight of the
    judge in PPI++ (0: labels alone; None: not that method). `transported` says that the correction
    was measured on another model or data set: that it holds here is an assumption. `refused` says
    which correction that comes before this one was not valid, and why; empty where none was tried.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    source: str
    n: int
    clusters: int
    raw: float | None
    labels: int
    tuning: float | None = None
    transported: bool = False
    refused: str = ""

    def __str__(self) -> str:
        """Return `0.103 [0.071, 0.141] 95 %, corrected from 0.137, 1000 trials, 200 labels`."""
        carried = ", transported: measured on other data" if self.transported else ""
        raw = "nothing" if self.raw is None else f"{self.raw:.3f}"
        sizes = f"{self.n} trials, {self.labels} labels{carried}"
        if self.value is None or self.low is None or self.high is None:
            return f"no correction of {raw} ({self.method}), {sizes}"
        bounds = f"[{self.low:.3f}, {self.high:.3f}] {100 * self.level:g} %"
        return f"{self.value:.3f} {bounds}, corrected from {raw}, {sizes}"


def corrected_interval(
    moments: Moments, freedom: float, *, level: float, share: bool
) -> tuple[float, float]:
    """Return value +- t * standard error, on the logit scale for a share strictly inside (0, 1).

    There the standard error of the logit is that of the value over value (1 - value) (delta
    method), and the bounds stay inside (0, 1). Other shares are cut to [0, 1].
    """
    value, spread = moments.value, student_quantile(level, freedom) * sqrt(moments.variance)
    if not share:
        return value - spread, value + spread
    if not 0 < value < 1:
        return min(1.0, max(0.0, value - spread)), max(0.0, min(1.0, value + spread))
    odds, steps = log(value / (1 - value)), spread / (value * (1 - value))
    return _from_logit(odds - steps), _from_logit(odds + steps)


def numbers(values: object, name: str) -> np.ndarray:
    """Return the values as float64; ValueError, with what they are, if one is not a number."""
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be numbers")
    return array


def check_level(level: float) -> None:
    """Raise ValueError unless 0 < level < 1."""
    if not (isfinite(level) and 0 < level < 1):
        raise ValueError(f"a level lies between 0 and 1, not {level:g}")


def _from_logit(odds: float) -> float:
    if odds > 0:
        return 1 / (1 + exp(-odds))
    return exp(odds) / (1 + exp(odds))
