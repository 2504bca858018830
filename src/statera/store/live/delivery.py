"""Lines of facts into the live store: what it refuses is set aside in a file, and counted.

A batch that holds a refused fact is halved until the fact stands alone, so the rest goes on.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from statera.records.live import Fact
from statera.store.live.backend import FactRefused
from statera.store.live.opening import LiveStore

BATCH = 2000
"""So many facts are one transaction."""

REFUSED = "refused.jsonl"

_fact: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


class Delivered(msgspec.Struct, kw_only=True):
    """How many facts are in the store, and how many were set aside."""

    shipped: int = 0
    refused: int = 0


def batches(segment: Path, start: int) -> Iterator[tuple[list[bytes], int]]:
    """Yield a segment's lines from byte `start` on, with the byte after the last of them."""
    with segment.open("rb") as file:
        file.seek(start)
        place = start
        lines: list[bytes] = []
        for line in file:
            lines.append(line)
            place += len(line)
            if len(lines) == BATCH:
                yield lines, place
                lines = []
        if lines:
            yield lines, place


def deliver(store: LiveStore, lines: Sequence[bytes], aside: Path) -> Delivered:
    """Write lines of facts; set aside in the file `aside` those that are none or are refused."""
    told = Delivered()
    facts: list[tuple[bytes, Fact]] = []
    for line in lines:
        try:
            facts.append((line, _fact.decode(line)))
        except (msgspec.MsgspecError, UnicodeError) as error:
            _set_aside(aside, line, f"no fact: {error}")
            told.refused += 1
    _write(store, facts, aside, told)
    return told


def _write(
    store: LiveStore, facts: Sequence[tuple[bytes, Fact]], aside: Path, told: Delivered
) -> None:
    if not facts:
        return
    try:
        store.write([fact for _, fact in facts])
        told.shipped += len(facts)
    except FactRefused as error:
        if len(facts) > 1:
            half = len(facts) // 2
            _write(store, facts[:half], aside, told)
            _write(store, facts[half:], aside, told)
            return
        _set_aside(aside, facts[0][0], str(error))
        told.refused += 1


def _set_aside(aside: Path, line: bytes, why: str) -> None:
    """Append a line and why; OSError when the disk does not take it."""
    entry = {"why": why, "line": line.decode("utf-8", "replace").rstrip("\n")}
    file = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(file, msgspec.json.encode(entry) + b"\n")
    finally:
        os.close(file)
