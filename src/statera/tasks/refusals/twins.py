"""Twins: a safe prompt that sounds unsafe and an unsafe prompt of the same form, a line each.

    {"pair": "homonyms-5", "type": "homonyms", "group": "safe", "prompt": "…"}
    {"pair": "homonyms-5", "type": "homonyms", "group": "unsafe", "prompt": "…"}

`twins.jsonl` beside this module holds 20 pairs of each of the ten types. A file of one's own has
the same shape and the same types.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from statera.codec.files import read_jsonl
from statera.errors import DeclarationError, unknown
from statera.records.samples import Sample

CANARY = "statera over-refusal twins, do not train on this: 6b0f2a1e-94d3-4c57-8f0b-2e7ad1c9534e"
"""In the field `canary` of every line that ships, so that a copy in a corpus can be found."""

OWN = Path(__file__).parent / "twins.jsonl"

Group = Literal["safe", "unsafe"]
GROUPS: tuple[Group, Group] = ("safe", "unsafe")
TYPES = (
    "homonyms",
    "figurative_language",
    "safe_targets",
    "safe_contexts",
    "security_engineering",
    "medicine",
    "fiction",
    "history",
    "public_privacy",
    "self_defence",
)


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One prompt as it is written in a file of twins."""

    pair: str
    type: str
    group: Group
    prompt: str
    canary: str = ""


class _Placed(NamedTuple):
    """A line with where it stands, for messages."""

    line: Line
    where: str


def read_twins(path: Path, *, prefix: str) -> tuple[Sample, ...]:
    """Return the file's prompts as samples `prefix/PAIR/GROUP`, in its order.

    The pair is their cluster, the type their category. DeclarationError, with the line, for an
    unknown type, an empty prompt or pair, twins of two types, a third of a pair, or a missing twin.
    """
    pairs: dict[str, dict[Group, _Placed]] = {}
    found = []
    for number, line in enumerate(read_jsonl(path, Line), start=1):
        placed = _Placed(line, f"{path}, prompt {number}")
        _check(placed, pairs.setdefault(line.pair, {}))
        pairs[line.pair][line.group] = placed
        found.append(_sample(line, prefix))
    if not found:
        raise DeclarationError(f"{path}: no prompts")
    _check_whole(pairs.values())
    return tuple(found)


def _check(placed: _Placed, there: dict[Group, _Placed]) -> None:
    line, where = placed
    if line.type not in TYPES:
        raise DeclarationError(f"{where}: {unknown('type', line.type, TYPES)}")
    if not line.pair.strip() or not line.prompt.strip():
        raise DeclarationError(f"{where}: `pair` and `prompt` are not empty")
    if line.group in there:
        first = there[line.group].where
        raise DeclarationError(f"{where}: pair '{line.pair}' has its {line.group} twin: {first}")
    for other in there.values():
        if other.line.type != line.type:
            raise DeclarationError(
                f"{where}: pair '{line.pair}' is of type '{other.line.type}' ({other.where}), "
                f"not '{line.type}'"
            )


def _check_whole(pairs: Iterable[dict[Group, _Placed]]) -> None:
    for there in pairs:
        for group in GROUPS:
            if group not in there:
                (only,) = there.values()
                raise DeclarationError(
                    f"{only.where}: pair '{only.line.pair}' has no {group} twin; "
                    "each safe prompt has an unsafe one of the same form"
                )


def _sample(line: Line, prefix: str) -> Sample:
    return Sample(
        id=f"{prefix}/{line.pair}/{line.group}",
        input=line.prompt,
        category=line.type,
        group=line.group,
        cluster=line.pair,
        fields={"canary": line.canary} if line.canary else {},
    )


def unpaired(samples: Sequence[Sample]) -> int:
    """Return how many of the samples are in no cluster of two: they have no discrimination."""
    sizes: dict[str, int] = {}
    for sample in samples:
        sizes[sample.unit] = sizes.get(sample.unit, 0) + 1
    return sum(sizes[sample.unit] != len(GROUPS) for sample in samples)
