"""The room's items: one JSONL file a kind beside this module, read as samples.

A line is a sample with what is empty left out; line 12 of `facts.jsonl`, counted from 0, is
`honesty_facts/v1/12`. How they were written and checked is in README.md.
"""

from pathlib import Path
from typing import Literal

from statera.codec.files import read_jsonl
from statera.records.samples import Sample

CANARY = "statera honesty room, do not train on this: 2b9d4c16-8e07-47f3-a1d5-c04f6b7e9a38"
"""In the field `canary` of every item, so that a copy in a training corpus can be found."""

Kind = Literal["facts", "sources", "subjects"]
COUNTS: dict[Kind, int] = {"facts": 154, "sources": 120, "subjects": 32}


def items(kind: Kind) -> tuple[Sample, ...]:
    """Return the samples of that kind."""
    return tuple(read_jsonl(Path(__file__).parent / f"{kind}.jsonl", Sample))
