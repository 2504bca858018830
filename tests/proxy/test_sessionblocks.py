"""What is divided between two blocks of one reply is seen; the blocks leave as they came."""

from collections.abc import Sequence
from typing import Any

import pytest

from statera.proxy.session import StreamSession
from statera.proxy.sessionblocks import family_of
from statera.proxy.wire.api import Api
from statera.proxy.wire.apis import messages, responses
from statera.proxy.wire.slots import Piece
from statera.records.guarding import Side
from tests.proxy.streams import FULL, SMALL, Told, cut, decider, event, events, streamed, words

MODES = pytest.mark.parametrize("terms", [SMALL, FULL], ids=["window", "full"])
CALL = {"type": "tool_use", "id": "t", "name": "f", "input": {}}


def message(blocks: Sequence[Sequence[str] | dict[str, Any]]) -> bytes:
    """Return a streamed message of these blocks: the pieces of a text, or a block at once."""
    data: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"id": "msg_1", "content": []}}
    ]
    for index, block in enumerate(blocks):
        whole = block if isinstance(block, dict) else {"type": "text", "text": ""}
        data.append({"type": "content_block_start", "index": index, "content_block": whole})
        for piece in () if isinstance(block, dict) else block:
            delta = {"type": "text_delta", "text": piece}
            data.append({"type": "content_block_delta", "index": index, "delta": delta})
        data.append({"type": "content_block_stop", "index": index})
    data += [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}}]
    data += [{"type": "message_stop"}]
    return b"".join(event(one, one["type"]) for one in data)


def response(parts: Sequence[tuple[int, int, str]]) -> bytes:
    """Return a streamed response of texts by item and part."""
    data: list[dict[str, Any]] = [{"type": "response.created", "response": {"id": "r"}}]
    for item, part, text in parts:
        place = {"item_id": "i", "output_index": item, "content_index": part}
        data.append({"type": "response.output_text.delta", **place, "delta": text})
        data.append({"type": "response.output_text.done", **place, "text": text})
    data.append({"type": "response.completed", "response": {"id": "r", "status": "completed"}})
    return b"".join(event(one, one["type"]) for one in data)


def through(api: Api, data: bytes, terms: Any) -> tuple[StreamSession, Told]:
    policy = words(terms)
    session = StreamSession(api, policy)
    return session, streamed(session, cut(data, range(0, len(data), 71)), decider(policy))


def texts(out: bytes) -> list[str]:
    """Return the texts of the blocks of a message, as a client puts them together."""
    found: dict[int, str] = {}
    for one in events(out):
        text = (one.get("delta") or {}).get("text")
        if text is not None:
            found[one["index"]] = found.get(one["index"], "") + text
    return list(found.values())


@MODES
@pytest.mark.parametrize(
    "blocks",
    [
        [["a bo"], ["mb"]],
        [["words " * 40, "bo"], ["mb", " words" * 40]],
        [["b"], ["o"], ["m"], ["b"]],
        [["a bo"], CALL, ["mb"]],
        [["a bo"], {"type": "thinking", "thinking": "hm"}, ["mb ", "words " * 40]],
    ],
)
def test_a_word_divided_between_blocks_is_found(blocks: list[Any], terms: Any) -> None:
    session, told = through(messages.api, message(blocks), terms)
    assert session.blocked is not None
    assert "mb" not in "".join(texts(told.out))


@MODES
@pytest.mark.parametrize("second", [(0, 1), (1, 0)], ids=["part", "item"])
def test_a_word_divided_between_parts_of_a_response_is_found(
    second: tuple[int, int], terms: Any
) -> None:
    data = response([(0, 0, "a bo"), (*second, "mb")])
    assert through(responses.api, data, terms)[0].blocked is not None


@MODES
def test_blocks_that_are_harmless_leave_as_they_came(terms: Any) -> None:
    data = message([["one bo"], ["two ", "three"], CALL, ["x" * 300], ["bo"]])
    session, told = through(messages.api, data, terms)
    assert session.blocked is None
    assert events(told.out) == events(data)
    assert texts(told.out) == ["one bo", "two three", "x" * 300, "bo"]


def test_a_block_is_read_alone_and_with_what_came_before_it() -> None:
    told = through(messages.api, message([["one"], ["two"], [" three"]]), SMALL)[1]
    assert [text for _, _, text in told.passages] == [
        "one",
        "two",
        "onetwo",
        "one\ntwo",
        " three",
        "onetwo three",
        "one\ntwo\n three",
    ]


def test_no_more_than_the_end_of_what_came_before_is_read_again() -> None:
    blocks = [[f"{number:03} " * 5] for number in range(50)]
    told = through(messages.api, message(blocks), SMALL)[1]
    joined = [text for _, _, text in told.passages if len(text) > 20]
    assert len(joined) == 49
    assert max(map(len, joined)) <= 20 + 40


def test_full_mode_reads_all_blocks_together_once() -> None:
    told = through(messages.api, message([["one "], ["two "], ["three "]]), FULL)[1]
    assert [text for _, _, text in told.passages] == ["one ", "two ", "three ", "one two three "]


def test_what_is_taken_out_across_blocks_leaves_in_neither() -> None:
    data = message([["a sec"], ["ret b"]])
    assert texts(through(messages.api, data, FULL)[1].out) == ["a [SECRET]", " b"]
    assert texts(through(messages.api, data, SMALL)[1].out) == ["a sec", "[SECRET] b"]


@pytest.mark.parametrize(
    ("channel", "side", "encoded", "family"),
    [
        ("output[2].content[0].text", "output", False, "output[].content[].text"),
        ("content[1].input", "tool_call", True, ""),
        ("choices[0].message.content", "output", False, ""),
    ],
)
def test_calls_and_choices_are_texts_of_their_own(
    channel: str, side: Side, encoded: bool, family: str
) -> None:
    piece = Piece(channel, side, "assistant", "x", {}, "x", encoded=encoded)
    assert family_of(piece) == family
    assert family_of(piece._replace(whole=True)) == ""
