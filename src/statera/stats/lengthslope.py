"""How much a judge's verdict goes with length: wins per log-ratio, rubric scores per log-length.

| figure | needs |
|---|---|
| log odds of a win per unit of log(length / base length) | 8 clusters, 10 wins and 10 losses |
| score per unit of log length | 8 clusters, lengths that differ |
| mean score at a reference length | the same, and lengths on both sides of it |

A unit of log length is a factor of e; a doubling is 0.69 of it. Both are associations: where better
answers are truly longer, the slope holds that too, and an adjusted mean takes too much away. So raw
and adjusted mean are both shown. An empty answer counts as one character long.

>>> scores, lengths = [0.2, 0.4, 0.6, 0.8] * 5, [100, 200, 400, 800] * 5
>>> told = length_adjusted_mean(scores, lengths, range(20), reference=200)
>>> round(told.raw.value, 3), round(told.adjusted.value, 3), round(told.slope.value, 3)
(0.5, 0.4, 0.289)
"""

from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from statera.stats import logistic
from statera.stats.clusterrobust import CR2, MIN_CLUSTERS
from statera.stats.means import ENOUGH_EVENTS, mean
from statera.stats.proportion import student_quantile
from statera.stats.results import LEVEL, Estimate, Items

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

DETERMINED = 1e-9
NO_LENGTHS = "all lengths are the same"
NO_RATIOS = "all pairs have the same ratio of lengths"


class LengthAdjusted(msgspec.Struct, frozen=True, kw_only=True):
    """A mean score, raw and at a reference length, and how the score goes with length.

    `slope` is the change of the score when the length grows by a factor of e. `mean_length` is the
    mean of the lengths seen, `reference` the length that the adjusted mean is for. Values are None
    where they cannot be told; their `method` says why.
    """

    raw: Estimate
    adjusted: Estimate
    slope: Estimate
    reference: float
    mean_length: float | None


class Coefficients(NamedTuple):
    """Variance and Satterthwaite's degrees of freedom of each weight of a regression, (k,)."""

    variance: np.ndarray
    freedom: np.ndarray


def log_lengths(lengths: "ArrayLike") -> np.ndarray:
    """Return log lengths, an empty text counted as one character; ValueError below 0 or NaN."""
    found = np.asarray(lengths, np.float64)
    if not np.all(np.isfinite(found) & (found >= 0)):
        raise ValueError("lengths must be numbers of at least 0")
    logs: np.ndarray = np.log(np.maximum(found, 1.0))
    return logs


def length_slope(
    wins: "ArrayLike", log_ratios: "ArrayLike", clusters: "ArrayLike", *, level: float = LEVEL
) -> Estimate:
    """Return the change of the log odds of a win per unit of log(length / base length).

    Logistic regression of wins (1, a tie 0.5, 0, or probabilities) on a constant and the log ratio;
    cluster-robust t interval (CR2, working independence). 0 is a judge whose verdict does not go
    with length. ValueError for wins outside [0, 1], NaN, or a level outside (0, 1).
    """
    values, ratios, index = _parts(wins, log_ratios, clusters, level)
    if not np.all((values >= 0) & (values <= 1)):
        raise ValueError("a win is a number in [0, 1]")
    sizes = (len(values), int(index.max(initial=-1)) + 1)
    if why := _refusal(ratios, sizes[1], NO_RATIOS) or _few_events(values):
        return _bare(why, level, sizes)
    rows = logistic.Rows(np.column_stack([ratios, np.ones(len(ratios))]), values)
    found = logistic.fit(rows, np.ones((1, len(values))))
    if not found.found[0]:
        return _bare("length alone tells wins from losses: no finite slope", level, sizes)
    chance = logistic.chances(rows.terms @ found.weights[0])
    robust = robust_coefficients(rows.terms, chance * (1 - chance), values - chance, index)
    named = ("logistic, cluster-robust t, CR2", f"{logistic.SOURCE}; {CR2}")
    return _student(float(found.weights[0, 0]), (robust, 0), level, named, sizes)


