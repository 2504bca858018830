"""A request's body, read whole and never beyond its limit.

    body = await read_body(headers, receive, limit=8 * 2**20)

A body that says it is longer is refused before a byte of it is read; one that turns out longer is
refused at the first byte too many. `receive` is ASGI's.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from statera.proxy.headers import Pairs, value_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class TooLarge(Exception):
    """A body of more than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is longer than {limit:,} bytes")
        self.limit = limit


class Gone(Exception):
    """The client went away before its body was there."""


class Room:
    """Bytes that bodies may hold, all together, while they come in."""

    def __init__(self, size: int) -> None:
        self.left = size


async def gathered(headers: Pairs, receive: Receive, room: Room, *, limit: int) -> Receive:
    """Wait for the whole body, and return what gives it at once.

    A body is not waited for that says it has more than `limit` bytes, and no longer than until it
    has, or all bodies that come in have filled their room.
    """
    stated = value_of(headers, b"content-length")
    if stated and int(stated) > limit:
        return receive
    first = await receive()
    messages = [first]
    if first.get("more_body"):
        size = len(first["body"])
        room.left -= size
        try:
            while messages[-1].get("more_body") and size <= limit and room.left >= 0:
                messages.append(await receive())
                more = len(messages[-1].get("body", b""))
                size, room.left = size + more, room.left - more
        finally:
            room.left += size
    return replaying(messages, receive)


def replaying(messages: Iterable[Message], receive: Receive) -> Receive:
    """Return what gives these messages, and then what else comes."""
    ready = iter(messages)

    async def again() -> Message:
        for message in ready:
            return message
        return await receive()

    return again


async def read_body(headers: Pairs, receive: Receive, *, limit: int) -> bytes:
    """Return the whole body. Raises TooLarge above `limit` bytes, Gone when the client left."""
    stated = value_of(headers, b"content-length")
    if stated and int(stated) > limit:
        raise TooLarge(limit)
    first = await receive()
    if not first.get("more_body") and first["type"] == "http.request":
        return _bounded(first["body"], limit)
    return await _rest(first, receive, limit)


async def _rest(message: Message, receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise TooLarge(limit)
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLarge(limit)
    return body
