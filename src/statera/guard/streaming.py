"""A text that is checked while it grows, at places that do not depend on how it arrives.

Cuts p1, p2, … lie at least half a window apart (`boundaries`). Check k sees the text from p(k-2)
to p(k); when it has passed, what lies before p(k-1) has been in every window that contains it, and
is free. So nothing is free before all that look at it have passed, anything of up to half a window
lies whole in one of them, and the same text has the same windows however it is chunked.

    text = StreamText(StreamTerms())
    text.feed("…")
    while window := text.due():
        ...                                      # check window.text
        text.settle(edits)                       # in characters of the window
        text.take()                              # what may leave now
"""

from collections.abc import Iterable
from typing import NamedTuple

from statera.guard.boundaries import cut
from statera.guard.edits import edited, merged
from statera.guard.policy import StreamTerms
from statera.records.guarding import Edit


class Window(NamedTuple):
    """Characters `start` to `end` of the whole text, which is `text`."""

    start: int
    end: int
    text: str


class StreamText:
    """One channel of a streamed reply. Keeps no more than what has not left and the last window."""

    def __init__(self, terms: StreamTerms) -> None:
        self._stride = 0 if terms.mode == "full" else terms.window // 2
        self._tail = ""  # the text from `_base` on, without `_more`
        self._more: list[str] = []
        self._base = 0
        self._length = 0
        self._since = 0  # where the window that is due begins
        self._cuts = (0, 0)  # p(k-1) and p(k)
        self._ended = False
        self._settled = True
        self._free = 0
        self._left = 0
        self._edits: tuple[Edit, ...] = ()

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    @property
    def held(self) -> int:
        """Characters that have not left."""
        return self._length - self._left

    @property
    def left(self) -> int:
        """Characters of the original text that have left, or have given way to an edit."""
        return self._left

    def feed(self, piece: str) -> None:
        """Add what arrived."""
        self._more.append(piece)
        self._length += len(piece)

    def end(self) -> None:
        """Say that nothing more comes."""
        self._ended = True

    def due(self) -> Window | None:
        """Return the next window to check, or None until more has arrived.

        The same window is due until it is settled.
        """
        if self._settled and not self._advance():
            return None
        start, end = self._since, self._cuts[1]
        return Window(start, end, self._tail[start - self._base : end - self._base])

    def settle(self, edits: Iterable[Edit] = ()) -> None:
        """Say that the window that was due has passed, with `edits` in its own characters."""
        start, end = self._since, self._cuts[1]
        moved = [Edit(0, start + one.start, start + one.end, one.replacement) for one in edits]
        self._edits = merged((*self._edits, *moved))
        self._free = end if end == self._length else self._cuts[0]
        self._settled = True

    def take(self) -> str:
        """Return what is free and has not left yet, edits made."""
        start = self._left
        if self._free <= start:
            return ""
        due = [one for one in self._edits if one.start < self._free]
        stop = max([self._free, *(one.end for one in due)])
        piece = self._tail[start - self._base : stop - self._base]
        own = [one._replace(start=one.start - start, end=one.end - start) for one in due]
        self._edits = tuple(one for one in self._edits if one.start >= self._free)
        self._left = stop
        self._forget()
        return edited(piece, own)

    def _advance(self) -> bool:
        """Find the next cut that makes a window due; False until more has arrived.

        The first cut makes none, since nothing would be free after it, unless it is the end.
        """
        while True:
            before, last = self._cuts
            place = self._next(last)
            if place is None:
                return False
            self._since, self._cuts = before, (last, place)
            if last or place == self._length:
                self._settled = False
                return True

    def _next(self, last: int) -> int | None:
        """Return the cut after `last`. It is the end of the text only when that has ended."""
        if self._length == last or not (self._ended or self._length > last + self._stride):
            return None
        if not (self._stride or self._ended):
            return None
        self._gather()
        if not self._stride:
            return self._length
        place = cut(self._tail, last + self._stride - self._base, ended=self._ended)
        return None if place is None else place + self._base

    def _gather(self) -> None:
        """Join what arrived to the tail."""
        self._tail = "".join((self._tail, *self._more))
        self._more.clear()

    def _forget(self) -> None:
        keep = min(self._left, self._cuts[0]) - self._base
        if keep > 0:
            self._tail = self._tail[keep:]
            self._base += keep
