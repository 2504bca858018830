"""What a person reads beside a judged number: what it is by people's labels, and how much judged.

    columns = [*usual, *COLUMNS]
    cells = [*usual_cells, *cells(row.behind, row.level)]

A correction that was measured on other replies is marked `transported`.
"""

from collections.abc import Sequence
from typing import Protocol

from statera.analysis.judgednumber import Behind
from statera.analysis.standing import audit_lines
from statera.cli.columns import Column
from statera.stats.corrected import Corrected

COLUMNS = (
    Column("corrected", 8, below=True),
    Column("its interval", 8, below=True),
    Column("labels", 8, left=True, below=True),
    Column("judged/asked", 7),
)
_NOTHING = ("", "", "", "")
_SHORT = 8
_TRANSPORTED = (
    "transported: the judge's error was measured on other replies, or by labels drawn nobody knows "
    "how; that it is the same here is an assumption"
)


class Row(Protocol):
    """What a row of estimates and one of differences have in common."""

    @property
    def metric(self) -> str:
        """`task/metric`."""
        ...

    @property
    def category(self) -> str | None:
        """The category, None being the whole task."""
        ...

    @property
    def behind(self) -> Behind | None:
        """What stands behind a judge's number."""
        ...


def cells(behind: Behind | None, *, signed: bool = False) -> tuple[str, ...]:
    """Return a cell for each of `COLUMNS`, empty ones for a number that no judge gave.

    Of a difference, the base's judgements come first, as its column does.
    """
    if behind is None:
        return _NOTHING
    found = behind.corrected
    judged = ", ".join(f"{side.judged}/{side.asked}" for side in reversed(behind.sides))
    return _value(found, signed), _span(found, signed), _labels(found), judged


def _value(found: Corrected, signed: bool) -> str:
    if found.value is None:
        return "none"
    return f"{found.value:+z.3f}" if signed else f"{found.value:z.3f}"


def _span(found: Corrected, signed: bool) -> str:
    if found.low is None or found.high is None:
        return "none"
    if signed:
        return f"{found.low:+z.3f} to {found.high:+z.3f}"
    return f"{found.low:z.3f} to {found.high:z.3f}"


def _labels(found: Corrected) -> str:
    return f"{found.labels}, transported" if found.transported else str(found.labels)


def void(row: Row) -> bool:
    """Return whether it is a judge's number on which nothing rests."""
    return row.behind is not None and bool(row.behind.void)


def warnings(rows: Sequence[Row]) -> list[str]:
    """Return why whole metrics are void or to be minded, those of one reason in a line."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.category is None and row.behind is not None:
            found.setdefault(row.behind.void or row.behind.warning, []).append(row.metric)
    return [f"{', '.join(metrics)}: {told}" for told, metrics in found.items() if told]


def notes(rows: Sequence[Row]) -> list[str]:
    """Return what audits found of the judges, and how numbers were corrected or why they were not.

    Of win rates also against what they are.
    """
    behind = [(row, row.behind) for row in rows if row.behind is not None]
    if not behind:
        return []
    pairs = {f"{r.metric} is against run {b.against[:_SHORT]}" for r, b in behind if b.against}
    methods = sorted({b.corrected.method for _, b in behind if b.corrected.value is not None})
    found = [*audit_lines((b.judge, b.audit) for _, b in behind), *sorted(pairs)]
    found += [f"corrected by people's labels: {'; '.join(methods)}"] if methods else []
    refused = {b.corrected.refused for _, b in behind if b.corrected.refused}
    found += [f"corrections refused: {'; '.join(sorted(refused))}"] if refused else []
    if any(b.corrected.transported and b.corrected.value is not None for _, b in behind):
        found.append(_TRANSPORTED)
    return [*found, *_alone(behind)]


def _alone(behind: Sequence[tuple[Row, Behind]]) -> list[str]:
    """Return one line: which whole metrics are a judge's own number alone, why, and what helps."""
    found: dict[str, tuple[list[str], dict[str, None]]] = {}
    for row, known in behind:
        if row.category is None and known.corrected.value is None and not known.void:
            metrics, helps = found.setdefault(known.corrected.method, ([], {}))
            metrics.append(row.metric)
            helps.update({known.advice: None} if known.advice else {})
    told = [
        f"{', '.join(metrics)} ({why})" + (f": {'; '.join(helps)}" if helps else "")
        for why, (metrics, helps) in found.items()
    ]
    return [f"uncorrected, so the judge's word alone: {' · '.join(told)}"] if told else []
