"""Tables that are forest plots: the estimates of a run, and beside them the change to its base.

A panel holds rows of one unit, which share an axis: the metrics of a task, or the categories of
one metric. What is missing comes first, then what is weakest or got worst.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from statera.analysis.measure import MetricRow
from statera.report import plaintext
from statera.report.content import Content, Subject
from statera.report.forest import Mark, axis_row
from statera.report.lines import (
    Both,
    Key,
    Limits,
    Line,
    change_mark,
    level_mark,
    limits,
    line,
)
from statera.report.scale import Scale, scale


class Panel(NamedTuple):
    """A table: its caption, the axes of its one or two plots, and blocks of rows."""

    caption: str
    axis: Markup
    change_axis: Markup | None
    blocks: tuple[tuple[Line, ...], ...]
    by_category: bool

    @property
    def size(self) -> int:
        """How many rows it has."""
        return sum(map(len, self.blocks))


def panels(content: Content) -> list[tuple[str, list[Panel]]]:
    """Return each task with its panels: all its metrics, then its leading metric by category."""
    known, held = _known(content), limits(content.ruling)
    tasks = dict.fromkeys(_task(key.metric) for key in known)
    return [(plaintext.name(task), _of_task(task, known, held, content)) for task in tasks]


def _of_task(task: str, known: Mapping[Key, Both], held: Limits, content: Content) -> list[Panel]:
    own = [both for key, both in known.items() if _task(key.metric) == task]
    whole = [both for both in own if both.key.category is None]
    found = [_panel("Every metric of the task", [whole], held, named=_metric)]
    for metric in _by_category(own, held):
        groups = _groups(task, content)
        rows = sorted((b for b in own if b.key.category and b.key.metric == metric), key=_weakness)
        blocks = [
            [b for b in rows if (b.key.category in groups) is first] for first in (True, False)
        ]
        caption = f"{plaintext.name(metric)} by category"
        found.append(_panel(caption, [b for b in blocks if b], held, named=_category))
    return found


def _by_category(rows: Sequence[Both], held: Limits) -> list[str]:
    """Return the metrics to show by category: the leading one, and those that a gate reads."""
    names = list(dict.fromkeys(both.key.metric for both in rows if both.key.category))
    asked = {key.metric for key in (*held.level, *held.change) if key.category}
    return [metric for metric in names if metric == names[0] or metric in asked]


def _known(content: Content) -> dict[Key, Both]:
    """Return what is known, in the order of the candidate's rows, then what it lacks."""
    changes = () if content.comparison is None else content.comparison.rows
    here, there = _keyed(_rows(content.candidate)), _keyed(_rows(content.base))
    paired = {Key(row.metric, row.category): row for row in changes}
    keys = dict.fromkeys([*here, *paired])
    tasks = {_task(key.metric) for key in here}
    keys |= dict.fromkeys(key for key in there if _task(key.metric) in tasks)
    return {k: Both(k, here.get(k), there.get(k), paired.get(k)) for k in keys}


def _rows(subject: Subject | None) -> Sequence[MetricRow]:
    return () if subject is None else subject.metrics


def _keyed(rows: Iterable[MetricRow]) -> dict[Key, MetricRow]:
    return {Key(row.metric, row.category): row for row in rows}


def _groups(task: str, content: Content) -> frozenset[str]:
    subjects = [s for s in (content.candidate, content.base) if s is not None]
    return frozenset().union(*(s.groups.get(task, frozenset()) for s in subjects))


def _weakness(both: Both) -> tuple[bool, float]:
    """Return what rows are sorted by: the missing first, then the worst change or estimate."""
    if both.change is not None and both.change.difference is not None:
        sign = 1 if both.change.higher_is_better else -1
        return True, sign * both.change.difference
    value = None if both.candidate is None else both.candidate.estimate
    return value is not None, 0.0 if value is None else value


def _panel(
    caption: str, blocks: Sequence[Sequence[Both]], held: Limits, *, named: Callable[[Key], str]
) -> Panel:
    rows = [both for block in blocks for both in block]
    levels = {both.key: level_mark(both, held) for both in rows}
    changes = {both.key: change_mark(both, held) for both in rows if both.change is not None}
    axis = scale(number for mark in levels.values() for number in mark.numbers)
    paired = scale([0.0, *(n for mark in changes.values() for n in mark.numbers)])
    lines = tuple(
        tuple(
            line(both, named(both.key), (levels[both.key], axis), (changes.get(both.key), paired))
            for both in block
        )
        for block in blocks
    )
    return Panel(
        caption,
        _axis("estimate", axis, levels.values()),
        _axis("difference to the base", paired, changes.values()) if changes else None,
        lines,
        any(both.key.category is not None for both in rows),
    )


def _axis(what: str, axis: Scale, marks: Iterable[Mark]) -> Markup:
    limits = [mark.limit.value for mark in marks if mark.limit is not None]
    ends = f"{axis.label(axis.low)} to {axis.label(axis.high)}"
    return axis_row(axis, title=f"axis of the {what}, {ends}", limits=limits)


def _task(metric: str) -> str:
    return metric.split("/", 1)[0]


def _metric(key: Key) -> str:
    return plaintext.name(key.metric.split("/", 1)[1])


def _category(key: Key) -> str:
    return plaintext.name(key.category or "")
