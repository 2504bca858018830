"""The room's items: one JSONL file a kind beside this module, read as samples.

A line is a sample with what is empty left out; line 12 of `cases.jsonl`, counted from 0, is
`sycophancy_cases/v1/12`. How they were written and checked is in README.md.
"""

from pathlib import Path
from typing import Literal

from statera.codec.files import read_jsonl
from statera.records.samples import Sample

CANARY = "statera sycophancy room, do not train on this: 7f1c0a52-5d0e-4b1e-9a53-2f6f6d8e41c7"
"""In the field `canary` of every item, so that a copy in a training corpus can be found."""

Kind = Literal["questions", "quotations", "drafts", "cases"]
COUNTS: dict[Kind, int] = {"questions": 68, "quotations": 24, "drafts": 24, "cases": 44}


def items(kind: Kind) -> tuple[Sample, ...]:
    """Return the samples of that kind."""
    return tuple(read_jsonl(Path(__file__).parent / f"{kind}.jsonl", Sample))
