"""Critical failures of single items: which are certain, and which wait for a person.

A failure that a detector of unmeasured error told, or that a rule calls fallible, is certain only
when a person confirmed it; a person may also say that it was none.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.analysis.frame import Frame, Infra, Places, item_weights
from statera.gate.rules import Target
from statera.gate.ruling import Dismissal
from statera.metrics.means import MeanScore
from statera.records.scores import Outcome, Score
from statera.stats.results import Items


class Confirmed(NamedTuple):
    """What a person said of an item: was it a failure, over how many of its trials, who and why.

    A failure stays one; "no failure" holds while the item has no more trials than were read.
    """

    failure: bool
    trials: int
    by: str = ""
    why: str = ""


Confirmations = Mapping[tuple[str, str, str], Confirmed]
"""By task, sample id and metric."""


class Failures(NamedTuple):
    """Sample ids of failed items, and the places of items that a person cleared, with the words."""

    certain: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    cleared: tuple[int, ...] = ()
    dismissed: tuple[Dismissal, ...] = ()


def failures(
    target: Target, frame: Frame, confirmed: Confirmations, *, judged: bool = False
) -> Failures:
    """Return the items of a critical target that fail, as far as trials were answered.

    What a judge says (`judged`) is told by a detector that can err, whatever the rule says.
    """
    if judged and target.rule.detector != "fallible":
        target = target._replace(rule=msgspec.structs.replace(target.rule, detector="fallible"))
    column, good = frame.column(target.metric.name), good_value(target)
    places = frame.places(target.category)
    bad = places[(column.weights[places] > 0) & (column.values[places] != good)]
    found: dict[str, list[int]] = {"certain": [], "doubted": [], "cleared": []}
    for place in bad.tolist():
        found[_kind(target, frame, place, confirmed)].append(place)
    named = [tuple(frame.ids[place] for place in found[kind]) for kind in ("certain", "doubted")]
    cleared = tuple(found["cleared"])
    dismissed = tuple(_dismissal(target, frame, place, confirmed) for place in cleared)
    return Failures(named[0], named[1], cleared, dismissed)


def good_value(target: Target) -> float:
    """Return the value of an item without any failure."""
    low, high = target.metric.bounds
    return high if target.side == "above" else low


def items(target: Target, frame: Frame, infra: Infra, cleared: Sequence[int] = ()) -> Items:
    """Return the target's items, those that a person cleared counted as good.

    For the mean over categories, each category counts the same.
    """
    column, places = frame.column(target.metric.name, infra=infra), frame.places(target.category)
    values = column.values.copy()
    values[list(cleared)] = good_value(target)
    known = places[column.weights[places] > 0]
    strata = frame.strata[known]
    weights = item_weights(target.metric, column.weights[known])
    if not target.metric.by_category:
        weights = _even(strata)
    return Items(values[known], frame.clusters[known], strata, weights)


def _even(strata: Places) -> np.ndarray:
    """Return weights by which every category counts the same, one on average."""
    _, index, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    even: np.ndarray = len(strata) / len(sizes) / sizes[index]
    return even


def _kind(target: Target, frame: Frame, place: int, confirmed: Confirmations) -> str:
    metric = target.metric
    said = confirmed.get((target.task, frame.ids[place], metric.name))
    if said is not None and said.failure:
        return "certain"
    if said is not None and said.trials == len(frame.outcomes[metric.score][place]):
        return "cleared"
    return "doubted" if _doubted(target, frame, place) else "certain"


def _dismissal(target: Target, frame: Frame, place: int, confirmed: Confirmations) -> Dismissal:
    said = confirmed[target.task, frame.ids[place], target.metric.name]
    certain = not _doubted(target, frame, place)
    return Dismissal(sample_id=frame.ids[place], by=said.by, why=said.why, certain=certain)


def _doubted(target: Target, frame: Frame, place: int) -> bool:
    """Return True when nothing but a fallible detector says that the item failed."""
    if target.rule.detector == "fallible":
        return True
    told = frame.told(target.metric.score, place)
    if len(told) == len(frame.outcomes[target.metric.score][place]):
        return False
    if isinstance(target.metric, MeanScore):
        return True
    found = target.metric.item([_score(target, outcome) for outcome in told])
    return found is None or found.value == good_value(target)


def _score(target: Target, outcome: Outcome) -> Score:
    return Score(metric=target.metric.score, value=None, outcome=outcome)
