import asyncio
from typing import Any

import pytest

from statera.proxy.bodies import Gone, Room, TooLarge, gathered, read_body


def read(messages: list[dict[str, Any]], limit: int, length: int | None = None) -> bytes:
    """Read a body from messages; one more than are read is an error."""
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(left)

    headers = [] if length is None else [(b"content-length", b"%d" % length)]
    return asyncio.run(read_body(headers, receive, limit=limit))


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_a_body_comes_whole_however_it_is_cut() -> None:
    assert read([part(b"abc")], 3, 3) == b"abc"
    assert read([part(b"a", True), part(b"", True), part(b"bc")], 3) == b"abc"


def test_nothing_is_read_of_one_that_says_it_is_too_long() -> None:
    with pytest.raises(TooLarge, match="longer than 3 bytes"):
        read([], 3, 4)


def test_no_more_is_read_than_the_limit() -> None:
    with pytest.raises(TooLarge):
        read([part(b"ab", True), part(b"cd", True)], 3)
    with pytest.raises(TooLarge):
        read([part(b"abcd")], 3)


def test_a_client_that_leaves_is_told_apart() -> None:
    with pytest.raises(Gone):
        read([part(b"ab", True), {"type": "http.disconnect"}], 3)


def test_a_body_is_there_before_anything_is_done_for_it() -> None:
    async def go(parts: list[dict[str, Any]], room: Room, length: int = 0) -> tuple[bytes, int]:
        left = list(parts)

        async def receive() -> dict[str, Any]:
            return left.pop(0)

        headers = [(b"content-length", b"%d" % length)] if length else []
        again = await gathered(headers, receive, room, limit=9)
        unread = len(left)
        return await read_body(headers, again, limit=9), unread

    parts = [part(b"ab", True), part(b"cd", True), part(b"e")]
    assert asyncio.run(go(parts, Room(99))) == (b"abcde", 0)
    assert asyncio.run(go([part(b"ab")], Room(99))) == (b"ab", 0)
    room = Room(3)
    assert asyncio.run(go(parts, room)) == (b"abcde", 1), "what finds no room waits"
    assert room.left == 3
    for length in (0, 10):
        with pytest.raises(TooLarge):
            asyncio.run(go([part(b"x" * 10, True)], Room(99), length))
