"""What was known of a unit before its first exposure, as covariates that take out noise (CUPED).

Deng, Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments by utilizing
pre-experiment data, WSDM 2013. The slopes are pooled within arms and slices, so that the adjusted
difference estimates the same as the plain one: assignment is independent of what came before. A
unit without history has an indicator of its own, so that it does not matter which value stands in
for it. Valid only for what was recorded before the first exposure; the variance of the adjusted
difference holds whatever the true relation (Lin, Annals of Applied Statistics 7 (2013) 295-318).

>>> covariates(np.array([2.0, 0.0, 1.0]), np.array([2.0, 0.0, 2.0]), kind="event").shape
(3, 1)
"""

from typing import Literal

import numpy as np

SOURCE = "Deng, Xu, Kohavi and Walker, WSDM 2013"
Kind = Literal["event", "mean", "total"]


def covariates(before: np.ndarray, number: np.ndarray, *, kind: Kind) -> np.ndarray | None:
    """Return the covariates of an outcome's units, (n, d); None where nothing differs between them.

    `before` and `number` (n,) are sum and number of the reports before the first exposure. event:
    whether there was one. total: the sum, and whether anything was reported. mean: besides the
    number, as a ratio's noise is sum - ratio x number. Columns have mean 0 and standard deviation
    1, which changes no adjusted difference. ValueError: what is no number, or lengths that differ.
    """
    total, count = np.asarray(before, np.float64), np.asarray(number, np.float64)
    if total.shape != count.shape or not np.all(np.isfinite(total) & np.isfinite(count)):
        raise ValueError("what came before must be numbers, a sum and a number for each unit")
    if kind == "event":
        columns = [(total > 0).astype(np.float64)]
    else:
        columns = [total, (count > 0).astype(np.float64)] + ([count] if kind == "mean" else [])
    kept = [column for column in columns if len(column) and np.ptp(column) > 0]
    if not kept:
        return None
    table = np.stack(kept, axis=1)
    return np.asarray((table - table.mean(axis=0)) / table.std(axis=0))


def slopes(products: np.ndarray, mixed: np.ndarray) -> np.ndarray:
    """Return least-squares slopes (looks, d) from sums of products (looks, d, d) and (looks, d).

    Of covariates that say the same, the shortest slopes: the adjustment is the same.
    """
    inverse = np.linalg.pinv(products, rcond=1e-9, hermitian=True)
    return np.asarray(np.einsum("lij,lj->li", inverse, mixed))


def removed(plain: float, adjusted: float) -> float:
    """Return the share of the variance that the adjustment took out, from two standard errors."""
    return 1 - (adjusted / plain) ** 2 if plain > 0 else 0.0
