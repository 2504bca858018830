"""One connection, fed by hand; `test_upstream` has it against a real server."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.proxy.connection import Connection, UpstreamFault


class Wire(asyncio.Transport):
    """Takes what is written and remembers that it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def write(self, data: object) -> None: ...

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def fed(*data: bytes, then: Callable[[Connection], None] | None = None) -> bytes:
    """Return the body of a reply that arrives in these pieces."""

    async def go() -> bytes:
        connection = Connection(asyncio.get_running_loop())
        connection.connection_made(Wire())
        connection.send(b"GET / HTTP/1.1\r\n\r\n", b"")
        for piece in data:
            connection.data_received(piece)
        if then is not None:
            then(connection)
        await connection.head()
        found = b""
        while part := await connection.part():
            found += part
        return found

    return asyncio.run(go())


REPLY = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


@settings(max_examples=50)
@given(st.lists(st.integers(0, len(REPLY)), max_size=8))
def test_a_reply_is_the_same_however_it_is_cut(places: list[int]) -> None:
    ends = sorted({0, *places, len(REPLY)})
    assert fed(*(REPLY[a:b] for a, b in pairwise(ends))) == b"abcde"


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_a_fault(data: bytes) -> None:
    try:
        fed(data, then=lambda one: one.connection_lost(None))
    except UpstreamFault:
        return


def test_a_reply_without_length_ends_with_the_connection() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    assert fed(head, b"abc", then=lambda one: one.connection_lost(None)) == b"abc"
    with pytest.raises(UpstreamFault):
        fed(head, b"abc", then=lambda one: one.connection_lost(ConnectionResetError()))


def test_a_fault_says_whether_there_was_an_answer() -> None:
    with pytest.raises(UpstreamFault) as none:
        fed(then=lambda one: one.fail("silent", "x"))
    with pytest.raises(UpstreamFault) as some:
        fed(REPLY[:50], then=lambda one: one.fail("silent", "x"))
    assert (none.value.answered, some.value.answered) == (False, True)
