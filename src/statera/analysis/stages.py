"""Two stages: a cheap judge saw every item, a dear one a random part; what would it say of all?

    rows = stages(frame, stored_parts(info))
    rows[0].found          # 0.61 [0.57, 0.65], from 0.70: the dear judge's number over all items
    rows[0].worth          # the dear judgements that would have told as much without the cheap ones

The estimate is PPI++ (`stats.ppi`) with the dear judge's verdicts in the place of labels. It says
what that judge would say, not what is true: how far it errs, people's labels tell.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
import numpy as np

from statera.analysis.correction import MOST_MISSING, AtLevel
from statera.analysis.frame import Frame, Places
from statera.metrics.judged import JUDGED
from statera.protocols import Metric
from statera.records.parts import Part
from statera.stats.corrected import Corrected
from statera.stats.labelworth import worth
from statera.stats.means import mean
from statera.stats.ppi import Judged, powering, prediction_powered
from statera.stats.results import LEVEL, Estimate, Items

K = TypeVar("K", bound=Hashable)


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the second judge: over all items by two stages, and over its part alone.

    `found.raw` is the first judge's number, `found.labels` counts the items that the second saw.
    `worth` is how many of them tell as much without the first; None where `found` is not by t.
    """

    metric: str
    category: str | None
    of: str
    found: Corrected
    alone: Estimate
    worth: float | None

    @property
    def saved(self) -> float | None:
        """The judgements of items by the second judge that the first one saved."""
        return None if self.worth is None else self.worth - self.found.labels


class Seen(NamedTuple):
    """One item: what the first judge said of it, and the second where it was drawn.

    `first` is None where it gave no verdict, `second` where it was not drawn, or gave none.
    """

    first: float | None
    second: float | None
    drawn: bool
    unit: Hashable


def stages(
    frame: Frame, parts: Mapping[str, Part], *, level: float = LEVEL, categories: bool = True
) -> list[Staged]:
    """Return the numbers of each second judge of the task; a category's only where t holds."""
    found: list[Staged] = []
    for metric in frame.metrics:
        part = parts.get(metric.score)
        if part is None or frame.task not in part.items or not isinstance(metric, JUDGED):
            continue
        whole = _of_frame(frame, metric, part, None, level)
        below = frame.categories if categories and metric.by_category else []
        rows = [_of_frame(frame, metric, part, category, level) for category in below]
        found += [whole, *(row for row in rows if row.worth is not None)]
    return found


def staged(names: tuple[str, str], seen: Sequence[Seen], *, level: float = LEVEL) -> Staged:
    """Return the number of the second judge over those items; `names` is its own and the first's.

    None, and why, where more than 5 % of the drawn items have no verdict of either. Without one of
    the first judge an item is left out.
    """
    return _row(names, seen, level, _lacking(seen))


def _lacking(seen: Sequence[Seen]) -> str:
    """Return why what is left of the items is not as all are, or nothing."""
    drawn = [one for one in seen if one.drawn]
    lost = {
        "second": sum(one.first is not None and one.second is None for one in drawn),
        "first": sum(one.first is None and one.second is not None for one in drawn),
    }
    for judge, missing in lost.items():
        if missing > MOST_MISSING * len(drawn):
            return f"{missing} of {len(drawn)} drawn items have no verdict of the {judge} judge"
    return ""


def staging(
    frame: Frame, metric: Metric, part: Part, category: str | None = None
) -> AtLevel | None:
    """Return a second judge's number over all items as a function of the level; None without t."""
    row = _of_frame(frame, metric, part, category, LEVEL)
    if row.worth is None:
        return None
    return powering(judged(seen_of(frame, metric, part, frame.places(category))))


def judged(seen: Sequence[Seen]) -> Judged:
    """Return the items with a verdict of the first judge as `stats.ppi` takes them.

    Each had the same chance to be drawn.
    """
    there = [(one, one.first) for one in seen if one.first is not None]
    share = sum(one.drawn for one, _ in there) / max(1, len(there))
    units = [one.unit for one, _ in there]
    return Judged(
        [first for _, first in there],
        [one.second for one, _ in there],
        [share or 1.0] * len(there),
        None if len(set(units)) == len(units) else units,
    )


def seen_of(frame: Frame, metric: Metric, part: Part, places: Places) -> list[Seen]:
    """Return the items at those places that one of the judges at least gave a verdict on."""
    first = msgspec.structs.replace(metric, score=part.of)  # type: ignore[type-var]
    if first.name not in frame.names:
        return []
    ours, theirs, units = frame.column(metric.name), frame.column(first.name), frame.clusters
    return [
        Seen(
            float(theirs.values[at]) if theirs.weights[at] > 0 else None,
            float(ours.values[at]) if ours.weights[at] > 0 else None,
            bool(frame.outcomes[metric.score][at]),
            int(units[at]),
        )
        for at in places[(theirs.weights[places] > 0) | (ours.weights[places] > 0)].tolist()
    ]


def _of_frame(
    frame: Frame, metric: Metric, part: Part, category: str | None, level: float
) -> Staged:
    seen = seen_of(frame, metric, part, frame.places(category))
    row = staged((f"{frame.task}/{metric.name}", part.of), seen, level=level)
    known = part.items[frame.task]
    if category is None and len(seen) > known:
        why = f"the part was drawn from {known} items of {len(seen)}: judge again with --second"
        row = _row((row.metric, row.of), seen, level, why)
    return msgspec.structs.replace(row, category=category)


def _row(names: tuple[str, str], seen: Sequence[Seen], level: float, why: str) -> Staged:
    items = judged(seen)
    found = prediction_powered(items, level=level)
    if why:
        found = msgspec.structs.replace(
            found, value=None, low=None, high=None, tuning=None, method=why
        )
    return Staged(
        metric=names[0],
        category=None,
        of=names[1],
        found=found,
        alone=_alone(seen, level),
        worth=worth(items) if found.tuning is not None and found.method == "PPI++" else None,
    )


def _alone(seen: Sequence[Seen], level: float) -> Estimate:
    """Return the mean of what the second judge said of its part."""
    there = [(one.second, one.unit) for one in seen if one.second is not None]
    numbers = {unit: number for number, unit in enumerate(dict.fromkeys(u for _, u in there))}
    values, clusters = [value for value, _ in there], [numbers[unit] for _, unit in there]
    return mean(Items(values, clusters, [0] * len(there), [1.0] * len(there)), level=level)


def means(values: Iterable[tuple[K, float | None]]) -> dict[K, float | None]:
    """Return the mean of each item's values that are there, None where it has none."""
    gathered: dict[K, list[float]] = {}
    for item, value in values:
        gathered.setdefault(item, []).extend([] if value is None else [value])
    return {item: float(np.mean(of)) if of else None for item, of in gathered.items()}
