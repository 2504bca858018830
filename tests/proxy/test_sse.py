"""Bytes that arrive cut anywhere give the same messages; what is no event is told."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.proxy.sse import DONE, Message, Splitter, SseFault, event_bytes, message_bytes
from statera.proxy.wire.api import Event
from tests.proxy.streams import cut

_LINES = st.sampled_from(
    ["data: {}", "data:ü漢", "data", "event: ping", ": hello", "id: 7", "retry: 5", "", ""]
)


def split(pieces: Iterable[bytes], limit: int = 1000) -> list[Message]:
    source, found = Splitter(limit), []
    for piece in pieces:
        source.feed(piece)
        while message := source.next():
            found.append(message)
    if message := source.finish():
        found.append(message)
    return found


@given(
    st.lists(st.tuples(_LINES, st.sampled_from(["\n", "\r\n", "\r"])), max_size=30),
    st.lists(st.integers(0, 1000), max_size=20),
)
def test_messages_are_the_same_however_they_are_cut(
    lines: list[tuple[str, str]], places: list[int]
) -> None:
    data = "".join(line + end for line, end in [*lines, ("", "\n"), ("", "\n")]).encode()
    whole = split([data])
    assert split(cut(data, places)) == whole
    assert split([data[at : at + 1] for at in range(len(data))]) == whole


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_an_event_has_a_name_and_data_of_one_line_or_more(end: str) -> None:
    lines = ["event: a.b", "data: one", "data:two", "", ": ping", "", "data: [DONE]", "", ""]
    assert split([end.join(lines).encode()]) == [
        Message("a.b", b"one\ntwo"),
        Message("", None),
        Message("", DONE),
    ]


def test_a_mark_of_byte_order_and_empty_data_are_no_event() -> None:
    assert split([b"\xef\xbb", b"\xbfdata: 1\n\ndata:\n\ndata: \n\n"]) == [Message("", b"1")]


def test_the_end_of_a_stream_needs_no_empty_line() -> None:
    assert split([b"data: 1\n\ndata: [DO", b"NE]"]) == [Message("", b"1"), Message("", DONE)]
    assert split([b"data: [DONE]\n"]) == [Message("", DONE)]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"error": "no"}\n', "belongs to no event"),
        (b"<html>\n", "belongs to no event"),
        (b"error: {}\n", "belongs to no event"),
        (b"event: a b\n", "name of an event"),
        (b"event: \xff\n", "name of an event"),
        (b'data: {"a"', "within an event"),
        (b'data: {"a": 1}\n', "within an event"),
        (b"event: a\n", "within an event"),
        (b"data: " + b"x" * 1000, "longer than 1,000 bytes"),
        (b"data: x\n" * 200, "longer than 1,000 bytes"),
    ],
)
def test_what_is_no_event_is_told_after_what_was_one(data: bytes, why: str) -> None:
    source = Splitter(1000)
    source.feed(b"data: 1\n\n" + data)
    assert source.next() == Message("", b"1")
    with pytest.raises(SseFault, match=why):
        source.next() or source.finish()


def test_events_are_written_as_they_are_read() -> None:
    for event in (Event("", {"a": "ü\n"}), Event("ping", {}), Event("", "[DONE]")):
        data = event_bytes(event)
        (message,) = split([data])
        assert message.data is not None
        assert message_bytes(message.name, message.data) == data
