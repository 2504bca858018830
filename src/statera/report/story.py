"""The page in sentences: what moved, and how its numbers were made."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from statera.analysis.comparison import ComparisonRow
from statera.analysis.measure import MetricRow
from statera.report import numbers, plaintext
from statera.report.content import Content

Row = TypeVar("Row", ComparisonRow, MetricRow)


def headlines(content: Content) -> list[str]:
    """Return a sentence a task: its leading metric, or how much it moved."""
    if content.comparison is not None:
        return [_moved(row) for row in _leading(content.comparison.rows)]
    return [_measured(row) for row in _leading(content.candidate.metrics)]


def _leading(rows: Sequence[Row]) -> list[Row]:
    """Return the first row of each task that is of the whole task."""
    found: dict[str, Row] = {}
    for row in rows:
        if row.category is None:
            found.setdefault(row.metric.split("/", 1)[0], row)
    return list(found.values())


def _measured(row: MetricRow) -> str:
    name = plaintext.name(row.metric)
    if row.estimate is None:
        return f"{name}: no estimate ({row.method})"
    spread = numbers.span(row.low, row.high)
    told = f"{spread} at {numbers.level(row.level)}" if spread else f"no interval: {row.method}"
    return f"{name} is {numbers.share(row.estimate)} ({told}; {_items(row.n, row.clusters)})"


def _moved(row: ComparisonRow) -> str:
    name = plaintext.name(row.metric)
    if row.difference is None:
        return f"{name}: no difference ({row.method})"
    spread = numbers.span(row.low, row.high, signed=True)
    told = f"{spread} at {numbers.level(row.level)}" if spread else f"no interval: {row.method}"
    ends = f"{numbers.share(row.base)} to {numbers.share(row.candidate)}"
    moved = numbers.change(row.difference)
    return f"{name} moved {moved} ({told}), from {ends}, over {_items(row.n, row.clusters)}"


def _items(n: int, clusters: int) -> str:
    units = "" if n == clusters else f" in {numbers.plural(clusters, 'cluster')}"
    return numbers.plural(n, "item") + units


def methods(content: Content) -> list[str]:
    """Return how the numbers were made, and what their readers must know."""
    rows = content.candidate.metrics
    found = [_listed("Interval of an estimate", _made(rows))]
    found.append(_listed("No interval of an estimate where", _missing(rows)))
    if content.comparison is not None:
        found += _paired(content.comparison.rows)
    found += _doubts(content)
    return [note for note in found if note]


def _paired(rows: Sequence[ComparisonRow]) -> list[str]:
    made = [row for row in rows if row.low is not None]
    sources = {f"{row.method} [{row.source}]" if row.source else row.method for row in made}
    return [
        "Runs are compared item by item, on the items that both have; whether two intervals "
        "overlap says nothing about a difference.",
        _listed("Interval of a difference", sources),
        _listed("No interval of a difference where", _missing(rows)),
        _listed("Test", {row.test for row in rows if row.p is not None}),
        "p is adjusted by Holm over all metrics, by Benjamini-Hochberg over the categories of one.",
    ]


def _made(rows: Iterable[MetricRow]) -> set[str]:
    return {row.method for row in rows if row.low is not None}


def _missing(rows: Iterable[MetricRow | ComparisonRow]) -> set[str]:
    return {row.method for row in rows if row.low is None}


def _listed(what: str, names: Iterable[str]) -> str:
    said = "; ".join(sorted(names))
    return f"{what}: {said}." if said else ""


def _doubts(content: Content) -> list[str]:
    rows = content.candidate.metrics
    found = []
    if any(row.unvalidated for row in rows):
        found.append("Refusals were told by a detector whose error has not been measured.")
    if any(row.outcomes["infra_error"] for row in rows):
        found.append("Infrastructure errors are left out of every estimate, and counted.")
    return found
