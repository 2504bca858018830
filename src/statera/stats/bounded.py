"""Bounded observations read one after another: what sequential bounds for their mean begin with."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Support = tuple[float, float]


class ConfidenceSequence(NamedTuple):
    """Bounds after each observation, arrays of length n; they only ever come closer.

    With probability 1 - alpha the mean is at least `lower` at all times at once; likewise `upper`.
    Where they cross, the values do not come in random order.
    """

    lower: np.ndarray
    upper: np.ndarray


class Moments(NamedTuple):
    """The regularised mean and variance that were known before each value, arrays of length n."""

    means: np.ndarray
    variances: np.ndarray


def scaled(
    values: "ArrayLike", alpha: float, *, support: Support, population: int | None
) -> np.ndarray:
    """Return the values moved from `support` to [0, 1].

    ValueError: NaN, a value outside the support, alpha outside (0, 1), more values than the
    population.
    """
    found = np.asarray(values, dtype=np.float64)
    low, high = support
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    if not low < high or not np.all((found >= low) & (found <= high)):
        raise ValueError(f"values must lie in {list(support)} and be numbers")
    if population is not None and population < len(found):
        raise ValueError(f"{len(found)} values from a population of {population}")
    return (found - low) / (high - low)


def moments_before(values: np.ndarray) -> Moments:
    """Return mean and variance before each value in [0, 1], as if one value of 1/2 had come first.

    Waudby-Smith and Ramdas, JRSS-B 86 (2024) 1-27, eq. 15.
    """
    counts = np.arange(2, len(values) + 2)
    means = (0.5 + np.cumsum(values)) / counts
    variances = (0.25 + np.cumsum((values - means) ** 2)) / counts
    count = len(values)
    return Moments(np.append(0.5, means)[:count], np.append(0.25, variances)[:count])


def possible(values: np.ndarray, population: int | None) -> ConfidenceSequence:
    """Return the means that all items can still have after each value: the rest all 0, or all 1."""
    if population is None:
        return ConfidenceSequence(np.zeros(len(values)), np.ones(len(values)))
    seen, asked = np.cumsum(values), np.arange(1, len(values) + 1)
    return ConfidenceSequence(seen / population, (seen + population - asked) / population)
