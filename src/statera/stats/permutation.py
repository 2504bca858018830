"""A test that needs only this: without a difference, each cluster's sum is as likely to be minus.

Exact for up to 20 clusters that differ, and for any number when the sums are few multiples of one
step (wins and losses, epochs); otherwise drawn.

>>> sign_flip([1.0, 1.0, 1.0, 1.0, 1.0]).p
0.0625
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = "Fisher, The Design of Experiments, 1935, section 21"
DRAWN = "Phipson and Smyth, Statistical Applications in Genetics 9 (2010) 39, eq. 2"
ENUMERATED = 20
DRAWS = 9_999
MOST_STEPS = 100_000
CHUNK = 1_000
SAME = 1e-9


class FlipTest(NamedTuple):
    """The two-sided p value, whether by enumeration, and the source; `flipped` sums differ from 0.

    `p` is None where it would have to be drawn and no generator was given.
    """

    p: float | None
    exact: bool
    flipped: int
    source: str


def sign_flip(
    sums: "ArrayLike", *, rng: np.random.Generator | None = None, draws: int = DRAWS
) -> FlipTest:
    """Return the chance of a total at least so far from 0 when each sum's sign is a fair coin.

    `sums` holds one number per independent cluster, shape (clusters,), candidate minus base, so
    that 0 is no difference. 1.0 if all are 0. Drawn p values are (b + 1) / (draws + 1), never 0.
    ValueError: NaN, or `draws` below 1.
    """
    found = np.asarray(sums, dtype=np.float64)
    if not np.all(np.isfinite(found)) or draws < 1:
        raise ValueError("sums must be numbers, and draws at least 1")
    kept = found[np.abs(found) > SAME * float(np.abs(found).max(initial=0.0))]
    sizes, count, seen = np.abs(kept), len(kept), abs(float(kept.sum()))
    steps = _steps(sizes)
    if steps is not None:
        return FlipTest(_walked(steps[0], seen / steps[1]), True, count, SOURCE)
    if count <= ENUMERATED:
        return FlipTest(_enumerated(sizes, seen), True, count, SOURCE)
    if rng is None:
        return FlipTest(None, False, count, DRAWN)
    return FlipTest(_drawn(sizes, seen, rng, draws), False, count, DRAWN)


def _steps(sizes: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Return the sizes as whole multiples of one step, and the step; None if there are too many."""
    if not len(sizes):
        return np.empty(0, np.int64), 1.0
    for parts in range(1, 13):
        step = float(sizes.min()) / parts
        multiples = np.rint(sizes / step)
        if multiples.sum() > MOST_STEPS:
            return None
        if np.all(np.abs(sizes / step - multiples) < SAME * np.maximum(multiples, 1)):
            return multiples.astype(np.int64), step
    return None


def _walked(steps: np.ndarray, seen: float) -> float:
    """Return the tail of the sum of +-steps, built up one step at a time, all outcomes kept."""
    chances = np.ones(1)
    for step in steps:
        longer = np.zeros(len(chances) + step)
        longer[: len(chances)] += chances / 2
        longer[step:] += chances / 2
        chances = longer
    totals = 2 * np.arange(len(chances)) - int(steps.sum())
    return min(1.0, float(chances[np.abs(totals) >= seen - 0.5].sum()))


def _enumerated(sizes: np.ndarray, seen: float) -> float:
    totals = np.zeros(1)
    for size in sizes:
        totals = np.concatenate([totals - size, totals + size])
    return float(np.mean(np.abs(totals) >= _just(seen, sizes)))


def _drawn(sizes: np.ndarray, seen: float, rng: np.random.Generator, draws: int) -> float:
    further = 0
    for first in range(0, draws, CHUNK):
        signs = rng.integers(0, 2, (min(CHUNK, draws - first), len(sizes)), dtype=np.int8)
        totals = 2 * (signs @ sizes) - sizes.sum()
        further += int(np.sum(np.abs(totals) >= _just(seen, sizes)))
    return (further + 1) / (draws + 1)


def _just(seen: float, sizes: np.ndarray) -> float:
    return seen - SAME * float(sizes.sum())
