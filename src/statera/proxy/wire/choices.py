"""What the APIs share whose replies are choices: chat completions and completions."""

from collections.abc import Callable
from typing import NamedTuple

from statera.guard.policy import Policy
from statera.proxy.wire.api import Api, Event, Failure, StreamState
from statera.proxy.wire.fields import Field, Reader
from statera.proxy.wire.filtering import (
    details,
    filter_results,
    first_message,
    input_message,
    kept,
    output_message,
)
from statera.proxy.wire.openai_errors import content_filter, error, error_events
from statera.proxy.wire.pieces import pieces_of
from statera.proxy.wire.slots import Body, Piece
from statera.records.guarding import Decision

_HEAD = ("id", "created", "model", "system_fingerprint", "service_tier")


class ChoiceShapes(NamedTuple):
    """How such an API words it.

    `whole` gives the fields of a choice whose model is silent, from what the client is told and
    what stands where the text was; `last` those of the last chunk of a stream that had begun.
    """

    prefix: str
    reply: str
    chunk: str
    param: str
    whole: Callable[[str, str], Body]
    first: Callable[[str], Body]
    last: Callable[[str], Body]

    def failed(self, failure: Failure) -> Body:
        """Return the body of an error."""
        return error(failure)

    def failed_events(self, state: StreamState, failure: Failure) -> list[Event]:
        """Return the event that ends a failed stream; clients raise it."""
        del state
        return error_events(failure)

    def blocked_request(self, decision: Decision, policy: Policy, body: Body) -> tuple[int, Body]:
        """Return the 400, or a reply that refuses."""
        if policy.block_style == "error_400":
            return 400, content_filter(decision, policy, self.param)
        message = input_message(decision, policy)
        asked = _asked(body)
        choice = _filtered(0, decision, self.whole(message, message))
        return 200, {**self._head(asked, decision, self.reply), "choices": [choice]}

    def blocked_reply(self, body: Body, decision: Decision, policy: Policy) -> Body:
        """Return the reply with every choice withheld."""
        message = output_message(decision, policy)
        given = body.get("choices")
        count = len(given) if type(given) is list else 0
        choices = [
            _filtered(number, decision, self.whole(message, "")) for number in range(max(1, count))
        ]
        head = self._head(kept(body, _HEAD), decision, self.reply)
        return {**head, "choices": choices, **kept(body, ("usage",))}

    def blocked_events(self, state: StreamState, decision: Decision, policy: Policy) -> list[Event]:
        """Return a last chunk for every choice that is open, and [DONE]."""
        if state.head:
            fields = self.last(output_message(decision, policy))
        else:
            fields = self.first(first_message(decision, policy))
        told = kept(state.head, _HEAD) or _asked(state.asked)
        head = self._head(told, decision, self.chunk)
        numbers = list(state.open) or ([] if state.ended else [0])
        chunks = [{**head, "choices": [_filtered(one, decision, fields)]} for one in numbers]
        return [*(Event("", chunk) for chunk in chunks), Event("", "[DONE]")]

    def follow(self, state: StreamState, name: str, data: Body) -> None:
        """Take note of a chunk that was passed on."""
        del name
        state.head = state.head or {key: data[key] for key in _HEAD if key in data}
        for one in data.get("choices") or ():
            number = one.get("index", 0)
            if one.get("finish_reason"):
                state.open.pop(number, None)
                state.ended = True
            else:
                state.open.setdefault(number, {})

    def _head(self, body: Body, decision: Decision, kind: str) -> Body:
        own = {"id": f"{self.prefix}{decision.id}", "created": 0, "model": ""}
        return {**own, **body, "object": kind, "statera": details(decision)}


def _asked(body: Body) -> Body:
    """Return what a reply repeats of its request, and the time that the guard gave it."""
    return {**kept(body, ("model",)), "created": body.get("created", 0)}


def _filtered(index: int, decision: Decision, fields: Body) -> Body:
    return {
        "index": index,
        **fields,
        "finish_reason": "content_filter",
        "logprobs": None,
        "content_filter_results": filter_results(decision),
    }


class Bodies(NamedTuple):
    """The tables of such an API: its request, its reply and a chunk of a stream."""

    request: Field
    reply: Field
    chunk: Field


def choices_api(name: str, route: str, bodies: Bodies, shapes: ChoiceShapes) -> Api:
    """Return the API; channels of its chunks are the places they would have in a whole reply."""

    def read_event(reader: Reader, name: str, data: Body) -> list[Piece]:
        del name
        bodies.chunk(reader, data, "", data, "")
        return pieces_of(reader)

    return Api(name, (route,), bodies.request, bodies.reply, shapes, read_event, closes)


def closes(name: str, data: Body) -> tuple[str, ...]:
    """Return the choices that the chunk finishes."""
    del name
    return tuple(
        f"choices[{one.get('index', 0)}]"
        for one in data.get("choices") or ()
        if one.get("finish_reason")
    )
