"""What a policy would have earned, estimated from what another policy logged.

Each logged row has a context, the action taken, the chance `propensity` with which it was taken,
and its reward. `target` is the chance with which the new policy takes that action there.

| estimator | formula | unbiased when |
|---|---|---|
| ips | mean of w r, with w = target / propensity | the propensities are right and overlap |
| snips | sum of w r over sum of w | nearly, in large samples; less spread |
| dr | mean of (sum over a of target(a) q(a)) + w (r - q(action)) | propensities or q are right |

Sources: Horvitz and Thompson, JASA 47 (1952) 663-685; Swaminathan and Joachims, NeurIPS 2015,
eq. 6; Dudik, Langford and Li, ICML 2011, eq. 3; clusters as in `clusterrobust`. An interval is
given where the weights are worth at least `ENOUGH` rows (Kish) and no row carries more than `MOST`
of them.
"""

from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from scipy.stats import t as student

from statera.stats.clusterrobust import MIN_CLUSTERS, ClusterMean, cluster_mean
from statera.stats.results import LEVEL, Estimate

ENOUGH = 50.0
MOST = 0.1
FOLDS = 5
SOURCES = {
    "ips": "Horvitz and Thompson 1952",
    "snips": "Swaminathan and Joachims 2015, eq. 6",
    "dr": "Dudik, Langford and Li 2011, eq. 3",
}


class Logged(NamedTuple):
    """Logged rows, all of length n.

    `action` is a whole number 0..k-1, `propensity` in (0, 1], `target` of shape (n, k): the new
    policy's chances, rows summing to 1. `context` of shape (n, p) holds numbers that describe where
    it was. `cluster` binds rows of one unit.
    """

    action: np.ndarray
    propensity: np.ndarray
    reward: np.ndarray
    target: np.ndarray
    context: np.ndarray
    cluster: np.ndarray


class Overlap(NamedTuple):
    """How far the log tells about the policy.

    `effective`: rows that the weights are worth (Kish); `largest`: the greatest share of one row;
    `mean_weight` is 1 where the propensities are right, and `off` says how many standard errors it
    is from 1; `unseen`: share of the policy's choices that the log never took in a like context.
    """

    rows: int
    effective: float
    largest: float
    mean_weight: float
    off: float
    unseen: float

    @property
    def enough(self) -> bool:
        """True where an interval is worth something."""
        return self.effective >= ENOUGH and self.largest <= MOST


def weights(log: Logged) -> np.ndarray:
    """Return each row's weight, target over propensity; shape (n,)."""
    taken = log.target[np.arange(len(log.action)), log.action]
    return np.asarray(taken / log.propensity, np.float64)


def overlap(log: Logged, cells: np.ndarray) -> Overlap:
    """Return how far the log tells about the policy; `cells` numbers like contexts 0..c-1."""
    weight = weights(log)
    total, rows = float(weight.sum()), len(weight)
    mean = _mean(weight, log.cluster)
    error = np.sqrt(mean.variance) if mean is not None else np.inf
    off = (total / rows - 1) / error if error > 0 else (0.0 if total == rows else np.inf)
    effective = total**2 / float(weight @ weight) if total else 0.0
    largest = float(weight.max()) / total if total else 1.0
    return Overlap(rows, effective, largest, total / rows, float(off), _unseen(log, cells))


def _unseen(log: Logged, cells: np.ndarray) -> float:
    count = log.target.shape[1]
    seen = np.zeros((int(cells.max()) + 1, count), bool)
    seen[cells, log.action] = True
    return float(np.where(seen[cells], 0.0, log.target).sum() / len(cells))


def fitted(log: Logged) -> np.ndarray:
    """Return q of shape (n, k): expected reward by action, from rows of other folds alone.

    Ridge regression on the context for each action (penalty 1 on standardised columns, none on the
    intercept), cross-fitted over `FOLDS` folds of clusters, so that no row predicts itself.
    """
    count = log.target.shape[1]
    folds = _folds(log.cluster)
    spread = log.context.std(axis=0)
    columns = (log.context - log.context.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(columns)), columns])
    q = np.empty((len(design), count))
    for fold in range(FOLDS):
        out = folds == fold
        for action in range(count):
            rows = ~out & (log.action == action)
            q[out, action] = _predicted(design[rows], log.reward[rows], design[out], log.reward)
    return q


