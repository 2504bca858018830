"""Do the arms have the shares of units that they were given? A check that may be made at any time.

Lindon and Malek, Anytime-valid inference for multinomial count data, NeurIPS 2022: the likelihood
ratio of a Dirichlet mixture against the design's shares is a test martingale, so that one over its
largest value is a p value at all looks together. Here it is the mean over three concentrations of
the mixture (a mean of test martingales is one), for coarse and for fine faults; slices with other
shares each have their own and are multiplied. It is exact, at every number of units.

>>> import numpy as np
>>> arm = np.arange(1000) % 2
>>> float(sequential_ratio(arm, np.array([[0.5, 0.5]]), np.zeros(1000, int), [500, 1000])[-1])
1.0
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

SOURCE = "Lindon and Malek, NeurIPS 2022"
METHOD = "sequential multinomial test (Dirichlet mixture)"
ALPHA = 0.001
CONCENTRATIONS = (2.0, 200.0, 20_000.0)


def sequential_ratio(
    arm: np.ndarray, weights: np.ndarray, stratum: np.ndarray, looks: Sequence[int]
) -> np.ndarray:
    """Return the p value at each look, valid at all of them together; it never rises.

    `arm` and `stratum` (n,) are of the exposed units in the order of their exposure, `weights`
    (strata, arms) the shares of the design, `looks` growing numbers of units. A unit of an arm
    that has no share in its slice makes it 0. ValueError: shares that are negative or do not sum
    to 1, arms or strata without shares.
    """
    shares = np.asarray(weights, np.float64)
    if shares.ndim != 2 or np.any(shares < 0) or not np.allclose(shares.sum(axis=1), 1, atol=1e-6):
        raise ValueError("weights are shares of arms, a row a slice, each with the sum 1")
    strata, arms = shares.shape
    counts = counted(arm, stratum, looks, (strata, arms))
    return running_p(log_evidence(counts, shares))


def counted(
    arm: np.ndarray, stratum: np.ndarray, looks: Sequence[int], shape: tuple[int, int]
) -> np.ndarray:
    """Return the number of units at each look by stratum and arm, shape (looks, strata, arms)."""
    strata, arms = shape
    codes = np.asarray(stratum, np.int64) * arms + np.asarray(arm, np.int64)
    if len(codes) and not 0 <= codes.min() <= codes.max() < strata * arms:
        raise ValueError("units of an arm or a slice that the weights do not know")
    places = np.asarray(looks, np.int64)
    part = np.searchsorted(places, np.arange(len(codes)), side="right")
    table = np.bincount(part * strata * arms + codes, minlength=(len(places) + 1) * strata * arms)
    return table.reshape(-1, strata, arms)[: len(places)].cumsum(axis=0)


def log_evidence(counts: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the logarithm of the e-process at each look: counts (looks, strata, arms)."""
    impossible = np.any((shares == 0) & (counts > 0), axis=(1, 2))
    known = np.where(shares > 0, shares, 1.0)
    seen = np.where(shares > 0, counts, 0)
    total = seen.sum(axis=2)
    expected = (seen * np.log(known)).sum(axis=2)
    parts = []
    for concentration in CONCENTRATIONS:
        prior = concentration * shares
        rises = np.where(shares > 0, gammaln(prior + seen + (shares == 0)), 0.0).sum(axis=2)
        starts = np.where(shares > 0, gammaln(prior + (shares == 0)), 0.0).sum(axis=1)
        whole = gammaln(concentration) - gammaln(concentration + total)
        parts.append(whole + rises - starts - expected)
    mixed = np.logaddexp.reduce(parts, axis=0) - np.log(len(parts))
    return np.where(impossible, np.inf, mixed.sum(axis=1))


def running_p(evidence: np.ndarray) -> np.ndarray:
    """Return 1 / (largest e-value so far) from its logarithm."""
    return np.asarray(np.exp(-np.maximum.accumulate(np.maximum(0.0, evidence))))
