"""What the proxy asks of an API: pure functions of decoded bodies, and shapes of its answers."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from statera.guard.policy import Policy
from statera.proxy.wire.fields import Field, Reader, spoken
from statera.proxy.wire.slots import Body, Piece, Slot
from statera.proxy.wire.tokenlists import compare
from statera.records.guarding import Decision


class Event(NamedTuple):
    """One server-sent event; `name` "" for none, `data` an object or a bare word as `[DONE]`."""

    name: str
    data: Body | str


class Usage(NamedTuple):
    """Tokens that a reply says it took; None where it does not say."""

    input: int | None = None
    output: int | None = None


class Failure(NamedTuple):
    """An answer that is none of the model's; `message` holds no content."""

    status: int
    code: str
    message: str
    param: str | None = None


class StreamState(msgspec.Struct):
    """What of a stream was passed on, as far as its proper end needs it.

    `head` is what all its events share (id, model); `open` the parts begun and not ended, by their
    number; `ended` whether any part has ended; `sequence` the number of the last event. `asked` is
    the request with the time as `created` and `created_at`, for a stream that does not begin.
    """

    head: Body = msgspec.field(default_factory=dict)
    open: dict[int, Body] = msgspec.field(default_factory=dict)
    ended: bool = False
    sequence: int = -1
    asked: Body = msgspec.field(default_factory=dict)


class Shapes(Protocol):
    """The bodies that the guard itself answers with, as clients of this API parse them."""

    def failed(self, failure: Failure) -> Body:
        """Return the body of an error."""

    def failed_events(self, state: StreamState, failure: Failure) -> list[Event]:
        """Return how a stream ends that failed; never as a success does."""

    def blocked_request(self, decision: Decision, policy: Policy, body: Body) -> tuple[int, Body]:
        """Return status and body for a blocked request, in the policy's `block_style`."""

    def blocked_reply(self, body: Body, decision: Decision, policy: Policy) -> Body:
        """Return the reply with all that the model said taken out."""

    def blocked_events(self, state: StreamState, decision: Decision, policy: Policy) -> list[Event]:
        """Return what ends a stream validly after `state`, which may be a stream not begun."""

    def follow(self, state: StreamState, name: str, data: Body) -> None:
        """Take note of an event that was passed on."""


ReadEvent = Callable[[Reader, str, Body], list[Piece]]
Closes = Callable[[str, Body], tuple[str, ...]]


def _reads_whole(reader: Reader, name: str, data: Body) -> list[Piece]:
    """Read an event of an API that has no streams."""
    spoken(reader, data, "", data, name)
    said = [slot.passage for slot in reader.slots]
    return [Piece("event", one.side, one.role, one.text, data, None, whole=True) for one in said]


def _closes_nothing(name: str, data: Body) -> tuple[str, ...]:
    del name, data
    return ()


class Api(NamedTuple):
    """One API: its name, its paths, the tables of its bodies, the shapes of its answers.

    `event` reads an event of a stream into pieces, `closes` says which channels (those that begin
    with it) an event ends.
    """

    name: str
    routes: tuple[str, ...]
    request: Field
    reply: Field
    shapes: Shapes
    event: ReadEvent = _reads_whole
    closes: Closes = _closes_nothing
    method: str = "POST"

    def read_request(self, body: Body, policy: Policy) -> list[Slot]:
        """Return the texts of a request in their order; Refused for what cannot be read."""
        reader = Reader(policy, "input", "parameter")
        self.request(reader, body, "", body, "")
        return reader.slots

    def read_reply(self, body: Body, policy: Policy) -> list[Slot]:
        """Return the texts of a reply in their order; Refused for what cannot be read."""
        reader = Reader(policy, "output", "assistant")
        self.reply(reader, body, "", body, "")
        if reader.lists:
            reader.slots += list(compare(reader))
        return reader.slots

    def read_error(self, body: Body, policy: Policy) -> list[Slot]:
        """Return the texts of an upstream's error, which may repeat the request."""
        reader = Reader(policy, "output", "assistant")
        spoken(reader, body, "", body, "error")
        return reader.slots

    def read_event(self, name: str, data: Body, policy: Policy) -> list[Piece]:
        """Return what an event of a stream says; Refused for what cannot be read.

        `name` is that of its `event:` line, "" without one.
        """
        return self.event(Reader(policy, "output", "assistant", piecewise=True), name, data)


def wants_stream(body: Body) -> bool:
    """Return whether the request asks for a stream."""
    return body.get("stream") is True


def model_of(body: Body) -> str:
    """Return the model that a request or reply names, or ""."""
    model = body.get("model")
    return model if type(model) is str else ""


def usage_of(body: Body) -> Usage:
    """Return the tokens that a reply or an event says were taken so far."""
    for place in (body, body.get("response"), body.get("message")):
        usage = place.get("usage") if type(place) is dict else None
        if type(usage) is dict:
            return Usage(
                _count(usage, ("prompt_tokens", "input_tokens")),
                _count(usage, ("completion_tokens", "output_tokens")),
            )
    return Usage()


def _count(usage: Body, names: Sequence[str]) -> int | None:
    found: list[Any] = [usage[name] for name in names if type(usage.get(name)) is int]
    return found[0] if found else None