def _predicted(
    design: np.ndarray, reward: np.ndarray, wanted: np.ndarray, every: np.ndarray
) -> np.ndarray:
    """Return predictions for `wanted`; the mean of all where an action was not taken."""
    if not len(reward):
        return np.full(len(wanted), every.mean())
    penalty = np.eye(design.shape[1])
    penalty[0, 0] = 0.0
    found = np.linalg.solve(design.T @ design + penalty, design.T @ reward)
    return np.asarray(wanted @ found)


def _folds(cluster: np.ndarray) -> np.ndarray:
    """Return a fold for each row, the same for a cluster: names are mixed, not drawn."""
    mixed = np.asarray(cluster).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.asarray((mixed >> np.uint64(40)) % np.uint64(FOLDS), np.int64)


def values(log: Logged, *, level: float = LEVEL) -> dict[str, Estimate]:
    """Return the policy's value by `ips`, `snips` and `dr`."""
    weight, q = weights(log), fitted(log)
    rows = np.arange(len(weight))
    kept = Kept(weight, log.cluster, level)
    ratio = float(weight @ log.reward / weight.sum()) if weight.sum() else np.nan
    linear = ratio + weight * (log.reward - ratio) / weight.mean() if weight.sum() else weight
    doubly = (log.target * q).sum(axis=1) + weight * (log.reward - q[rows, log.action])
    return {
        "ips": _estimate("ips", weight * log.reward, kept),
        "snips": _estimate("snips", linear, kept),
        "dr": _estimate("dr", doubly, kept),
    }


def gains(log: Logged, *, level: float = LEVEL) -> dict[str, Estimate]:
    """Return the policy's value minus what the log earned, row by row, by each estimator."""
    weight, q = weights(log), fitted(log)
    rows = np.arange(len(weight))
    kept = Kept(weight, log.cluster, level)
    doubly = (log.target * q).sum(axis=1) + weight * (log.reward - q[rows, log.action])
    return {
        "ips": _estimate("ips", (weight - 1) * log.reward, kept),
        "dr": _estimate("dr", doubly - log.reward, kept),
    }


class Kept(NamedTuple):
    """What every estimate of one log needs: the weights, the clusters, the level."""

    weight: np.ndarray
    cluster: np.ndarray
    level: float


def _estimate(name: str, parts: np.ndarray, kept: Kept) -> Estimate:
    """Return the mean of the parts with its interval, or why there is none."""
    weight = kept.weight
    effective = float(weight.sum() ** 2 / (weight @ weight)) if weight.any() else 0.0
    largest = float(weight.max() / weight.sum()) if weight.any() else 1.0
    found = _mean(parts, kept.cluster)
    known = 0 if found is None else found.clusters
    bare = Estimate(
        value=float(parts.mean()) if weight.any() else None,
        low=None,
        high=None,
        level=kept.level,
        method="",
        n=len(parts),
        clusters=known,
    )
    if effective < ENOUGH or largest > MOST or found is None or known < MIN_CLUSTERS:
        why = f"too little overlap: the weights are worth {effective:.0f} rows"
        return replace(bare, method=why)
    half = float(student.ppf((1 + kept.level) / 2, found.freedom)) * float(np.sqrt(found.variance))
    low, high = found.value - half, found.value + half
    return replace(bare, low=low, high=high, method=f"{name}, clustered", source=SOURCES[name])


def _mean(parts: np.ndarray, cluster: np.ndarray) -> ClusterMean | None:
    index = np.unique(cluster, return_inverse=True)[1]
    if index.max(initial=0) < 1:
        return None
    return cluster_mean(parts, np.ones(len(parts)), index)
