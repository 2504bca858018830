"""A run as CSV for spreadsheets and data frames: one trial a row, two columns a metric.

The header names every metric of the run, which is known only at the end; until then the rows wait
in an unnamed temporary file, so that memory stays flat.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any

import msgspec

from statera.interop.jsonl import Line, line
from statera.store.rows import Stored

FIELDS = (
    "task",
    "sample_id",
    "epoch",
    "outcome",
    "reply",
    "extracted",
    "reference",
    "category",
    "group",
    "cluster",
    "severity",
    "finish",
    "failure",
    "prompt_tokens",
    "completion_tokens",
    "seconds",
    "attempts",
    "cost",
    "key",
)


def rows(stored: Iterable[Stored]) -> Iterator[bytes]:
    """Yield the file, a row at a time: `FIELDS`, then `METRIC` and `METRIC_outcome` for each.

    Texts stand as they were said; an absent value is an empty cell.
    """
    metrics: dict[str, None] = {}
    with TemporaryFile() as waiting:
        for one in stored:
            exported = line(one)
            metrics.update(dict.fromkeys(exported.scores))
            waiting.write(msgspec.json.encode(_cells(exported)) + b"\n")
        waiting.seek(0)
        header = [*FIELDS, *(column for metric in metrics for column in _columns(metric))]
        yield _row(header)
        for packed in waiting:
            cells = msgspec.json.decode(packed)
            yield _row([cells.get(name) for name in header])


def _columns(metric: str) -> tuple[str, str]:
    return metric, f"{metric}_outcome"


def _cells(exported: Line) -> dict[str, Any]:
    """Return the trial's cells by column."""
    cells = {name: getattr(exported, name, None) for name in FIELDS}
    usage, failure = exported.usage, exported.failure
    cells["failure"] = failure and f"{failure.kind}: {failure.message}"
    cells["prompt_tokens"] = usage and usage.prompt_tokens
    cells["completion_tokens"] = usage and usage.completion_tokens
    for metric, value in exported.scores.items():
        column, outcome = _columns(metric)
        cells |= {column: value, outcome: exported.outcomes[metric]}
    return cells


def _row(cells: Iterable[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()
