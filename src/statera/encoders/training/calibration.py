"""Scores that mean probabilities: a slope and a shift for each head's logit, from held-out text.

Platt, Advances in Large Margin Classifiers (1999). Both go into the model's last layer.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

_LEAST, _MOST = 0.05, 20.0
_HELD = 1e-3


class Judged(NamedTuple):
    """One head's logits of rows with a known label (0 or 1), and the source of each."""

    logits: np.ndarray
    labels: np.ndarray
    sources: Sequence[str]


class Line(NamedTuple):
    """Calibrated logit = `slope` * logit + `shift`; slope > 0."""

    slope: float
    shift: float


def balanced(judged: Judged, prevalence: float) -> np.ndarray:
    """Return weights of sum 1: `prevalence` of ones, each source alike among ones and zeros."""
    weights = np.zeros(len(judged.labels))
    for label, share in ((1, prevalence), (0, 1 - prevalence)):
        here = [n for n, value in enumerate(judged.labels) if value == label]
        counts = Counter(judged.sources[n] for n in here)
        for n in here:
            weights[n] = share / len(counts) / counts[judged.sources[n]]
    return np.asarray(weights / weights.sum())


def line(judged: Judged, prevalence: float) -> Line:
    """Return the slope and shift of least weighted log loss; as it is without ones or zeros.

    A slight pull to slope 1 keeps both finite where the head makes no mistake.
    """
    if len(set(judged.labels.tolist())) < 2:
        return Line(1.0, 0.0)
    weights = balanced(judged, prevalence)

    def cost(free: np.ndarray) -> float:
        logits = np.exp(free[0]) * judged.logits + free[1]
        entropy = np.logaddexp(0, logits) - judged.labels * logits
        return float(weights @ entropy + _HELD * free[0] ** 2)

    found = minimize(cost, np.array([0.0, 0.0]), method="Nelder-Mead", options={"maxiter": 2000})
    slope, shift = np.clip(np.exp(found.x[0]), _LEAST, _MOST), found.x[1]
    return Line(float(slope), float(shift))


def calibrated(weights: Mapping[str, np.ndarray], lines: Sequence[Line]) -> dict[str, np.ndarray]:
    """Return the weights with each head's line in the last layer; a line a head, in order."""
    slopes = np.array([one.slope for one in lines], np.float32)
    shifts = np.array([one.shift for one in lines], np.float32)
    return {
        **weights,
        "head.out.weight": weights["head.out.weight"] * slopes,
        "head.out.bias": weights["head.out.bias"] * slopes + shifts,
    }
