"""A text that is checked while it grows, at places that do not depend on how it arrives.

Cuts lie at least half a window apart (`boundaries`), not counted what normalisation takes out. The
check that ends at a cut begins at the latest cut that lies half a window or more before the
previous one, so that anything of up to half a window lies whole in one of the checks. What has been
in every window that contains it is free: nothing is free before all that look at it have passed.
The same text has the same windows however it is chunked.

    text = StreamText(StreamTerms())
    text.feed("…")
    while window := text.due():
        ...                                      # check window.text
        text.settle(edits)                       # in characters of the window
        text.take()                              # what may leave now

`pause` says that something else is said next: all so far is checked and becomes free. Should the
text go on all the same, its next window begins half a window or more before the pause.
"""

from collections.abc import Iterable
from typing import NamedTuple

from statera.guard.boundaries import cut, reach, weight
from statera.guard.edits import edited, merged
from statera.guard.policy import StreamTerms
from statera.records.guarding import Edit

_SLACK = 4096  # characters that may lie before what is needed, so that few copies are made


class Window(NamedTuple):
    """Characters `start` to `end` of the whole text, which is `text`.

    `cut`: it begins or ends where the text had to be cut by force.
    """

    start: int
    end: int
    text: str
    cut: bool = False


class _Place(NamedTuple):
    """A cut, and how many characters lie before it, not counted what normalisation takes out."""

    at: int
    weight: int
    forced: bool = False


_BEGIN = _Place(0, 0)


class StreamText:
    """One channel of a streamed reply. Keeps no more than what has not left and the last window."""

    def __init__(self, terms: StreamTerms) -> None:
        self._stride = 0 if terms.mode == "full" else terms.window // 2
        self._tail = ""  # the text from `_base` on, without `_more`
        self._more: list[str] = []
        self._base = 0
        self._length = 0
        self._cuts = [_BEGIN]  # the last cut and those that may begin a window after it
        self._least = self._seen = 0  # no further cut before these; `_least` is 0 until it is known
        self._since = _BEGIN  # where the window that is due begins
        self._due = False
        self._whole = False  # ended or paused: the text up to here is all that is known to come
        self._free = 0
        self._left = 0
        self._edits: tuple[Edit, ...] = ()
        self._made: list[Edit] = []

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    @property
    def free(self) -> int:
        """Characters, from the first, that have been in every window that contains them."""
        return self._free

    @property
    def held(self) -> int:
        """Characters that have not left."""
        return self._length - self._left

    @property
    def left(self) -> int:
        """Characters of the original text that have left, or have given way to an edit."""
        return self._left

    @property
    def made(self) -> tuple[Edit, ...]:
        """The edits of all that has left, in characters of the whole text."""
        return tuple(self._made)

    def feed(self, piece: str) -> None:
        """Add what arrived."""
        self._more.append(piece)
        self._length += len(piece)
        self._whole = False

    def pause(self) -> None:
        """Say that nothing more comes, or not soon: what is there is checked and becomes free."""
        self._whole = True

    def due(self) -> Window | None:
        """Return the next window to check, or None until more has arrived.

        The same window is due until it is settled.
        """
        if not self._due and not self._advance():
            return None
        start, end = self._since, self._cuts[-1]
        text = self._tail[start.at - self._base : end.at - self._base]
        return Window(start.at, end.at, text, start.forced or end.forced)

    def ending(self) -> Window:
        """Return the end of the text: at least half a window, or all of it; with `full` all."""
        self._gather()
        start = self._start_after()
        return Window(start.at, self._length, self._tail[start.at - self._base :])

    def settle(self, edits: Iterable[Edit] = ()) -> None:
        """Say that the window that was due has passed, with `edits` in its own characters."""
        start, end = self._since.at, self._cuts[-1].at
        moved = (one._replace(start=start + one.start, end=start + one.end) for one in edits)
        due = (one._replace(start=max(one.start, self._left)) for one in moved)
        self._edits = merged((*self._edits, *(one for one in due if one.start < one.end)))
        self._free = max(self._free, end if end == self._length else self._start_after().at)
        self._due = False

    def intact(self, count: int) -> bool:
        """Return whether the next `count` characters leave as they came."""
        return not self._edits or self._edits[0].start >= self._left + count

    def take(self, count: int | None = None) -> str:
        """Return what is free and has not left yet, edits made; no more than `count` characters.

        What an edit puts in leaves where the edit begins.
        """
        start = self._left
        stop = self._free if count is None else min(self._free, start + count)
        if stop <= start:
            return ""
        piece = self._tail[start - self._base : stop - self._base]
        if not self.intact(stop - start):
            piece = edited(piece, self._own(start, stop))
            self._made += [one for one in self._edits if one.end <= stop]
            self._edits = tuple(one for one in self._edits if one.end > stop)
        self._left = stop
        self._forget()
        return piece

    def _own(self, start: int, stop: int) -> Iterable[Edit]:
        """Return the edits from `start` to `stop`, without what left of them before."""
        for one in self._edits:
            if one.start < stop and one.end > start:
                begun = one.start < start
                yield Edit(
                    0,
                    max(one.start - start, 0),
                    min(one.end, stop) - start,
                    "" if begun else one.replacement,
                )

    def _advance(self) -> bool:
        """Find the next cut that makes a window due; False until more has arrived.

        A cut makes none when the next window begins where it would and goes on: the first one, as
        a rule.
        """
        while True:
            place = self._next(self._cuts[-1])
            if place is None:
                return False
            self._least = 0
            self._since = self._start_after()
            self._cuts = [one for one in self._cuts if one.at >= self._since.at] + [place]
            if place.at == self._length or self._start_after().at > self._since.at:
                self._due = True
                return True

    def _start_after(self) -> _Place:
        """Return where the window begins that follows the last cut."""
        if not self._stride:
            return _BEGIN
        most = self._cuts[-1].weight - self._stride
        return max((one for one in self._cuts if one.weight <= most), default=_BEGIN)

    def _next(self, last: _Place) -> _Place | None:
        """Return the cut after `last`. It is the end of the text only when that is whole."""
        if self._length == last.at or not (self._whole or self._length > last.at + self._stride):
            return None
        if not (self._stride or self._whole):
            return None
        self._gather()
        if not self._stride:
            return _Place(self._length, self._length)
        begin = last.at - self._base
        least = self._least - self._base if self._least else reach(self._tail, begin, self._stride)
        seen = self._seen - self._base
        at, seen, forced = cut(self._tail, begin, least, ended=self._whole, seen=seen)
        if least <= len(self._tail):
            self._least, self._seen = least + self._base, seen + self._base
        if at is None:
            return None
        return _Place(at + self._base, last.weight + weight(self._tail[begin:at]), forced)

    def _gather(self) -> None:
        """Join what arrived to the tail."""
        self._tail = "".join((self._tail, *self._more))
        self._more.clear()

    def _forget(self) -> None:
        keep = min(self._left, self._start_after().at) - self._base
        if keep > _SLACK:
            self._tail = self._tail[keep:]
            self._base += keep
