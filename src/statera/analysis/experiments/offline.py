"""What a policy that was not run would have earned, from what was logged, with its warnings.

view = offline_view("warm_on_mobile", log, cells, actions)
view.values["dr"], view.gains["dr"], view.warnings
"""

import msgspec
import numpy as np

from statera.stats.means import mean
from statera.stats.offpolicy import ENOUGH, MOST, Logged, Overlap, gains, overlap, values
from statera.stats.results import Estimate, Items

_APART = 3.0
_UNSEEN = 0.001
_THIN = 0.1


class OfflineView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy's value by estimator, and its gain over what was logged.

    `logged`: the mean reward of the log. `shares`: how often the policy would choose each action,
    against how often the log did (`taken`). `warnings` are lines about what the numbers rest on.
    """

    policy: str
    logged: Estimate
    values: dict[str, Estimate]
    gains: dict[str, Estimate]
    shares: dict[str, float]
    taken: dict[str, float]
    rows: int
    effective: float
    largest: float
    mean_weight: float
    unseen: float
    warnings: tuple[str, ...]


def offline_view(
    policy: str, log: Logged, cells: np.ndarray, actions: tuple[str, ...]
) -> OfflineView:
    """Return the view; `cells` numbers like contexts, `actions` names the log's numbers."""
    found = overlap(log, cells)
    ones = np.ones(len(log.reward))
    logged = mean(Items(log.reward, log.cluster, np.zeros(len(ones), np.int64), ones))
    taken = np.bincount(log.action, minlength=len(actions)) / len(log.action)
    told = values(log)
    return OfflineView(
        policy=policy,
        logged=logged,
        values=told,
        gains=gains(log),
        shares=dict(zip(actions, map(float, log.target.mean(axis=0)), strict=True)),
        taken=dict(zip(actions, map(float, taken), strict=True)),
        rows=found.rows,
        effective=found.effective,
        largest=found.largest,
        mean_weight=found.mean_weight,
        unseen=found.unseen,
        warnings=(*_warnings(found), *_disagreeing(told)),
    )


def _warnings(found: Overlap) -> list[str]:
    lines = []
    if found.effective < ENOUGH or found.largest > MOST:
        lines.append(
            f"too little overlap: {found.rows:,} rows are worth {found.effective:,.0f}, and one "
            f"carries {found.largest:.0%} of the weight; no interval is given"
        )
    elif found.effective < _THIN * found.rows:
        lines.append(
            f"thin overlap: {found.rows:,} rows are worth {found.effective:,.0f}; the log seldom "
            "did what the policy would do"
        )
    if found.unseen > _UNSEEN:
        lines.append(
            f"{found.unseen:.1%} of the policy's choices were never made in a like context: the "
            "value there is the reward model's guess (dr) or missing (ips)"
        )
    if abs(found.off) > _APART:
        lines.append(
            f"the mean weight is {found.mean_weight:.3f} and should be 1 ({abs(found.off):.1f} "
            "standard errors off): the logged propensities are not the true ones"
        )
    return lines


def _disagreeing(told: dict[str, Estimate]) -> list[str]:
    ips, dr = told["ips"], told["dr"]
    if ips.low is None or ips.high is None or dr.low is None or dr.high is None:
        return []
    if ips.low > dr.high or dr.low > ips.high:
        return ["ips and dr disagree: the propensities or the reward model are wrong"]
    return []
