"""Exact bounds of the difference of two randomised arms, at any time and any number of events.

Z = (Y - m) (A / p - (1 - A) / (1 - p)) has the difference as its mean, given all that came before,
whatever the constant m that was chosen before the unit: A says whether the unit is in the arm, p is
the share that the design gave it. A gambler who bets on Z - d gains on average only if the
difference is above d, so that where the capital reaches 1 / alpha, d is refused (Ville).

Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS-B 86 (2024)
1-27; Waudby-Smith, Wu, Ramdas, Karampatziakis and Mineiro, Anytime-valid off-policy inference for
contextual bandits, ACM/IMS Journal of Data Science 1 (2024), for inverse-propensity values.

m and the bets change only when the number of units has doubled; so between two such places only
counts matter, and a million units are bounded at 200 looks in well under a second. The capital is
the mean of `BETS` fixed shares staked (a mean of test martingales is one). A value between 0 and 1
counts as a part of each: the chord lies below the logarithm, so the bounds hold, as if the value
were the chance of a coin. No central limit theorem, no burn-in. Where the difference varies over
slices or in time, refused is "it is at most d in all of them"; so the bounds of each look are of
all units up to it, and those of early looks are not carried on.

Units without a value are left out. Where one arm loses more of them, its true share is not the
design's; as Y - m is about 0 on average when the arms are alike, that does little once m is near,
which it is soon: with m = 0 for long, values that are often 1 would look like a difference.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

SOURCE = "Waudby-Smith and Ramdas 2024; Waudby-Smith et al. 2024"
METHOD = "betting on inverse-propensity values"
BETS = np.geomspace(0.9, 1e-3, 11)
FIRST = 16  # units before m is taken from what was seen; 0 until then
HALVINGS = 34


class Bounds(NamedTuple):
    """Bounds at each look, (looks,): each side alone holds at all looks with 1 - alpha."""

    lows: np.ndarray
    highs: np.ndarray


class _Table(NamedTuple):
    """Counts (looks, cells) so far, and what a unit of each cell brings: `gains` (cells,).

    `deepest` (cells,) is the largest loss that was possible where that cell is.
    """

    counts: np.ndarray
    gains: np.ndarray
    deepest: np.ndarray


def difference_bounds(
    values: np.ndarray,
    treated: np.ndarray,
    share: np.ndarray,
    *,
    alpha: float,
    looks: Sequence[int],
) -> Bounds:
    """Return bounds of mean(arm) - mean(base) at each look, each side at `alpha` over all looks.

    `values` (n,) in [0, 1], `treated` (n,) whether the unit is in the arm, `share` (n,) the chance
    that it had to be, in (0, 1) (with more arms: among these two); units in the order of exposure,
    which must not depend on the values. `looks` are growing numbers of units. ValueError: values
    or shares outside, alpha outside (0, 1), lengths that differ.
    """
    found, chances = np.asarray(values, np.float64), np.asarray(share, np.float64)
    taken = np.asarray(treated, bool)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie in (0, 1), got {alpha}")
    if not len(found) == len(taken) == len(chances):
        raise ValueError("each unit needs a value, an arm and a share")
    if not np.all((found >= 0) & (found <= 1)) or not np.all((chances > 0) & (chances < 1)):
        raise ValueError("values must lie in [0, 1] and shares in (0, 1)")
    if not len(looks):
        return Bounds(np.empty(0), np.empty(0))
    counts, gains = _counted(found, taken, chances, np.asarray(looks, np.int64))
    lows, downs = (_lowest(_table(counts, sign * gains), alpha) for sign in (1, -1))
    return Bounds(lows, -downs)


def _counted(
    values: np.ndarray, taken: np.ndarray, chances: np.ndarray, looks: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (looks, ...) so far, and Z of each cell (...): stretch, share, arm, Y 0 or 1.

    A stretch lies between two doublings of the number of units.
    """
    shares, kind = np.unique(chances, return_inverse=True)
    order = np.arange(len(values))
    doublings = FIRST * 2 ** np.arange(max(1, len(values) // FIRST).bit_length())
    stretch = np.searchsorted(doublings, order, side="right")
    part = np.searchsorted(looks, order, side="right")
    shape = (len(looks) + 1, len(doublings) + 1, len(shares), 2)
    code = np.ravel_multi_index((part, stretch, kind, taken.astype(np.int64)), shape)
    size = int(np.prod(shape))
    every = np.bincount(code, minlength=size).astype(np.float64)
    ones = np.bincount(code, weights=values, minlength=size)
    cells = np.stack([every - ones, ones], axis=-1).reshape(*shape, 2)
    return cells[: len(looks)].cumsum(axis=0), _gains(_before(values, doublings), shares)


def _table(counts: np.ndarray, gains: np.ndarray) -> _Table:
    """Return the cells in which there are units."""
    deepest = np.broadcast_to(-gains.min(axis=(2, 3), keepdims=True), gains.shape).ravel()
    flat = counts.reshape(len(counts), -1)
    used = np.flatnonzero(flat.any(axis=0))
    return _Table(flat[:, used], gains.ravel()[used], deepest[used])


def _before(values: np.ndarray, doublings: np.ndarray) -> np.ndarray:
    """Return the mean of the values before each stretch, 0 before the first: (stretches,)."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    seen = np.minimum(doublings, len(values))
    return np.concatenate([[0.0], sums[seen] / np.maximum(seen, 1)])


def _gains(means: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return Z for each stretch, share, arm and value: (stretches, shares, 2, 2)."""
    factors = np.stack([-1 / (1 - shares), 1 / shares], axis=1)
    centred = np.arange(2.0) - means[:, None]
    return np.asarray(centred[:, None, None, :] * factors[None, :, :, None])


def _lowest(table: _Table, alpha: float) -> np.ndarray:
    """Return the largest difference refused at each look, by halving all looks together."""
    refused, kept = np.full(len(table.counts), -1.0), np.full(len(table.counts), 1.0)
    for _ in range(HALVINGS):
        middle = (refused + kept) / 2
        high = _capital(table, middle) >= -np.log(alpha)
        refused, kept = np.where(high, middle, refused), np.where(high, kept, middle)
    return refused


def _capital(table: _Table, places: np.ndarray) -> np.ndarray:
    """Return the logarithm of the capital at each look against its own place: (looks,).

    A share f of what may be staked, f / (deepest + place), keeps 1 + bet (Z - place) above 0; the
    product falls in the place.
    """
    scale = (table.gains - places[:, None]) / (table.deepest + places[:, None])
    logs = np.stack([(np.log1p(bet * scale) * table.counts).sum(axis=1) for bet in BETS])
    return np.asarray(np.logaddexp.reduce(logs) - np.log(len(BETS)))
