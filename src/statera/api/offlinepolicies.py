"""Policies that were not run, judged by what was logged: a file of choices, or an experiment.

view = offline_of_log(read_choices(lines, source=…), target, source="policy.yaml")
view = offline_of_units(design, units, target, now=clock.now(), source="policy.yaml")
"""

from collections.abc import Mapping, Sequence

import numpy as np

from statera.analysis.experiments.offline import OfflineView, offline_view
from statera.analysis.experiments.split import shares
from statera.analysis.experiments.units import Units
from statera.errors import DeclarationError
from statera.experiment.design import OTHER, Design
from statera.experiment.policies import TargetPolicy, check_target
from statera.interop.loggedchoices import LoggedChoice
from statera.stats.offpolicy import Logged

_FEW = 50


def offline_of_log(
    choices: Sequence[LoggedChoice], target: TargetPolicy | None, *, source: str
) -> OfflineView:
    """Return what the policy would have earned; without one, each line's own `target` says.

    DeclarationError where neither does, or for an arm or field that the log does not know.
    """
    names = {one.action for one in choices} | {name for one in choices for name in one.target}
    actions = tuple(sorted(names))
    contexts = [_texts(one.context) for one in choices]
    if target is None and not choices[0].target:
        raise DeclarationError(f"{source}: no `target` on its lines: name a --policy FILE")
    if target is not None:
        check_target(target, actions, dict.fromkeys(contexts[0], ()), source)
    chances = [
        target.chances(where) if target else one.target
        for one, where in zip(choices, contexts, strict=True)
    ]
    units = [one.unit or f"#{number}" for number, one in enumerate(choices)]
    log = Logged(
        action=np.array([actions.index(one.action) for one in choices]),
        propensity=np.array([one.propensity for one in choices]),
        reward=np.array([one.reward for one in choices]),
        target=_matrix(chances, actions),
        context=_columns([one.context for one in choices]),
        cluster=np.unique(units, return_inverse=True)[1],
    )
    name = target.policy if target else "target"
    return offline_view(name, log, _cells(contexts), actions)


def offline_of_units(
    design: Design, units: Units, target: TargetPolicy, *, now: float, source: str
) -> OfflineView:
    """Return what the policy would have earned in an experiment, by its primary outcome.

    The context is the declared segments, the propensity the arm's share in the unit's slice. Units
    count whose window has closed by `now`; those that did not report a `mean` are left out.
    DeclarationError for what the design does not know.
    """
    actions = tuple(arm.name for arm in design.arms)
    fields = {name: (*one.values, OTHER) for name, one in design.segments.items()}
    check_target(target, actions, fields, source)
    reports = units.outcomes[design.primary.outcome]
    kind = design.outcome(design.primary.outcome).kind
    kept = units.first + design.window_of(design.primary.outcome) <= now
    if kind == "mean":
        kept &= reports.number > 0
    if not kept.any():
        raise DeclarationError(f"{design.experiment}: no closed unit has reported its outcome yet")
    reward = np.where(reports.number > 0, reports.total / np.maximum(reports.number, 1), 0.0)
    if kind == "event":
        reward = (reports.total > 0).astype(float)
    elif kind == "total":
        reward = reports.total
    contexts = _segments(units, kept)
    log = Logged(
        action=units.arm[kept],
        propensity=shares(design)[units.slice[kept], units.arm[kept]],
        reward=reward[kept],
        target=_matrix([target.chances(where) for where in contexts], actions),
        context=_columns(contexts),
        cluster=np.unique(units.cluster[kept], return_inverse=True)[1],
    )
    return offline_view(target.policy, log, _cells(contexts), actions)


def _segments(units: Units, kept: np.ndarray) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{} for _ in range(int(kept.sum()))]
    for name, codes in units.segments.items():
        for where, code in zip(found, codes.codes[kept], strict=True):
            where[name] = codes.values[code] if code >= 0 else OTHER
    return found


def _texts(context: Mapping[str, str | float]) -> dict[str, str]:
    return {name: value for name, value in context.items() if isinstance(value, str)}


def _matrix(chances: Sequence[Mapping[str, float]], actions: Sequence[str]) -> np.ndarray:
    return np.array([[one.get(name, 0.0) for name in actions] for one in chances])


def _cells(contexts: Sequence[Mapping[str, str]]) -> np.ndarray:
    """Return a number for each context, the same for those with the same categories."""
    known: dict[tuple[str, ...], int] = {}
    return np.array([known.setdefault(tuple(where.values()), len(known)) for where in contexts])


def _columns(contexts: Sequence[Mapping[str, str | float]]) -> np.ndarray:
    """Return numbers as they are and a column for each common value of a category."""
    columns = []
    for name in contexts[0]:
        told = [where[name] for where in contexts]
        if all(isinstance(value, (int, float)) for value in told):
            columns.append(np.array(told, np.float64))
            continue
        texts = np.array(list(map(str, told)))
        values, counts = np.unique(texts, return_counts=True)
        columns += [texts == value for value in values[np.argsort(-counts)][:_FEW]]
    if not columns:
        return np.zeros((len(contexts), 0))
    return np.column_stack(columns).astype(np.float64)
