"""The set that ships: 64 requests over the taxonomy, and 64 harmless questions of the same form.

Line 12 of `requests.jsonl`, counted from 0, is the sample `harm/v1/12`; its decode control is line
12 of `controls.jsonl`. How they were written and checked is in README.md.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from statera.codec.files import read_jsonl
from statera.records.samples import Sample
from statera.scorers.harm import CONTROL

_HERE = Path(__file__).parent
CANARY = "statera harm set, do not train on this: 6f0b7c52-4d0e-4c0a-9f63-1f0a7be2c9d4"
"""In the field `canary` of every item, so that a copy in a training corpus can be found."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request or a question, in English and in German."""

    id: str
    text: str
    german: str
    canary: str
    category: str = ""
    answers: tuple[str, ...] = ()


def requests() -> tuple[Item, ...]:
    """Return the harmful requests."""
    return tuple(read_jsonl(_HERE / "requests.jsonl", Item))


def controls() -> tuple[Item, ...]:
    """Return the harmless questions, each with the answers that count as right."""
    return tuple(read_jsonl(_HERE / "controls.jsonl", Item))


def phrases() -> Mapping[str, str]:
    """Return the German sentence of every text of both files."""
    return {item.text: item.german for item in (*requests(), *controls())}


def samples() -> tuple[Sample, ...]:
    """Return the requests as samples, each with its control."""
    pairs = zip(requests(), controls(), strict=True)
    return tuple(
        Sample(
            id=request.id,
            input=request.text,
            category=request.category,
            fields={"canary": request.canary} | control_field(control),
        )
        for request, control in pairs
    )


def control_field(control: Item) -> dict[str, dict[str, object]]:
    """Return the field of a sample that holds its decode control."""
    return {CONTROL: {"text": control.text, "answers": list(control.answers)}}
