"""What is asked about a stream at one time, and what the answer changes in its channels."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from statera.guard.edits import merged
from statera.guard.streaming import Window
from statera.proxy.sessionblocks import Joined, joined_of
from statera.proxy.sessionchannel import Channel
from statera.proxy.wire.escapes import Unescaped, unescapings
from statera.proxy.wire.slots import after
from statera.records.guarding import Decision, Edit, Passage


class Check(NamedTuple):
    """A window of a channel, and what else is to be read of it.

    `plains` are what it says without its escapes, where there are any, `joined` what it says
    together with the blocks before it.
    """

    channel: Channel
    window: Window
    plains: tuple[Unescaped, ...] = ()
    joined: tuple[Joined, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The window's text and its other readings."""
        plains, joined = ([one.text for one in more] for more in (self.plains, self.joined))
        return (self.window.text, *plains, *joined)

    def behind(self, number: int, edit: Edit) -> Iterable[tuple[Channel, Edit]]:
        """Return what an edit of text `number` changes, in characters of the channels' texts."""
        if number > len(self.plains):
            return self.joined[number - 1 - len(self.plains)].split(edit)
        start, end = edit.start, edit.end
        if number:
            start, end = self.plains[number - 1].raw_span(start, end)
        first = self.window.start
        return ((self.channel, Edit(0, first + start, first + end, edit.replacement)),)


def check_of(channel: Channel) -> Check | None:
    """Return the check that is due in the channel."""
    window = channel.text.due()
    if window is None:
        return None
    plains = unescapings(window.text) if channel.encoded else ()
    return Check(channel, window, plains, joined_of(channel, window))


def passages_of(
    checks: Sequence[Check], before: tuple[str, ...] = (), guarded: tuple[str, ...] = ()
) -> tuple[Passage, ...]:
    """Return the passages to check: each window, and behind it its other readings."""
    said = tuple(
        Passage(
            text=text,
            side=check.channel.side,
            place=check.channel.place,
            role=check.channel.role,
            cut=check.window.cut,
        )
        for check in checks
        for text in check.texts
    )
    return after(said, before, guarded)


def edits_of(checks: Sequence[Check], decision: Decision) -> Iterator[tuple[Check, list[Edit]]]:
    """Yield each check with the decision's edits, in characters of its window."""
    if not decision.edits:
        yield from ((check, []) for check in checks)
        return
    found: dict[int, list[Edit]] = {id(check.channel): [] for check in checks}
    texts = [(check, number) for check in checks for number in range(len(check.texts))]
    for edit in decision.edits:
        check, number = texts[edit.passage]
        replacement = edit.replacement
        for channel, own in check.behind(number, edit):
            if id(channel) in found and own.end > channel.text.left:
                found[id(channel)].append(own._replace(replacement=replacement))
                replacement = ""
    for check in checks:
        first = check.window.start
        moved = [
            one._replace(start=one.start - first, end=one.end - first)
            for one in found[id(check.channel)]
        ]
        yield check, list(merged(moved))


class Names:
    """Names that stand for values taken out of the request, which return in the reply.

    >>> Names({"[CITY_1]": "Rome"}).edits("go to [CITY_1]", escaped=False)
    [Edit(passage=0, start=6, end=14, replacement='Rome')]
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self._names = re.compile("|".join(map(re.escape, values))) if values else None

    def edits(self, text: str, *, escaped: bool) -> list[Edit]:
        """Return the edits that put the values back; `escaped` within JSON text."""
        if self._names is None:
            return []
        return [
            Edit(0, found.start(), found.end(), _value(self._values[found[0]], escaped))
            for found in self._names.finditer(text)
        ]

    def added(self, check: Check, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edits and those that put values back where nothing else is changed."""
        back = self.edits(check.window.text, escaped=check.channel.encoded)
        free = [one for one in back if all(one.end <= e.start or one.start >= e.end for e in edits)]
        return [*edits, *free]


def _value(value: str, escaped: bool) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1] if escaped else value
