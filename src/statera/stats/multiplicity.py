"""P values adjusted for how many tests were made: Holm for claims, Benjamini-Hochberg for screens.

Where many categories are looked at, some differ by chance; the adjusted p value says which of them
do not. A decision that passes only if *every* rule passes needs no adjustment for a wrong pass: it
is an intersection-union test, and each rule at level alpha makes the whole at most alpha (Berger,
Technometrics 24 (1982) 295-300). A decision that fails if *any* rule fails does need one.

>>> holm([0.01, None, 0.04])
(0.02, None, 0.04)
"""

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return p values that keep the chance of any wrong claim among them at alpha.

    Each p lies in [0, 1] and the order is kept. None says that no test was made: it stays None and
    is not counted. With m tests and p_(1) <= ... <= p_(m): max over j <= i of (m - j + 1) p_(j),
    at most 1 (Holm, Scandinavian Journal of Statistics 6 (1979) 65-70; valid under any dependence).
    ValueError for a p outside [0, 1] or NaN.
    """
    made, order = _sorted(p)
    steps = np.arange(len(made), 0, -1)
    return _restored(p, order, np.maximum.accumulate(made * steps))


def benjamini_hochberg(p: Sequence[float | None]) -> tuple[float | None, ...]:
    """Return p values that keep the expected share of wrong claims among the claims at alpha.

    As `holm` for order, None and errors. min over j >= i of m p_(j) / j, at most 1 (Benjamini and
    Hochberg, JRSS-B 57 (1995) 289-300, eq. 1; valid for independent or positively dependent tests:
    Benjamini and Yekutieli, Annals of Statistics 29 (2001) 1165-1188, theorem 1.2).
    """
    made, order = _sorted(p)
    scaled = made * len(made) / np.arange(1, len(made) + 1)
    return _restored(p, order, np.minimum.accumulate(scaled[::-1])[::-1])


def _sorted(p: Sequence[float | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return the p values of the tests that were made, from small to large, and their order."""
    made = np.array([value for value in p if value is not None], dtype=np.float64)
    wrong = made[~((made >= 0) & (made <= 1))]
    if len(wrong):
        raise ValueError(f"a p value lies in [0, 1], not {wrong[0]:g}")
    order = np.argsort(made, kind="stable")
    return made[order], order


def _restored(
    p: Sequence[float | None], order: np.ndarray, adjusted: np.ndarray
) -> tuple[float | None, ...]:
    """Put adjusted values back where their tests stood."""
    back = np.empty(len(order))
    back[order] = np.minimum(adjusted, 1.0)
    values = iter(back.tolist())
    return tuple(None if value is None else next(values) for value in p)
