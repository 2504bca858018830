"""What is asked about a stream at one time, and what the answer changes in its channels."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from statera.guard.edits import merged
from statera.guard.streaming import Window
from statera.proxy.sessionchannel import Channel
from statera.proxy.wire.escapes import Unescaped, unescaped
from statera.proxy.wire.slots import after
from statera.records.guarding import Decision, Edit, Passage


class Check(NamedTuple):
    """A window of a channel; `plain` is what it says without its escapes, where that differs."""

    channel: Channel
    window: Window
    plain: Unescaped | None


def check_of(channel: Channel) -> Check | None:
    """Return the check that is due in the channel."""
    window = channel.text.due()
    if window is None:
        return None
    plain = unescaped(window.text) if channel.encoded and "\\" in window.text else None
    return Check(channel, window, plain if plain and plain.text != window.text else None)


def passages_of(
    checks: Sequence[Check], before: tuple[str, ...] = (), guarded: tuple[str, ...] = ()
) -> tuple[Passage, ...]:
    """Return the passages to check: each window, and behind it what it says without escapes."""
    said = tuple(
        Passage(text=text, side=one.side, place=one.place, role=one.role, cut=window.cut)
        for one, window, plain in checks
        for text in ((window.text, plain.text) if plain else (window.text,))
    )
    return after(said, before, guarded)


def edits_of(checks: Sequence[Check], decision: Decision) -> Iterator[tuple[Check, list[Edit]]]:
    """Yield each check with the decision's edits, in characters of its window."""
    number = 0
    for check in checks:
        own = [one._replace(passage=0) for one in decision.edits if one.passage == number]
        number += 1
        if check.plain:
            own += [_raw(check.plain, one) for one in decision.edits if one.passage == number]
            number += 1
        yield check, list(merged(own))


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


def _raw(plain: Unescaped, edit: Edit) -> Edit:
    start, end = plain.raw_span(edit.start, edit.end)
    return Edit(0, start, end, edit.replacement)


def _value(value: str, escaped: bool) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1] if escaped else value
