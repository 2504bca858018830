"""Bounds of an estimate that is looked at while units come in: at any time, or at planned looks.

| function | looks | valid for |
|---|---|---|
| `mixture_bounds` | any, at any time | estimates that are means of independent units |
| `group_sequential` | those planned | the same, at the planned numbers of units |

Both rest on the central limit theorem: from the burn-in of `statera.stats.ratios` on (`ready`).
Never both on one alpha.

Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic
confidence sequences, Annals of Statistics 52 (2024) 2613-2640: Theorem 2.2 and, for one side, the
mixture of a half normal (Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49 (2021)
1055-1080, Proposition 6). Group-sequential: Lan and DeMets, Biometrika 70 (1983) 659-663.

>>> low, high = mixture_bounds(0.03, 0.01, 10_000, planned=10_000, alpha=0.05)
>>> round(float(low), 4), round(float(high), 4)
(-0.0004, 0.0604)
"""

from collections.abc import Sequence
from math import inf, log
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from statera.stats.spending import boundaries, obrien_fleming

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = "Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Theorem 2.2"
SPENDING = "Lan and DeMets 1983, O'Brien-Fleming type"
PLANNED = 10_000
"""Units at which a confidence sequence is tightest, where a design plans no number."""
LEAST_GROWTH = 1.001
Sides = Literal[1, 2]


class Looked(NamedTuple):
    """Bounds at one planned look, and whether the estimate crossed the boundary there."""

    low: float
    high: float
    crossed: bool


def mixture_bounds(
    value: "ArrayLike",
    error: "ArrayLike",
    count: "ArrayLike",
    *,
    planned: int = PLANNED,
    alpha: float,
    sides: Sides = 2,
) -> tuple[np.ndarray, np.ndarray]:
    """Return bounds of estimates with these standard errors after so many units, at all times.

    With `sides` 2 both bounds hold together with probability 1 - alpha, with 1 each alone does.
    All may be arrays of one shape. `planned` is where the sequence is tightest, and must not be
    chosen by the data. No error (NaN), or none above 0, gives no bounds: -inf and inf. ValueError:
    alpha outside (0, 1), planned or a count below 1.
    """
    found, errors = np.asarray(value, np.float64), np.asarray(error, np.float64)
    reach = errors * quantiles(count, planned=planned, alpha=alpha, sides=sides)
    reach = np.where((errors > 0) & np.isfinite(found) & np.isfinite(reach), reach, inf)
    middle = np.where(np.isfinite(found), found, 0.0)
    return middle - reach, middle + reach


def quantiles(count: "ArrayLike", *, planned: int, alpha: float, sides: Sides = 2) -> np.ndarray:
    """Return how many standard errors the bounds lie from the estimate after so many units."""
    counts = np.asarray(count, np.float64)
    if planned < 1 or np.any(counts < 1):
        raise ValueError("a confidence sequence needs a count of at least 1, and planned likewise")
    scaled = counts * mixing(planned, alpha, sides)
    root = np.sqrt(scaled + 1)
    tail = np.log(root / alpha) if sides == 2 else np.log1p(root / (2 * alpha))
    return np.asarray(np.sqrt(2 * (1 + 1 / scaled) * tail))


def mixing(planned: int, alpha: float, sides: Sides = 2) -> float:
    """Return the mixture's variance in units of a unit's: tightest after `planned` units."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    tail = -2 * log(min(alpha * (3 - sides), 0.999))
    return (tail + log(tail + 1)) / planned


def group_sequential(
    values: Sequence[float],
    errors: Sequence[float],
    fractions: Sequence[float],
    alpha: float,
) -> list[Looked]:
    """Return the bounds at the looks of a group-sequential design so far, two-sided at alpha.

    `fractions` are the shares of the planned units at the looks, in (0, 1]. The error is spent by
    them; the boundary follows the information (fraction x error)^2 of a sum over units, as far as
    it grows. A look without an error (NaN, or 0) is no look: it spends nothing, and what it would
    have spent is left to the next. ValueError: lengths that differ, fractions that do not grow,
    alpha outside (0, 1).
    """
    if not len(values) == len(errors) == len(fractions):
        raise ValueError("a look needs a value, an error and a fraction")
    limits = limits_at(errors, fractions, alpha)
    return [
        Looked(value - limit * error, value + limit * error, abs(value) > limit * error)
        if np.isfinite(limit)
        else Looked(-inf, inf, False)
        for value, error, limit in zip(values, errors, limits, strict=True)
    ]


def limits_at(errors: Sequence[float], fractions: Sequence[float], alpha: float) -> list[float]:
    """Return the boundary of |z| at each look, infinite at one without an error."""
    wide, shares = np.asarray(errors, np.float64), np.asarray(fractions, np.float64)
    if np.any(np.diff(shares) <= 0):
        raise ValueError(f"looks must be at growing fractions, got {list(fractions)}")
    limits = np.full(len(shares), inf)
    kept = np.flatnonzero(wide > 0)
    if len(kept):
        spent = obrien_fleming([float(share) for share in shares[kept]], alpha / 2)
        limits[kept] = boundaries(spent, _growing((shares[kept] * wide[kept]) ** 2))
    return [float(limit) for limit in limits]


def _growing(information: np.ndarray) -> list[float]:
    """Return the information, a little above that of the look before where it is not by itself."""
    found = [float(information[0])]
    for each in information[1:]:
        found.append(max(float(each), found[-1] * LEAST_GROWTH))
    return found
