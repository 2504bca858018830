"""Logistic regression with an L2 penalty on the runs and cues of many replies.

Two stages: whether a reply refuses at all, and, of those that do, whether it does so fully. Only
runs that occur with several prompts are kept: what is left are words of refusing and of
answering, not of a topic. Minimised by L-BFGS (Liu and Nocedal 1989) from zero, so that the same
rows give the same weights.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

from statera.scorers.reading.refusals.training.table import Table

FEWEST_GROUPS = 15
STRENGTH = 1.0
CUE_PENALTY = 0.03
STEPS = 300


class Stage(NamedTuple):
    """Weights of columns of a table, and the bias: their sum is the log-odds."""

    columns: np.ndarray
    weights: np.ndarray
    bias: float

    def odds(self, features: sparse.csr_matrix) -> np.ndarray:
        """Return the log-odds of each line."""
        found: np.ndarray = features[:, self.columns] @ self.weights + self.bias
        return found


def fit(table: Table, lines: np.ndarray, truth: np.ndarray) -> Stage:
    """Return the stage fitted to some lines; `truth` is 0 or 1 for each of them."""
    columns = _columns(table, lines)
    part = table.features[lines][:, columns].tocsr()
    penalty = np.where(columns < len(table.runs), 1.0, CUE_PENALTY)
    sign, weight = 2.0 * truth - 1.0, table.weight[lines] * STRENGTH

    def loss(theta: np.ndarray) -> tuple[float, np.ndarray]:
        own = theta[:-1]
        margin = sign * (part @ own + theta[-1])
        slope = -weight * sign / (1.0 + np.exp(np.clip(margin, -50, 50)))
        value = weight @ np.logaddexp(0.0, -margin) + 0.5 * penalty @ own**2
        return float(value), np.append(part.T @ slope + penalty * own, slope.sum())

    start = np.zeros(len(columns) + 1)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
    return Stage(columns, found[:-1], float(found[-1]))


def _columns(table: Table, lines: np.ndarray) -> np.ndarray:
    """Return the columns of the cues, and of the runs that occur in enough groups."""
    part = table.features[lines][:, : len(table.runs)]
    numbers = np.unique(table.group[lines], return_inverse=True)[1]
    ones = (np.ones(len(lines)), (numbers, np.arange(len(lines))))
    by_group = sparse.csr_matrix(ones, shape=(numbers.max() + 1, len(lines))) @ part
    many = np.bincount(by_group.nonzero()[1], minlength=len(table.runs))
    cues = np.arange(len(table.runs), table.features.shape[1])
    return np.concatenate([np.flatnonzero(many >= FEWEST_GROUPS), cues])
