"""Past experiments beside the offline runs and rulings that led to them.

found = bridged(live, store, now=clock.now(), metrics=("support/accuracy",))
"""

from collections.abc import Sequence
from typing import NamedTuple

from statera.analysis.comparison import ComparisonRow
from statera.analysis.experiments.analysis import analysed
from statera.analysis.experiments.bridge import Allowed, Bridge, bridge
from statera.analysis.experiments.result import Contrast
from statera.api.comparisons import compare
from statera.api.livereading import live_units
from statera.api.releases import releases
from statera.api.stored import Run
from statera.errors import DeclarationError, unknown
from statera.experiment.design import Arm, Design
from statera.experiment.opened import registered_design
from statera.interop.pastexperiments import PastExperiment
from statera.stats.proportion import normal_quantile
from statera.store.live.opening import LiveStore
from statera.store.runstore import RunStore


class Stores(NamedTuple):
    """Where experiments are (None for nowhere), and where runs and rulings are."""

    live: LiveStore | None
    runs: RunStore


def bridged(
    stores: Stores, *, now: float, metrics: Sequence[str] = (), past: Sequence[PastExperiment] = ()
) -> Bridge:
    """Return what past experiments say of offline metrics; `metrics` empty for all they share.

    An experiment counts where its base and another arm name their offline `run`, and where its
    sample ratio is right. DeclarationError for a metric that none has.
    """
    pairs = list(past)
    allowed: list[Allowed] = []
    if (live := stores.live) is not None:
        for name in live.names():
            found = _experiment(live, stores.runs, name, now)
            pairs += found[0]
            allowed += found[1]
    if not pairs and not allowed:
        raise DeclarationError(
            "no past experiment to learn from: name the offline `run` of the base and of another "
            "arm in a design, or give --past FILE.jsonl"
        )
    known = dict.fromkeys(pair.metric for pair in pairs)
    for metric in metrics:
        if metric not in known:
            raise unknown("metric", metric, known)
    return bridge([pair for pair in pairs if not metrics or pair.metric in metrics], allowed)


def _experiment(
    live: LiveStore, runs: RunStore, name: str, now: float
) -> tuple[list[PastExperiment], list[Allowed]]:
    """Return an experiment's pairs, and its arms that a ruling allowed."""
    registered = live.designs(name)
    if not registered:
        return [], []
    design = registered_design(registered[0].text, name)
    if not any(arm.run or arm.ruling for arm in design.arms):
        return [], []
    result = analysed(design, *live_units(live, design), now=now)
    pairs: list[PastExperiment] = []
    allowed: list[Allowed] = []
    for contrast in result.primary:
        arm = next(one for one in design.arms if one.name == contrast.arm)
        if arm.ruling:
            allowed.append(_allowed(runs, design, arm, contrast))
        if not result.ratio.failed:
            pairs += _pairs(runs, design, arm, contrast)
    return pairs, allowed


def _allowed(store: RunStore, design: Design, arm: Arm, contrast: Contrast) -> Allowed:
    """Return what the gate had said of an arm; DeclarationError for a ruling that is not there."""
    for kept in releases(store):
        if kept.entry.hash.startswith(arm.ruling):
            said = kept.release.ruling.verdict
            return Allowed(
                experiment=design.experiment, arm=arm.name, ruling=kept.entry.hash, gate=said,
                online=contrast.standing,
            )  # fmt: skip
    raise DeclarationError(
        f"{design.experiment}: arm '{arm.name}': no ruling in the ledger begins with "
        f"'{arm.ruling}' (statera releases)"
    )


def _pairs(store: RunStore, design: Design, arm: Arm, contrast: Contrast) -> list[PastExperiment]:
    if not (arm.run and design.base.run) or contrast.value is None or not contrast.error:
        return []
    runs = [Run(store, store.find(name)) for name in (arm.run, design.base.run)]
    turn = 1.0 if design.better(contrast.outcome) == "higher" else -1.0
    found = []
    for row in compare(runs[0], runs[1]).rows:
        error = _error(row)
        if row.category is None and row.difference is not None and error:
            up = 1.0 if row.higher_is_better else -1.0
            found.append(
                PastExperiment(
                    experiment=design.experiment, arm=arm.name, metric=row.name,
                    outcome=contrast.outcome, offline=up * row.difference, offline_error=error,
                    online=turn * contrast.value, online_error=contrast.error,
                )
            )  # fmt: skip
    return found


def _error(row: ComparisonRow) -> float:
    """Return the standard error behind an interval; 0 without one."""
    if row.low is None or row.high is None:
        return 0.0
    return (row.high - row.low) / (2 * normal_quantile(row.level))
