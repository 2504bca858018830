"""Streamed replies for tests: events as bytes, a guard that looks for words, a client."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from statera.guard.engine import Engine
from statera.guard.policy import Entry, Place, Policy, StreamTerms
from statera.proxy.session import StreamSession
from statera.records.guarding import Action, Decision, Passage, Reading, Side, Span

SIDES: tuple[Side, ...] = ("input", "output", "tool_call", "tool_result")
SMALL = StreamTerms(window=64)
FULL = StreamTerms(mode="full")
Decide = Callable[[Sequence[Passage]], Decision]


def entry(word: str, action: Action) -> Entry:
    return Entry(name=word, use="regex", sides=SIDES, action=action)


def words(stream: StreamTerms = SMALL, **more: Any) -> Policy:
    """Return the policy that takes out `secret` and blocks `bomb`."""
    detectors = (entry("secret", "redact"), entry("bomb", "block"))
    return Policy(detectors=detectors, stream=stream, **more)


def decider(policy: Policy) -> Decide:
    """Return a check in which every detector looks for the word that is its name."""
    engine = Engine(policy)

    def decide(passages: Sequence[Passage]) -> Decision:
        asks = engine.asks(passages, Place())
        answers = [_found(ask.entry.name, passages[ask.passage].text) for ask in asks]
        return engine.decide(passages, asks, answers, id="d1")

    return decide


def _found(word: str, text: str) -> Reading:
    spans = tuple(Span(one.start(), one.end()) for one in re.finditer(word, text))
    return Reading(score=1.0 if spans else 0.0, spans=spans)


def event(data: dict[str, Any] | str, name: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


DONE = event("[DONE]")


def chat(delta: dict[str, Any], index: int = 0, **more: Any) -> bytes:
    """Return a chunk of a chat completion."""
    choice = {"index": index, "delta": delta, "finish_reason": None, **more}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return event({**head, "choices": [choice]})


def stop(index: int = 0) -> bytes:
    return chat({}, index, finish_reason="stop")


def said(texts: Iterable[str], field: str = "content", index: int = 0) -> bytes:
    return b"".join(chat({field: text}, index) for text in texts)


class Told(NamedTuple):
    """What a stream's checks saw, what had left before each, and what left in all."""

    windows: list[tuple[Passage, ...]]
    left: list[bytes]
    out: bytes

    @property
    def passages(self) -> list[tuple[str, str, str]]:
        return [(one.place, one.side, one.text) for due in self.windows for one in due]


def streamed(
    session: StreamSession, pieces: Iterable[bytes], decide: Decide, *, end: bool = True
) -> Told:
    """Let the pieces go through the session."""
    told, out = Told([], [], b""), b""
    for piece in [*pieces, None]:
        if piece is not None:
            session.feed(piece)
        elif end:
            session.end()
        while due := session.due():
            out += session.take()
            told.windows.append(due)
            told.left.append(out)
            session.settle(decide(due))
        out += session.take()
    return told._replace(out=out)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Return the data in pieces that end at the places."""
    ends = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(ends)]


def events(out: bytes) -> list[Any]:
    """Return the data of the events, decoded."""
    found = []
    for block in out.decode().split("\n\n"):
        lines = [one for one in block.splitlines() if not one.startswith(":")]
        data = "".join(one.removeprefix("data: ") for one in lines if one.startswith("data:"))
        if data:
            found.append(data if data == "[DONE]" else json.loads(data))
    return found


def text_of(out: bytes, field: str = "content", index: int = 0) -> str:
    """Return the text of a choice as a client puts it together."""
    return "".join(_fields(events(out), field, index))


def _fields(data: Iterable[Any], field: str, index: int) -> Iterator[str]:
    for one in data:
        for choice in one.get("choices", ()) if isinstance(one, dict) else ():
            if choice["index"] == index:
                yield (choice.get("delta") or {}).get(field) or ""


def completions_reply(texts: Sequence[str]) -> bytes:
    """Return a streamed completion."""
    head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
    given = [{"index": 0, "text": text, "finish_reason": None} for text in texts]
    last = {"index": 0, "text": "", "finish_reason": "stop"}
    return b"".join(event({**head, "choices": [one]}) for one in [*given, last]) + DONE


def chat_reply(texts: Sequence[str]) -> bytes:
    """Return a streamed chat completion."""
    return chat({"role": "assistant", "content": ""}) + said(texts) + stop() + DONE


def messages_reply(texts: Sequence[str]) -> bytes:
    """Return a streamed message that thinks, speaks and calls a tool with the same texts."""
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": []}
    kinds: list[tuple[dict[str, Any], str, str]] = [
        ({"type": "thinking", "thinking": ""}, "thinking_delta", "thinking"),
        ({"type": "text", "text": ""}, "text_delta", "text"),
        (
            {"type": "tool_use", "id": "t", "name": "f", "input": {}},
            "input_json_delta",
            "partial_json",
        ),
    ]
    data: list[tuple[str, dict[str, Any]]] = [
        ("message_start", {"message": {**message, "usage": {"input_tokens": 5}}}),
        ("ping", {}),
    ]
    for index, (block, kind, field) in enumerate(kinds):
        data.append(("content_block_start", {"index": index, "content_block": block}))
        for text in texts:
            data.append(
                ("content_block_delta", {"index": index, "delta": {"type": kind, field: text}})
            )
        data.append(("content_block_stop", {"index": index}))
    data += [
        ("message_delta", {"delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}}),
        ("message_stop", {}),
    ]
    return b"".join(event({"type": kind, **fields}, kind) for kind, fields in data)


def responses_reply(texts: Sequence[str]) -> bytes:
    """Return a streamed response that repeats its text in four places, as OpenAI's do."""
    whole = "".join(texts)
    part = {"type": "output_text", "text": whole, "annotations": []}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    call = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "f"}
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "m",
        "output": [],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    place: dict[str, Any] = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    other: dict[str, Any] = {"item_id": "fc_1", "output_index": 1}
    done = [{**item, "content": [part]}, {**call, "arguments": whole, "status": "completed"}]
    usage = {
        **{"input_tokens": 5, "output_tokens": 7, "total_tokens": 12},
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    last = {**response, "status": "completed", "output": done, "usage": usage}
    opened = {**item, "status": "in_progress", "content": []}
    data: list[tuple[str, dict[str, Any]]] = [
        ("created", {"response": {**response, "status": "in_progress"}}),
        ("output_item.added", {"output_index": 0, "item": opened}),
        ("content_part.added", {**place, "part": {**part, "text": ""}}),
        *(("output_text.delta", {**place, "delta": text, "logprobs": []}) for text in texts),
        ("output_text.done", {**place, "text": whole, "logprobs": []}),
        ("content_part.done", {**place, "part": part}),
        ("output_item.done", {"output_index": 0, "item": done[0]}),
        ("output_item.added", {"output_index": 1, "item": {**call, "arguments": ""}}),
        *(("function_call_arguments.delta", {**other, "delta": text}) for text in texts),
        ("function_call_arguments.done", {**other, "arguments": whole, "name": "f"}),
        ("output_item.done", {"output_index": 1, "item": done[1]}),
        ("completed", {"response": last}),
    ]
    return b"".join(
        event({"type": f"response.{kind}", "sequence_number": number, **fields}, f"response.{kind}")
        for number, (kind, fields) in enumerate(data)
    )
