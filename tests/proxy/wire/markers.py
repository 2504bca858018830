"""Puts a marker at every place of an example where text can be, and says whether it was seen."""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from statera.guard.policy import Policy
from statera.proxy.wire.api import Api
from statera.proxy.wire.refusals import Refused

MARKER = "a marker no. 7f3a"
LABEL = "marker7f3a"

Step = str | int
Read = Callable[[dict[str, Any]], Sequence[str]]

STRICT = Policy()
OPEN = Policy(unknown_fields="allow", images="allow")


def requests(api: Api, policy: Policy = STRICT) -> Read:
    """Return the reader of an API's requests: a body to its texts."""
    return lambda body: [slot.passage.text for slot in api.read_request(body, policy)]


def replies(api: Api, policy: Policy = STRICT) -> Read:
    """Return the reader of an API's replies: a body to its texts."""
    return lambda body: [slot.passage.text for slot in api.read_reply(body, policy)]


def events(api: Api, policy: Policy = STRICT) -> Read:
    """Return the reader of an API's events: their data to its texts."""
    return lambda body: [piece.text for piece in api.read_event("", body, policy)]


def places(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield the path of every text in the value."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from places(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from places(one, (*path, number))


def names(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield the path of every name of an object's field."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield (*path, key)
            yield from names(one, (*path, key))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from names(one, (*path, number))


def marked(example: dict[str, Any], path: tuple[Step, ...], marker: str) -> dict[str, Any]:
    """Return the example with the marker at `path`."""
    body: Any = copy.deepcopy(example)
    holder = body
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = marker
    found: dict[str, Any] = body
    return found


def renamed(example: dict[str, Any], path: tuple[Step, ...], marker: str) -> dict[str, Any]:
    """Return the example with the field at `path` renamed to the marker."""
    body: Any = copy.deepcopy(example)
    holder = body
    for step in path[:-1]:
        holder = holder[step]
    holder[marker] = holder.pop(path[-1])
    found: dict[str, Any] = body
    return found


def seen(read: Read, body: dict[str, Any], marker: str) -> bool:
    """Return whether the marker is in a passage, or the body is refused."""
    try:
        return any(marker in text for text in read(body))
    except Refused:
        return True


def vanished(read: Read, example: dict[str, Any], labels: frozenset[str]) -> list[str]:
    """Return the places where a text is neither read nor refused.

    A text that looks like an id may pass below fields called as in `labels`, no other may. The
    example itself is not refused.
    """
    read(example)
    lost = [
        path for path in places(example) if not seen(read, marked(example, path, MARKER), MARKER)
    ]
    lost += [
        path
        for path in places(example)
        if not labels & set(map(str, path)) and not seen(read, marked(example, path, LABEL), LABEL)
    ]
    lost += [
        path for path in names(example) if not seen(read, renamed(example, path, MARKER), MARKER)
    ]
    return [".".join(map(str, path)) for path in lost]


def known(read: Read, fields: Iterable[str]) -> set[str]:
    """Return those of the fields that the reader knows at the top of a body."""
    return {name for name in fields if knows(read, {name: [{"what": "ever it is"}]}, name)}


def knows(read: Read, body: dict[str, Any], name: str) -> bool:
    """Return whether the field of this name in the body is known, whatever its value should be."""
    try:
        read(body)
    except Refused as refused:
        return refused.code != "unknown_field" or (refused.param or "").split(".")[-1] != name
    return True
