"""Logistic regression with few terms and soft labels, for many reweightings of the data at once.

A label is a probability in [0, 1]: a win is 1, a tie 0.5. Each copy weighs the rows anew, as a
bootstrap does. Newton's steps, halved where they do not help; with a penalty, proximal ones. A copy
without one finite best fit (separated, or terms that cannot be told apart) says so.

>>> rows = Rows(np.array([[1.0]] * 4), np.array([1.0, 1.0, 1.0, 0.0]))
>>> round(float(fit(rows, np.ones((1, 4))).weights[0, 0]), 4)
1.0986
"""

from typing import NamedTuple

import numpy as np

STEPS = 60
SWEEPS = 200
CELLS = 2**17  # rows times copies held at a time
STILL = 1e-9
LARGEST = 30.0  # log odds: beyond it a label is as good as certain
SINGULAR = 1e-10
SOURCE = "McCullagh and Nelder, Generalized Linear Models, 1989, section 4.4"
PENALISED = "Lee, Sun and Saunders, SIAM Journal on Optimization 24 (2014) 1420-1443"


class Rows(NamedTuple):
    """Terms (n, k) and labels (n,) in [0, 1]; a constant is a term like another."""

    terms: np.ndarray
    labels: np.ndarray


class Fits(NamedTuple):
    """The weight of each term in each copy (copies, k), and where there is one (copies,)."""

    weights: np.ndarray
    found: np.ndarray


class _Data(NamedTuple):
    """Terms (n, k), their products (n, k * k), copies (c, n), copies * labels * terms (c, k)."""

    terms: np.ndarray
    squares: np.ndarray
    copies: np.ndarray
    wanted: np.ndarray


class _State(NamedTuple):
    """Where each copy stands: loss (c,), slope (c, k), curvature (c, k, k), largest log odds."""

    loss: np.ndarray
    slope: np.ndarray
    curve: np.ndarray
    largest: np.ndarray


def chances(log_odds: np.ndarray) -> np.ndarray:
    """Return the logistic function, without overflow."""
    small = np.exp(-np.abs(log_odds))
    found: np.ndarray = np.where(log_odds >= 0, 1.0, small) / (1 + small)
    return found


def fit(
    rows: Rows, copies: np.ndarray, *, penalty: float = 0.0, start: np.ndarray | None = None
) -> Fits:
    """Return the weights w that make sum of copy * loss(row, w) + penalty * sum |w| least.

    `copies` (c, n) are the rows' weights, at least 0. The loss of a row is that of the binomial
    likelihood. `start` (k,) is where to begin.
    """
    terms = rows.terms
    first = np.zeros(terms.shape[1]) if start is None else start
    size = max(1, CELLS // max(1, len(terms)))
    parts = [
        _solve(rows, copies[at : at + size], penalty, first) for at in range(0, len(copies), size)
    ]
    weights = np.concatenate([part.weights for part in parts])
    return Fits(weights, np.concatenate([part.found for part in parts]))


def _solve(rows: Rows, copies: np.ndarray, penalty: float, start: np.ndarray) -> Fits:
    weights = np.tile(start, (len(copies), 1))
    squares = (rows.terms[:, :, None] * rows.terms[:, None, :]).reshape(len(rows.terms), -1)
    data = _Data(rows.terms, squares, copies, (copies * rows.labels) @ rows.terms)
    state = _look(data, weights, penalty)
    step = _step(state, weights, penalty)
    moving = np.ones(len(copies), dtype=bool)
    for _ in range(STEPS):
        moving = np.abs(step).max(axis=1) > STILL * np.maximum(1, np.abs(weights).max(axis=1))
        if not moving.any():
            break
        tried = _look(data, weights + step, penalty)
        better = tried.loss <= state.loss + 1e-12 * np.abs(state.loss)
        weights = np.where(better[:, None], weights + step, weights)
        state = _State(*(_chosen(better, new, old) for new, old in zip(tried, state, strict=True)))
        step = np.where(better[:, None], _step(state, weights, penalty), step / 2)
    return Fits(weights, ~moving & (state.largest < LARGEST) & _told_apart(state.curve))


def _chosen(better: np.ndarray, new: np.ndarray, old: np.ndarray) -> np.ndarray:
    return np.where(better.reshape((-1,) + (1,) * (new.ndim - 1)), new, old)


def _look(data: _Data, weights: np.ndarray, penalty: float) -> _State:
    count = weights.shape[1]
    log_odds = weights @ data.terms.T
    size = np.abs(log_odds)
    small = np.exp(-size)
    part = 1 / (1 + small)
    losses = np.log1p(small)
    losses += np.maximum(log_odds, 0)
    weighed = data.copies * np.where(log_odds >= 0, part, small * part)
    small *= part * part * data.copies
    wanted = np.einsum("ck,ck->c", data.wanted, weights)
    return _State(
        np.einsum("cn,cn->c", data.copies, losses) - wanted + penalty * np.abs(weights).sum(axis=1),
        weighed @ data.terms - data.wanted,
        (small @ data.squares).reshape(-1, count, count),
        np.max(size, axis=1, initial=0.0, where=data.copies > 0),
    )


def _step(state: _State, weights: np.ndarray, penalty: float) -> np.ndarray:
    count = weights.shape[1]
    total = np.trace(state.curve, axis1=1, axis2=2)[:, None, None]
    curve = state.curve + (1e-12 * total + 1e-300) * np.eye(count)
    if penalty:
        return _shrunk(state.slope, curve, weights, penalty)
    found: np.ndarray = -np.linalg.solve(curve, state.slope[:, :, None])[:, :, 0]
    return found


def _shrunk(
    slope: np.ndarray, curve: np.ndarray, weights: np.ndarray, penalty: float
) -> np.ndarray:
    """Return the step to the best of the quadratic approximation plus the penalty, by term."""
    step = np.zeros_like(weights)
    for _ in range(SWEEPS):
        before = step.copy()
        for term in range(weights.shape[1]):
            bend = curve[:, term, term]
            pull = slope[:, term] + np.einsum("ck,ck->c", curve[:, term], step)
            free = weights[:, term] + step[:, term] - pull / bend
            kept = np.sign(free) * np.maximum(np.abs(free) - penalty / bend, 0.0)
            step[:, term] = kept - weights[:, term]
        if np.abs(step - before).max() < STILL / 100:
            break
    return step


def _told_apart(curve: np.ndarray) -> np.ndarray:
    """Return whether the data say each weight: the curvature has no flat direction."""
    values = np.linalg.eigvalsh(curve)
    found: np.ndarray = values[:, 0] > SINGULAR * np.maximum(values[:, -1], 1e-300)
    return found
