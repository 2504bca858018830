"""Replacing pieces of a text while keeping the way back to it.

A text and its replacements give a new text and `Edits`. Whatever no edit covers is the same
character, shifted; a replaced piece is opaque and leads back to all of what it replaced. Where
one character stands for one character, no edit is needed: the place is the same.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec


class Replacement(NamedTuple):
    """The piece `[start, end)` of a text, in characters, and what stands there instead.

    `exact` says that each character stands for the one in its place: the lengths are the same.
    """

    start: int
    end: int
    text: str
    exact: bool = False


Replacing = Callable[[str], list[Replacement]]
"""A transformation: pieces in order of place, none overlapping; empty when nothing is disguised."""


class Edits(msgspec.Struct, frozen=True):
    """Sorted pieces: `[raw_starts[i], raw_ends[i])` before is `[starts[i], ends[i])` after."""

    raw_starts: Sequence[int]
    raw_ends: Sequence[int]
    starts: Sequence[int]
    ends: Sequence[int]


class Rewriting(NamedTuple):
    """A text after a transformation and the way back; no edits where no place moved."""

    text: str
    edits: Edits | None = None


def rewritten(text: str, replacements: Iterable[Replacement]) -> Rewriting:
    """Return the text with the pieces replaced; they must be sorted and disjoint."""
    parts: list[str] = []
    raw_starts, raw_ends, starts, ends = (array("l") for _ in range(4))
    done = length = 0
    for start, end, new, exact in replacements:
        parts += (text[done:start], new)
        length += start - done
        if not exact:
            raw_starts.append(start)
            raw_ends.append(end)
            starts.append(length)
            ends.append(length + len(new))
        length += len(new)
        done = end
    if not parts:
        return Rewriting(text)
    parts.append(text[done:])
    edits = Edits(raw_starts, raw_ends, starts, ends) if len(starts) else None
    return Rewriting("".join(parts), edits)


def span_before(edits: Edits, start: int, end: int) -> tuple[int, int]:
    """Return where the span `[start, end)` after the edits stood before them.

    It covers every replaced piece that the span touches. What was deleted at its edges stays out;
    an empty span gives an empty one.
    """
    first = _place(edits, start)[0]
    return first, first if start == end else _place(edits, end - 1)[1]


def _place(edits: Edits, at: int) -> tuple[int, int]:
    """Return the span before the edits of the one character at a place."""
    index = bisect_right(edits.starts, at) - 1
    if index < 0:
        return at, at + 1
    if at < edits.ends[index]:
        return edits.raw_starts[index], edits.raw_ends[index]
    before = at + edits.raw_ends[index] - edits.ends[index]
    return before, before + 1
