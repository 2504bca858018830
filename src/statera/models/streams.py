"""Server-sent events to pieces of text and one Response.

    gathered = Gathered()
    for line in lines: piece = gathered.add(line)      # "" when the line brings no text
    gathered.response(notes)

Lines are whole; where the network cut them is the transport's business. Comments, event names and
a missing `[DONE]` are borne; a stream that ends without finish reason or `[DONE]` was cut.
"""

from typing import Any

import msgspec

from statera.models.replies import (
    Choice,
    Message,
    Reply,
    Said,
    Undecodable,
    build,
    calls_of,
    decode,
    logprobs_of,
    usage_of,
    words_of,
)
from statera.records.responses import Response, TokenLogprob


class Gathered:
    """What a stream has said so far. `error` is the error that it brought, as JSON, or None."""

    def __init__(self) -> None:
        self.error: bytes | None = None
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._refusal: list[str] = []
        self._calls: dict[int, dict[str, Any]] = {}
        self._logprobs: list[TokenLogprob] = []
        self._heard_text = False
        self._done = False
        self._begun = b""
        self._whole: list[bytes] = []
        self._finish: Any = None
        self._last = Reply()

    def add(self, line: bytes) -> str:
        """Take a line in and return the piece of text that it brings."""
        if line.startswith(b"data:"):
            return self._data(line[5:].strip())
        if not line and self._begun:
            decode(self._begun)
        if line and (self._whole or line.lstrip().startswith(b"{")):
            self._whole.append(line)
        return ""

    @property
    def unstreamed(self) -> bytes | None:
        """The whole body of a server that answered without streaming, or None."""
        return b"\n".join(self._whole) if self._whole else None

    def response(self, notes: tuple[str, ...]) -> Response:
        """Return the whole Response; raises Undecodable when the stream was cut."""
        if self._begun or (self._finish is None and not self._done):
            raise Undecodable("the stream ended before the answer did")
        choice = Choice(finish_reason=self._finish)
        if self._calls:
            calls = [self._calls[index] for index in sorted(self._calls)]
            choice.message = Message(tool_calls=msgspec.Raw(msgspec.json.encode(calls)))
        said = Said(
            "".join(self._text) if self._heard_text else None,
            "".join(self._reasoning) or None,
            "".join(self._refusal) or None,
        )
        whole = build(said, choice, self._last, notes)
        return msgspec.structs.replace(whole, logprobs=tuple(self._logprobs))

    def _data(self, line: bytes) -> str:
        """Read an event; one that is whole only with the next line waits for it."""
        data, self._begun = self._begun + line, b""
        try:
            return self._event(data)
        except Undecodable:
            if not data.startswith(b"{"):
                raise
        self._begun = data + b"\n"
        return ""

    def _event(self, data: bytes) -> str:
        if data == b"[DONE]":
            self._done = True
            return ""
        if not data:
            return ""
        event = decode(data)
        if event.error:
            self.error = data
        self._remember(event)
        return self._choice(event.choices[0]) if event.choices else ""

    def _remember(self, event: Reply) -> None:
        last = self._last
        last.model = event.model or last.model
        last.system_fingerprint = event.system_fingerprint or last.system_fingerprint
        if usage_of(event.usage) is not None:
            last.usage = event.usage.copy()

    def _choice(self, choice: Choice) -> str:
        self._finish = choice.finish_reason or self._finish
        self._logprobs += logprobs_of(choice.logprobs)
        part = choice.delta or choice.message
        said = words_of(part) if part else Said(choice.text, None, None)
        if part:
            self._add_calls(part)
        self._reasoning += [said.reasoning] if said.reasoning else []
        self._refusal += [said.refusal] if said.refusal else []
        if not isinstance(said.text, str):
            return ""
        self._heard_text = True
        self._text.append(said.text)
        return said.text

    def _add_calls(self, part: Message) -> None:
        """Join the pieces of each tool call by its index."""
        for place, call in enumerate(calls_of(part.tool_calls)):
            index = call.get("index", place)
            known = self._calls.setdefault(index if isinstance(index, int) else place, {})
            _join(known, call)


def _join(known: dict[str, Any], piece: dict[str, Any]) -> None:
    for key, value in piece.items():
        old = known.get(key)
        if isinstance(value, dict):
            _join(known.setdefault(key, {}), value)
        elif key == "arguments" and isinstance(old, str) and isinstance(value, str):
            known[key] = old + value
        elif value is not None and old in (None, ""):
            known[key] = value
