"""Texts of a streamed reply that come block by block, read as the one text that a client shows.

What is divided between two blocks is in none of them: beside each block itself the end of those
before it and its own beginning are read, with nothing between them and, where that makes one word
of what may be two, with a line's end, as in a reply that is not streamed (`wire.fields.parts`).
Half a window before a block and half a window within it lie whole in one such reading; with `full`
all blocks do. The blocks leave as they came, each in its own events.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from statera.guard.boundaries import weight
from statera.guard.streaming import Window
from statera.proxy.sessionchannel import Channel
from statera.proxy.wire.fields import touch
from statera.proxy.wire.slots import Piece
from statera.records.guarding import Edit

_NUMBER = re.compile(r"\[\d+\]")


class Stretch(NamedTuple):
    """A part of a channel's text, from its character `start` on."""

    channel: Channel
    start: int
    text: str


class Joined(NamedTuple):
    """Stretches, one after the other with `mark` between them."""

    stretches: tuple[Stretch, ...]
    mark: str

    @property
    def text(self) -> str:
        """What they say together."""
        return self.mark.join([one.text for one in self.stretches])

    def split(self, edit: Edit) -> Iterator[tuple[Channel, Edit]]:
        """Yield the edit for each channel that it falls on, in characters of its whole text."""
        begin = 0
        for channel, first, text in self.stretches:
            start, end = max(edit.start - begin, 0), min(edit.end - begin, len(text))
            if start < end:
                yield channel, edit._replace(passage=0, start=first + start, end=first + end)
            begin += len(text) + len(self.mark)


def family_of(piece: Piece) -> str:
    """Return what the blocks have in common that are one text; "" for a text of its own.

    >>> family_of(Piece("content[1].text", "output", "assistant", "Hi", {}, "text"))
    'content[].text'
    """
    whole = piece.whole or piece.encoded or piece.channel.startswith("choices[")
    return "" if whole or piece.side != "output" else _NUMBER.sub("[]", piece.channel)


def joined_of(channel: Channel, window: Window) -> tuple[Joined, ...]:
    """Return the window of a block read together with the blocks before it."""
    if channel.previous is None or window.start or (channel.full and channel.followed):
        return ()
    stretches = tuple(reversed([Stretch(channel, 0, window.text), *_before(channel)]))
    touching = any(touch(one.text, two.text) for one, two in pairwise(stretches))
    return tuple(Joined(stretches, mark) for mark in (("", "\n") if touching else ("",)))


def _before(channel: Channel) -> Iterator[Stretch]:
    """Yield the ends of the blocks before this one, the latest first."""
    left, one = channel.half, channel.previous
    while one is not None and (one.full or left > 0):
        end = one.text.ending()
        yield Stretch(one, end.start, end.text)
        left -= weight(end.text)
        one = one.previous
