"""One row of a table of numbers: what is known of a metric, as drawings and as text."""

from collections.abc import Mapping
from typing import NamedTuple

from markupsafe import Markup

from statera.analysis.comparison import ComparisonRow
from statera.analysis.measure import MetricRow
from statera.gate.ruling import Ruling
from statera.report import numbers
from statera.report.forest import Limit, Mark, row
from statera.report.scale import Scale


class Key(NamedTuple):
    """A metric (`task/metric`) of a category, None being the whole task."""

    metric: str
    category: str | None


class Both(NamedTuple):
    """What is known of one metric of one category: of either run, and of the pair."""

    key: Key
    candidate: MetricRow | None
    base: MetricRow | None
    change: ComparisonRow | None


class Line(NamedTuple):
    """One row of a panel, ready to be set. `missing` says that the candidate lacks it."""

    name: str
    n: str
    level: Markup
    estimate: str
    bounds: str
    change: Markup | None
    difference: str
    change_bounds: str
    counted: str
    missing: bool


class Limits(NamedTuple):
    """What a gate holds numbers to: the run's own, and its difference to the base."""

    level: Mapping[Key, Limit]
    change: Mapping[Key, Limit]


def limits(ruling: Ruling | None) -> Limits:
    """Return the limits of a ruling, which are drawn where the numbers are shown."""
    found: tuple[dict[Key, Limit], dict[Key, Limit]] = ({}, {})
    for rule in () if ruling is None else ruling.rules:
        place = found[rule.form == "baseline"]
        if rule.form != "anchor":
            place[Key(rule.metric, rule.category)] = Limit(rule.limit, rule.side)
    return Limits(*found)


def level_mark(both: Both, held: Limits) -> Mark:
    """Return the candidate's own number as it is drawn, with the base's beside it."""
    row, change = both.candidate, both.change
    other = change.base if change is not None else None
    other = both.base.estimate if other is None and both.base is not None else other
    limit = held.level.get(both.key)
    if row is None:
        return Mark(None if change is None else change.candidate, other=other, limit=limit)
    return Mark(row.estimate, row.low, row.high, other, limit)


def change_mark(both: Both, held: Limits) -> Mark:
    """Return the paired difference as it is drawn."""
    found = both.change
    if found is None:
        return Mark(None)
    return Mark(found.difference, found.low, found.high, limit=held.change.get(both.key))


Placed = tuple[Mark, Scale]


def line(both: Both, name: str, level: Placed, change: tuple[Mark | None, Scale]) -> Line:
    """Return the row as it is set: each mark is drawn on the axis that it comes with."""
    row_, pair = both.candidate, both.change
    missing = row_ is None and (pair is None or pair.candidate is None)
    value, bounds = numbers.share(level[0].value), _bounds(row_, missing)
    difference, spread = _difference(pair)
    drawn = None
    if change[0] is not None:
        title = f"{name}: difference {difference} {spread}{_held(change[0])}"
        drawn = row(change[0], change[1], title=title, zero=True)
    return Line(
        name=name,
        n=_size(both),
        level=row(level[0], level[1], title=f"{name}: {value} {bounds}{_other(level[0])}"),
        estimate="missing" if missing else value,
        bounds=bounds,
        change=drawn,
        difference=difference,
        change_bounds=spread,
        counted=_counted(pair),
        missing=missing,
    )


def _size(both: Both) -> str:
    if both.candidate is not None:
        return numbers.items(both.candidate.n, both.candidate.clusters)
    return "0" if both.change is None else numbers.items(both.change.n, both.change.clusters)


def _bounds(row: MetricRow | None, missing: bool) -> str:
    if missing:
        return "in the base only"
    if row is None:
        return ""
    return numbers.span(row.low, row.high) or f"no interval: {row.method}"


def _difference(pair: ComparisonRow | None) -> tuple[str, str]:
    if pair is None:
        return "", ""
    spread = numbers.span(pair.low, pair.high, signed=True)
    return numbers.change(pair.difference), spread or f"no interval: {pair.method}"


def _counted(pair: ComparisonRow | None) -> str:
    """Return `12/8/380 · p 0.0312`, and for a whole task what may be hidden."""
    if pair is None or not pair.n:
        return ""
    how = "" if pair.paired else "unpaired · "
    said = f"{how}{pair.wins:,}/{pair.losses:,}/{pair.ties:,}"
    if pair.p_adjusted is not None:
        said += f" · p {numbers.probability(pair.p_adjusted)}"
    return said if pair.category else said + _hidden(pair)


def _hidden(pair: ComparisonRow) -> str:
    """Return what the items without a pair, and the failed trials, may hide."""
    said = f" · {pair.unscored:,} left out" if pair.unscored else ""
    if pair.worst is not None and pair.best is not None:
        ends = numbers.span(pair.worst, pair.best, signed=True)
        said += f" · {ends} with infra errors"
    return said


def _held(mark: Mark) -> str:
    if mark.limit is None:
        return ""
    return f"; has to be {mark.limit.side} {numbers.share(mark.limit.value)}"


def _other(mark: Mark) -> str:
    other = "" if mark.other is None else f"; base {numbers.share(mark.other)}"
    return other + _held(mark)
