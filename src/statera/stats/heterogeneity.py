"""Is an effect there, and is it the same in all groups? P values that hold however often one looks.

Both are one over a mixture of likelihood ratios: of normal alternatives about no effect, or about
the same effect everywhere. Its expectation is at most 1 at any time at which one stops, if the
estimates are about normal; the bounds of `statera.stats.asymptotic` are the same mixture.

Lindon, Ham, Tingley and Bojinov, Anytime-valid inference in linear models, Journal of the American
Statistical Association (2025), for one contrast and several; Cochran, Biometrics 10 (1954) 101-129,
for Q.

>>> round(anytime_p(0.0, 1.0, 100, planned=100, alpha=0.05), 3)
1.0
>>> anytime_p(5.0, 1.0, 100, planned=100, alpha=0.05) < 0.001
True
"""

from math import exp, inf, isfinite, log1p
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from statera.stats.asymptotic import mixing

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = "Lindon, Ham, Tingley and Bojinov 2025; Cochran, Biometrics 10 (1954) 101-129"


def anytime_p(value: float, error: float, count: float, *, planned: int, alpha: float) -> float:
    """Return the two-sided p value of no effect after `count` units; 1 without an error above 0.

    It is below `alpha` exactly where the two-sided `mixture_bounds` at that alpha, with the same
    `planned`, leave 0 out. ValueError as there.
    """
    score = (value / error) ** 2 if error > 0 and isfinite(value) else 0.0
    return _p(score, 1, count * mixing(planned, alpha))


def homogeneity_p(
    values: "ArrayLike", errors: "ArrayLike", count: float, *, planned: int, alpha: float
) -> float | None:
    """Return the p value of one effect in all groups, from Cochran's Q; None below two groups.

    `values` and `errors` (groups,) are independent estimates; those without an error above 0 are
    left out. `count` is the units of all groups together.
    """
    found, wide = np.asarray(values, np.float64), np.asarray(errors, np.float64)
    kept = (wide > 0) & np.isfinite(found)
    if kept.sum() < 2:
        return None
    weights = wide[kept] ** -2.0
    middle = float(weights @ found[kept]) / float(weights.sum())
    score = float(weights @ (found[kept] - middle) ** 2)
    return _p(score, int(kept.sum()) - 1, count * mixing(planned, alpha))


def tail_p(value: float, error: float) -> float:
    """Return the one-sided p value of "at most 0" at a single look; 1 without an error above 0."""
    return float(ndtr(-value / error)) if error > 0 and isfinite(value) else 1.0


def _p(score: float, freedom: int, scaled: float) -> float:
    evidence = score * scaled / (2 * (1 + scaled)) - freedom * log1p(scaled) / 2
    return exp(-max(0.0, evidence)) if evidence < inf else 0.0
