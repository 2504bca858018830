"""What a small run tells about a larger one: how items differ, and how repeats of one item do.

>>> pilot = paired_pilot([[1, 1], [0, 1], [1, 1]], [[1, 0], [0, 0], [1, 1]])
>>> f"{pilot.within:.3f} {pilot.discordance:.3f}"
'0.333 0.333'
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

Scores = Sequence[Sequence[float]]


class Pilot(NamedTuple):
    """The variance of an item's mean over K epochs is `between` + `within` / K, both >= 0.

    For two runs "mean" is the difference of the item's two means, each over K epochs. `within` is
    None where one epoch cannot tell it apart from `between`, which then holds both. `discordance`
    is the share of items on which one epoch of each run disagrees (binary scores of two runs,
    otherwise None). `design_effect` is by how much clusters inflate the variance of the mean.
    `items` and `epochs` say how large the pilot was.
    """

    between: float
    within: float | None
    items: int
    epochs: int = 1
    discordance: float | None = None
    design_effect: float = 1.0

    def variance(self, epochs: int) -> float:
        """Return the variance of one item's mean over so many epochs.

        ValueError below 1 epoch, and for more than 1 where `within` is unknown.
        """
        if epochs < 1:
            raise ValueError(f"epochs is at least 1, not {epochs}")
        if self.within is None:
            if epochs > 1:
                raise ValueError("a pilot of one epoch does not say what more epochs would bring")
            return self.between
        return self.between + self.within / epochs


def paired_pilot(
    candidate: Scores, base: Scores, *, clusters: Sequence[Hashable] | None = None
) -> Pilot:
    """Return what two runs of the same items say of the difference of their item means.

    One sequence of scores an item and run, at least one score each; numbers of epochs may differ.
    within = mean of the item variances of both runs, between = var(differences of item means) -
    what `within` adds to it, at least 0 (Miller, arXiv 2411.00640 (2024), section 5: omega^2 and
    sigma_A^2 + sigma_B^2; SCIENCE section 4, "variance split"). ValueError for fewer than 2 items,
    an item without scores, NaN, or runs of different length.
    """
    if len(candidate) != len(base):
        raise ValueError(f"{len(candidate)} and {len(base)} items are not pairs")
    left, right = _side(candidate), _side(base)
    noise = None if left.noise is None or right.noise is None else left.noise + right.noise
    within = None if left.within is None or right.within is None else left.within + right.within
    split = _split(left.means - right.means, noise, clusters)
    mixed = left.means + right.means - 2 * left.means * right.means
    return split._replace(
        within=within,
        epochs=min(left.epochs, right.epochs),
        discordance=float(mixed.mean()) if left.binary and right.binary else None,
    )


def single_pilot(scores: Scores, *, clusters: Sequence[Hashable] | None = None) -> Pilot:
    """Return what one run says of its item means; as `paired_pilot` otherwise."""
    side = _side(scores)
    split = _split(side.means, side.noise, clusters)
    return split._replace(within=side.within, epochs=side.epochs)


class _Side(NamedTuple):
    """One run: item means, the variance within items, and what it adds to that of the means."""

    means: np.ndarray
    within: float | None
    noise: float | None
    epochs: int
    binary: bool


def _side(scores: Scores) -> _Side:
    if len(scores) < 2:
        raise ValueError(f"a pilot needs at least 2 items, not {len(scores)}")
    sizes = np.array([len(row) for row in scores])
    if not sizes.all():
        raise ValueError(f"item {int(np.argmin(sizes))} of the pilot has no score")
    flat = np.array([value for row in scores for value in row], dtype=np.float64)
    if not np.isfinite(flat).all():
        raise ValueError("a score of the pilot is not a number")
    index = np.repeat(np.arange(len(sizes)), sizes)
    means = np.bincount(index, weights=flat) / sizes
    squares = np.bincount(index, weights=(flat - means[index]) ** 2)
    repeated = sizes > 1
    binary = bool(np.all((flat == 0) | (flat == 1)))
    if not repeated.any():
        return _Side(means, None, None, 1, binary)
    within = float(np.mean(squares[repeated] / (sizes[repeated] - 1)))
    return _Side(means, within, within * float(np.mean(1 / sizes)), int(sizes.min()), binary)


def _split(means: np.ndarray, noise: float | None, clusters: Sequence[Hashable] | None) -> Pilot:
    total = float(means.var(ddof=1))
    between = total if noise is None else max(0.0, total - noise)
    effect = 1.0 if clusters is None else _design_effect(means, clusters)
    return Pilot(between=between, within=None, items=len(means), design_effect=effect)


def _design_effect(means: np.ndarray, clusters: Sequence[Hashable]) -> float:
    """Return the cluster-robust variance of the mean over the independent one, at least 1.

    Kish, Survey Sampling (1965), section 5.4, with the variance of Liang and Zeger, Biometrika 73
    (1986) 13-22. ValueError for fewer than 2 clusters.
    """
    if len(clusters) != len(means):
        raise ValueError(f"{len(clusters)} clusters for {len(means)} items")
    places = {name: place for place, name in enumerate(dict.fromkeys(clusters))}
    if len(places) < 2:
        raise ValueError("one cluster does not say how clusters differ")
    residuals = means - means.mean()
    sums = np.bincount([places[name] for name in clusters], weights=residuals)
    spread = float(np.sum(residuals**2)) * len(means) / (len(means) - 1)
    if spread == 0:
        return 1.0
    return max(1.0, float(np.sum(sums**2)) * len(places) / (len(places) - 1) / spread)