def length_adjusted_mean(
    scores: "ArrayLike",
    lengths: "ArrayLike",
    clusters: "ArrayLike",
    *,
    reference: float | None = None,
    level: float = LEVEL,
) -> LengthAdjusted:
    """Return the mean score raw, and as a straight line in log length puts it at `reference`.

    The line is that of least squares; intervals are cluster-robust (CR2, Satterthwaite), cut to
    [0, 1] where every score lies there. The reference is the mean length if not given: name one,
    such as that of the reference answers, to compare runs. ValueError for NaN, lengths below 0, a
    reference that is not above 0, or a level outside (0, 1).
    """
    logs = log_lengths(lengths)
    values, logs, index = _parts(scores, logs, clusters, level)
    seen = float(np.mean(np.asarray(lengths, np.float64))) if len(values) else None
    at = max(seen or 0.0, 1.0) if reference is None else float(reference)
    if not (np.isfinite(at) and at > 0):
        raise ValueError(f"a reference length is above 0, got {at}")
    sizes = (len(values), int(index.max(initial=-1)) + 1)
    raw = mean(Items(values, index, np.zeros(sizes[0], np.int64), np.ones(sizes[0])), level=level)
    adjusted, slope = _line(values, logs - np.log(at), index, level)
    return LengthAdjusted(raw=raw, adjusted=adjusted, slope=slope, reference=at, mean_length=seen)


def _line(
    values: np.ndarray, steps: np.ndarray, index: np.ndarray, level: float
) -> tuple[Estimate, Estimate]:
    """Return height and slope of the line at `steps` 0."""
    sizes = (len(values), int(index.max(initial=-1)) + 1)
    if why := _refusal(steps, sizes[1], NO_LENGTHS):
        return _bare(why, level, sizes), _bare(why, level, sizes)
    terms = np.column_stack([np.ones(len(steps)), steps])
    line = np.linalg.lstsq(terms, values, rcond=None)[0]
    robust = robust_coefficients(terms, np.ones(len(steps)), values - terms @ line, index)
    named = ("least squares on log length, cluster-robust t, CR2", CR2)
    slope = _student(float(line[1]), (robust, 1), level, named, sizes)
    if not steps.min() <= 0 <= steps.max():
        return _bare("no answer is that long, or that short", level, sizes), slope
    height = _student(float(line[0]), (robust, 0), level, named, sizes)
    return (_cut(height) if values.min() >= 0 and values.max() <= 1 else height), slope


def _cut(height: Estimate) -> Estimate:
    """Return a mean of scores in [0, 1] inside it."""
    parts = {name: getattr(height, name) for name in ("value", "low", "high")}
    inside = {name: None if x is None else min(1.0, max(0.0, x)) for name, x in parts.items()}
    return msgspec.structs.replace(height, **inside)


def robust_coefficients(
    terms: np.ndarray, working: np.ndarray, residuals: np.ndarray, index: np.ndarray
) -> Coefficients:
    """Return the cluster-robust variances of a regression's weights: CR2 with Satterthwaite's t.

    `terms` (n, k), the working weights (n,) (1 for least squares, p (1 - p) for a logistic fit),
    `residuals` (n,) on the labels' scale, `index` (n,) maps rows to clusters 0..G-1. In terms made
    orthonormal under the working weights a cluster has C = Z'WZ and adjusts its score by
    (1 - C)^-1/2, as Z'f(ZZ')e = f(Z'Z)Z'e (Pustejovsky and Tipton 2018, eq. 5); the degrees of
    freedom are Bell and McCaffrey's under working independence.
    """
    count = terms.shape[1]
    across = np.linalg.inv(np.linalg.cholesky((terms * working[:, None]).T @ terms)).T
    bases = terms @ across
    clusters = int(index.max()) + 1
    scores, shares = np.zeros((clusters, count)), np.zeros((clusters, count, count))
    np.add.at(scores, index, bases * residuals[:, None])
    np.add.at(shares, index, working[:, None, None] * bases[:, :, None] * bases[:, None, :])
    adjusted, spread = _adjustments(shares)
    pulls = np.einsum("gij,gj->gi", adjusted, scores) @ across.T
    variance = np.sum(pulls**2, axis=0)
    # a contrast c in the terms is `across` c in the orthonormal ones
    freedom = [_freedom(row, spread @ shares, adjusted @ shares) for row in across]
    return Coefficients(variance, np.array(freedom))


