"""The notes that ship: a line of `notes.jsonl` is a sample with what is empty left out.

How they were written and checked is in README.md.
"""

from pathlib import Path
from typing import Any

import msgspec

from statera.codec.files import read_jsonl, to_json
from statera.records.samples import Sample

CANARY = "statera clinical notes, do not train on this: 3d1c5b7e-0f82-4a6d-9c4e-51b8e2a7f906"
"""In the field `canary` of every note, so that a copy in a training corpus can be found."""


def items() -> tuple[Sample, ...]:
    """Return the 120 notes in the order of the file."""
    return tuple(read_jsonl(Path(__file__).parent / "notes.jsonl", Sample))


def line(sample: Sample) -> bytes:
    """Return the sample as its line of the file, without what is empty."""
    columns: dict[str, Any] = msgspec.to_builtins(sample)
    full = {key: value for key, value in columns.items() if value not in (None, [], (), {})}
    return to_json(full) + b"\n"
