"""E-values: evidence that may be looked at at any time, multiplied and averaged.

An e-value is at least 0 and on average at most 1 if the hypothesis is true, so that it exceeds
1 / alpha with probability at most alpha; for an e-process that holds at all times at once (Ville).

>>> to_p(product([4.0, 10.0]))
0.025

Ramdas, Grünwald, Vovk and Shafer, Game-theoretic statistics and safe anytime-valid inference,
Statistical Science 38 (2023) 576-601; Vovk and Wang, E-values: calibration, combination and
applications, Annals of Statistics 49 (2021) 1736-1754.
"""

from typing import TYPE_CHECKING

import numpy as np

from statera.stats.betting import capital

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def evidence_above(
    values: "ArrayLike", limit: float, *, support: tuple[float, float] = (0.0, 1.0), alpha: float
) -> np.ndarray:
    """Return the e-process against "the mean is at most `limit`", one e-value after each value.

    `values` lie in `support`, in an order that does not depend on them; `alpha` only says at which
    level it is strongest. Negate values, limit and support for "at least". Errors as in `capital`.
    """
    return capital(values, limit, alpha=alpha, support=support).above


def product(evalues: "ArrayLike") -> float:
    """Return the e-value of independent evidence together (or each made after the one before).

    With an infinite and a zero e-value it is 0, the cautious answer. No e-values: 1.
    """
    found = _checked(evalues)
    return 0.0 if np.any(found == 0) else float(found.prod())


def average(evalues: "ArrayLike", weights: "ArrayLike | None" = None) -> float:
    """Return the e-value of evidence with any dependence (Vovk and Wang 2021, section 3).

    `weights` are chosen before the evidence is seen, at least 0 and not all 0. ValueError: nothing
    to average, weights that are none.
    """
    found = _checked(evalues)
    kept = np.ones(len(found)) if weights is None else np.asarray(weights, np.float64)
    if len(kept) != len(found) or not np.all(kept >= 0) or not 0 < kept.sum() < np.inf:
        raise ValueError("an average needs e-values, and a weight of at least 0 for each")
    return float(np.average(found[kept > 0], weights=kept[kept > 0]))


def to_p(evalue: float) -> float:
    """Return the p value 1 / e, at most 1 (Markov; for the largest of an e-process, Ville)."""
    largest = float(_checked([evalue])[0])
    return 1.0 if largest <= 1 else 1 / largest


def anytime_p(process: "ArrayLike") -> np.ndarray:
    """Return the p value after each step of an e-process: 1 / (largest so far), never rising."""
    highest = np.maximum.accumulate(np.maximum(1.0, _checked(process)))
    return np.asarray(1 / highest)


def _checked(evalues: "ArrayLike") -> np.ndarray:
    found = np.asarray(evalues, np.float64)
    if found.ndim != 1 or not np.all(found >= 0):
        raise ValueError("e-values are numbers of at least 0, in a row")
    return found
