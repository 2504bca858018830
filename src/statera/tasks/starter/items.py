"""The starter suite's items: one JSONL file a task beside this module, read as samples.

A line is a sample with what is empty left out; line 12 of `knowledge.jsonl`, counted from 0, is the
sample `starter_knowledge/v1/12`. How they were written and checked is in README.md.
"""

from pathlib import Path
from typing import Any

import msgspec

from statera.codec.files import read_jsonl, to_json
from statera.records.samples import Sample

CANARY = "statera starter suite, do not train on this: dbeb944e-2acb-4854-af4a-0812005d1408"
"""In the field `canary` of every item, so that a copy in a training corpus can be found."""


def items(name: str) -> tuple[Sample, ...]:
    """Return the samples of `name`: knowledge, continuation, misconceptions, arithmetic, coding."""
    return tuple(read_jsonl(Path(__file__).parent / f"{name}.jsonl", Sample))


def line(sample: Sample) -> bytes:
    """Return the sample as its line of the file, without what is empty."""
    columns: dict[str, Any] = msgspec.to_builtins(sample)
    full = {key: value for key, value in columns.items() if value not in (None, [], (), {})}
    return to_json(full) + b"\n"