def _adjustments(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (1 - C)^-1/2 and (1 - C)^-1 of each cluster, 0 where the cluster alone tells."""
    values, vectors = np.linalg.eigh(shares)
    left = 1 - values
    turned = np.where(left > DETERMINED, 1 / np.maximum(left, DETERMINED), 0.0)
    back = vectors.transpose(0, 2, 1)
    return (vectors * np.sqrt(turned)[:, None, :]) @ back, (vectors * turned[:, None, :]) @ back


def _freedom(contrast: np.ndarray, spread: np.ndarray, pulled: np.ndarray) -> float:
    """Return trace^2 / trace of squares of P = diag(s) - VV' for one contrast."""
    sizes = np.einsum("i,gij,j->g", contrast, spread, contrast)
    pulls = pulled @ contrast
    lengths = np.sum(pulls**2, axis=1)
    inner = pulls.T @ pulls
    squares = float(np.sum(sizes**2) - 2 * np.sum(sizes * lengths) + np.sum(inner**2))
    return max(1.0, float(sizes.sum() - lengths.sum()) ** 2 / squares) if squares > 0 else 1.0


def _parts(
    values: "ArrayLike", steps: "ArrayLike", clusters: "ArrayLike", level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found, along = np.asarray(values, np.float64), np.asarray(steps, np.float64)
    index = np.unique(np.asarray(clusters), return_inverse=True)[1]
    if not 0 < level < 1:
        raise ValueError(f"a level lies in (0, 1), got {level}")
    if not len(found) == len(along) == len(index):
        raise ValueError("values, lengths and clusters must have one length")
    if not (np.all(np.isfinite(found)) and np.all(np.isfinite(along))):
        raise ValueError("values and lengths must be numbers")
    return found, along, index


def _refusal(steps: np.ndarray, clusters: int, same: str) -> str:
    """Return why there is no slope: too few clusters, or `same` where the steps are one."""
    if clusters < MIN_CLUSTERS:
        return f"fewer than {MIN_CLUSTERS} clusters"
    return same if np.ptp(steps) < 1e-12 * max(1.0, float(np.abs(steps).max())) else ""


def _few_events(wins: np.ndarray) -> str:
    rarer = min(float(wins.sum()), float(np.sum(1 - wins)))
    return f"fewer than {ENOUGH_EVENTS:g} wins or losses" if rarer < ENOUGH_EVENTS else ""


def _student(
    value: float,
    robust: tuple[Coefficients, int],
    level: float,
    named: tuple[str, str],
    sizes: tuple[int, int],
) -> Estimate:
    """Return the interval of the weight that stands at the place given with `robust`."""
    errors, place = robust
    wide = float(errors.variance[place]) ** 0.5
    bare = wide < 1e-12 * max(1.0, abs(value))
    reach = student_quantile(level, float(errors.freedom[place])) * wide
    return Estimate(
        value=value,
        low=None if bare else value - reach,
        high=None if bare else value + reach,
        level=level,
        method="no spread round the line" if bare else named[0],
        n=sizes[0],
        clusters=sizes[1],
        source="" if bare else named[1],
    )


def _bare(why: str, level: float, sizes: tuple[int, int]) -> Estimate:
    return Estimate(
        value=None, low=None, high=None, level=level, method=why, n=sizes[0], clusters=sizes[1]
    )
