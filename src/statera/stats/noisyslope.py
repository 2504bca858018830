"""The slope of one measured difference on another, both with errors, over a few experiments.

    y_i = intercept + slope x_i* + e_i,   e_i ~ N(0, tau^2),   x_i* ~ N(mu, s^2)

Both x_i* and y_i are measured with known errors, so that (x_i, y_i) is normal in two dimensions
(Fuller, Measurement Error Models, 1987, section 1.2; Kelly, Astrophysical Journal 665 (2007)
1489-1506, one component). Ordinary regression would shrink the slope. All is of maximum likelihood;
the interval is of the profile likelihood, its limit n log(1 + t^2 / (n - 2)) exact for ordinary
regression. It may be unbounded on a side: too little is known then, and it is told so.

>>> found = noisy_slope(np.arange(8.0), np.full(8, 1e-3), 2 * np.arange(8.0), np.full(8, 0.1))
>>> round(found.value, 3)
2.0
"""

from typing import NamedTuple

import msgspec
import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.stats import t as student

from statera.stats.proportion import clopper_pearson
from statera.stats.results import LEVEL, Estimate

LEAST = 5
"""Experiments below which no interval is given."""
_WIDE = 1e3
SOURCE = "Fuller, Measurement Error Models, 1987, section 1.2; profile likelihood"
_FINE = {"xatol": 1e-2, "fatol": 1e-4, "maxiter": 100}


class Slope(msgspec.Struct, frozen=True, kw_only=True):
    """The slope with its interval; None on a side that the data do not bound.

    `spread` is tau, how far experiments lie from the line beyond their errors, in units of y.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    spread: float | None
    n: int
    method: str
    source: str = ""


class _Points(NamedTuple):
    x: np.ndarray
    x_error: np.ndarray
    y: np.ndarray
    y_error: np.ndarray


def noisy_slope(
    x: np.ndarray, x_error: np.ndarray, y: np.ndarray, y_error: np.ndarray, *, level: float = LEVEL
) -> Slope:
    """Return the slope of y on x; all of shape (n,), errors are standard errors above 0."""
    count = len(x)
    bare = Slope(
        value=None, low=None, high=None, level=level, spread=None, n=count,
        method=f"no slope: {count} experiments, {LEAST} are needed",
    )  # fmt: skip
    if count < LEAST:
        return bare
    unit_x, unit_y = _unit(x), _unit(y)
    points = _Points(x / unit_x, x_error / unit_x, y / unit_y, y_error / unit_y)
    slope, best = _best(points)
    more = count * np.log1p(student.ppf((1 + level) / 2, count - 2) ** 2 / (count - 2))
    low, high = (_edge(points, slope, best, best.loss + more, step) for step in (-1.0, 1.0))
    scale = unit_y / unit_x
    return Slope(
        value=slope * scale,
        low=None if low is None else low * scale,
        high=None if high is None else high * scale,
        level=level,
        spread=float(np.exp(best.rest[1])) * unit_y,
        n=count,
        method="errors in both, profile likelihood",
        source=SOURCE,
    )


def sign_agreement(x: np.ndarray, y: np.ndarray, *, level: float = LEVEL) -> Estimate:
    """Return the share of experiments in which x and y have the same sign; zeros agree with none.

    An exact interval (Clopper and Pearson, Biometrika 26 (1934) 404-413).
    """
    count = len(x)
    if not count:
        return Estimate(value=None, low=None, high=None, level=level, method="no experiment",
                        n=0, clusters=0)  # fmt: skip
    agreeing = int(np.sum(x * y > 0))
    low, high = clopper_pearson(agreeing, count, level)
    return Estimate(
        value=agreeing / count, low=low, high=high, level=level, method="Clopper-Pearson",
        n=count, clusters=count, source="Clopper and Pearson, Biometrika 26 (1934) 404-413",
    )  # fmt: skip


def _unit(values: np.ndarray) -> float:
    return float(values.std()) or float(np.abs(values).max()) or 1.0


class _Fit(NamedTuple):
    """Twice the least negative log-likelihood at a slope, and the logs of s and tau where it is."""

    loss: float
    rest: np.ndarray


def _best(points: _Points) -> tuple[float, _Fit]:
    """Return the slope of the greatest likelihood, and what is best there."""
    ordinary = float(np.polyfit(points.x, points.y, 1)[0])
    tried = {start: _fitted(points, start) for start in (ordinary, 1.5 * ordinary, 0.0, 1.0, -1.0)}
    near = min(tried, key=lambda start: tried[start].loss)
    found = minimize_scalar(
        lambda at: _fitted(points, at).loss,
        bracket=(near - 0.2, near + 0.2),
        tol=1e-4,
    )
    slope = float(found.x)
    return slope, _fitted(points, slope)


def _fitted(points: _Points, slope: float, near: np.ndarray | None = None) -> _Fit:
    """Return the best of s and tau at a slope, looked for from `near`, or from two places."""

    def loss(rest: np.ndarray) -> float:
        return _loss(points, slope, float(np.exp(2 * rest[0])), float(np.exp(2 * rest[1])))

    residual = float((points.y - slope * points.x).std())
    afar = [np.array([0.0, np.log(max(residual, 1e-3))]), np.array([-1.0, -4.0])]
    found = [
        minimize(loss, start, method="Nelder-Mead", options=_FINE)
        for start in (afar if near is None else [near])
    ]
    best = min(found, key=lambda one: one.fun)
    return _Fit(float(best.fun), best.x)


def _loss(points: _Points, slope: float, spread: float, beyond: float) -> float:
    """Return twice the negative log-likelihood, means at their best; variances of x* and e."""
    xx = spread + points.x_error**2
    xy = slope * spread
    yy = slope**2 * spread + beyond + points.y_error**2
    determinant = xx * yy - xy**2
    # The means of x and y are free, so that both are those of generalised least squares.
    information = np.array(
        [
            [np.sum(yy / determinant), -np.sum(xy / determinant)],
            [-np.sum(xy / determinant), np.sum(xx / determinant)],
        ]
    )
    pull = np.array(
        [
            np.sum((yy * points.x - xy * points.y) / determinant),
            np.sum((xx * points.y - xy * points.x) / determinant),
        ]
    )
    mean_x, mean_y = np.linalg.solve(information, pull)
    x, y = points.x - mean_x, points.y - mean_y
    squares = (yy * x**2 - 2 * xy * x * y + xx * y**2) / determinant
    return float(np.sum(np.log(determinant) + squares))


def _edge(points: _Points, slope: float, best: _Fit, limit: float, step: float) -> float | None:
    """Return where the loss first is above `limit` going from the best slope; None for nowhere."""
    rest = best.rest

    def above(at: float) -> bool:
        nonlocal rest
        found = _fitted(points, at, rest)
        rest = found.rest
        return found.loss > limit

    near, far = slope, slope + 0.1 * step
    while not above(far):
        near, far = far, slope + 2 * (far - slope)
        if abs(far) > _WIDE:
            return None
    for _ in range(14):
        middle = (near + far) / 2
        near, far = (near, middle) if above(middle) else (middle, far)
    return (near + far) / 2
