"""The page in sentences: what moved, and how its numbers were made."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from statera.analysis.comparison import ComparisonRow
from statera.analysis.measure import MetricRow
from statera.report import numbers, plaintext
from statera.report.content import Content
from statera.report.judgedlines import judged_lines

Row = TypeVar("Row", ComparisonRow, MetricRow)
_MOST = 10


def headlines(content: Content) -> list[str]:
    """Return a sentence for each task's leading metric; of two runs, first what moved.

    Of two runs, every metric that moved has a sentence, and so have those that the gate reads and
    the leading ones where they are not shown to have moved; the others are counted. Last comes what
    stands behind judges' numbers.
    """
    if content.comparison is None:
        alone = [_measured(row) for row in _leading(content.candidate.metrics)]
        return alone + judged_lines(content)
    rows = content.comparison.rows
    asked = {_key(row) for row in _leading(rows)}
    asked |= {(r.metric, r.category) for r in (content.ruling.rules if content.ruling else ())}
    mine = [row for row in rows if row.category is None or _key(row) in asked]
    moved = [row for row in mine if surely_moved(row)]
    still = [row for row in mine if not surely_moved(row)]
    told = [_moved(row) for row in moved[:_MOST]] or ["Nothing is shown to have moved"]
    told += [_still(row) for row in still if _key(row) in asked][:_MOST]
    return told + _rest(len(moved) + len(still) - len(told) + (not moved)) + judged_lines(content)


def surely_moved(row: ComparisonRow) -> bool:
    """Return whether the adjusted test says that the metric moved."""
    return row.p_adjusted is not None and row.p_adjusted < 1 - row.level


def _key(row: ComparisonRow) -> tuple[str, str | None]:
    """Return the metric and its category."""
    return row.metric, row.category


def _rest(count: int) -> list[str]:
    if not count:
        return []
    told = "is" if count == 1 else "are"
    return [f"{numbers.plural(count, 'more metric')} {told} in the tables below"]


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
    ends = f"{numbers.share(row.base)} to {numbers.share(row.candidate)}"
    moved, over = numbers.change(row.difference), _items(row.n, row.clusters)
    return f"{plaintext.name(row.name)} moved {moved} ({_spread(row)}), from {ends}, over {over}"


def _still(row: ComparisonRow) -> str:
    name = plaintext.name(row.name)
    if row.difference is None:
        return f"{name}: no difference ({row.method})"
    told = f"{numbers.change(row.difference)} ({_spread(row)}; {_items(row.n, row.clusters)})"
    if row.p_adjusted is None:
        return f"{name}: {told}, not tested"
    p = numbers.probability(row.p_adjusted)
    return f"{name} is not shown to have moved: {told}, adjusted p {p}"


def _spread(row: ComparisonRow) -> str:
    spread = numbers.span(row.low, row.high, signed=True)
    return f"{spread} at {numbers.level(row.level)}" if spread else f"no interval: {row.method}"


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
    apart = " (those of repeats apart)" if any(row.of_repeats for row in rows) else ""
    sources = {f"{row.method} [{row.source}]" if row.source else row.method for row in made}
    return [
        "Runs are compared item by item, on the items that both have; whether two intervals "
        "overlap says nothing about a difference.",
        _listed("Interval of a difference", sources),
        _listed("No interval of a difference where", _missing(rows)),
        _listed("Test", {row.test for row in rows if row.p is not None}),
        f"p is adjusted by Holm over all metrics{apart}, by Benjamini-Hochberg over the categories "
        "of one.",
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
    if any(row.unsure for row in rows):
        found.append("Of some replies it is not clear whether they refuse: refusal_unsure.")
    if any(row.outcomes.get("infra_error") for row in rows):
        found.append("Infrastructure errors are left out of every estimate, and counted.")
    return found
