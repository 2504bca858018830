"""One guarded request: read, checked, passed on, and its reply likewise.

    await Exchange(service, api, scope, receive, send).run()

Nothing leaves here that was not read and checked: what cannot be read is refused, what cannot be
checked is answered with 503, and any error of ours ends the request, never the check. Upstream's
own errors keep their status; their text is checked like a reply's, since errors repeat prompts.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from statera.guard.policy import Place
from statera.guard.restoring import Restoring, restoring_of
from statera.proxy.answers import Answer, deliver, json_answer
from statera.proxy.aside import MOST_AT_ONCE
from statera.proxy.bodies import Gone, Message, Receive, Send, TooLarge, read_body
from statera.proxy.bookkeeping import Book
from statera.proxy.connection import UpstreamFault
from statera.proxy.documents import decode, encode
from statera.proxy.headers import (
    BadHeader,
    Pairs,
    check,
    is_json,
    is_utf_8,
    returned,
    sent,
    texts,
    value_of,
)
from statera.proxy.passing import target, upstream_failure
from statera.proxy.service import Service
from statera.proxy.session import Limits, Request, StreamSession
from statera.proxy.sse import event_bytes
from statera.proxy.streaming import Pump, StreamFailed
from statera.proxy.upstream import Reply
from statera.proxy.wire.api import Api, Failure, StreamState, model_of, usage_of, wants_stream
from statera.proxy.wire.queries import read_query
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import (
    CONVERSATION,
    OPERATOR,
    Body,
    Slot,
    after,
    passages,
    with_context,
    write,
)
from statera.records.guarding import Decision, Passage

if TYPE_CHECKING:
    from statera.proxy.experiments.taking import Part

logger = logging.getLogger("statera.guard")

UNAVAILABLE = Failure(503, "guard_unavailable", "A check could not be made; try again.")
_STREAM = b"text/event-stream"
_NOWHERE = Place()
_EVENTS = (b"content-type", _STREAM)


class Unreadable(Exception):
    """A request whose body is in a form that is not read: answered with 415."""


class Exchange:
    """One request to a guarded route and its answer."""

    def __init__(
        self, service: Service, api: Api, scope: Message, receive: Receive, send: Send
    ) -> None:
        self._service, self._api = service, api
        self._scope, self._receive, self._send = scope, receive, send
        self._armed = service.keeper.armed
        self._place = _NOWHERE
        self._book = Book(service, api.routes[0], self._armed.policy, self._armed.digest)
        self._before: tuple[str, ...] = ()
        self._guarded: tuple[str, ...] = ()
        self._part: Part | None = None
        self._status = 0

    async def run(self) -> None:
        """Answer the request; raises only what cancels it."""
        book = self._book
        try:
            await self._answer()
        except Gone:
            book.count("error")
        except asyncio.CancelledError:
            book.count("error")
            raise
        except Exception as error:  # noqa: BLE001 - the outermost place: an error of ours passes nothing
            await self._fail(self._failure(error))
        finally:
            book.close(self._status)
            if self._part is not None:
                self._part.close(book.account(self._status))

    async def _answer(self) -> None:
        headers: Pairs = self._scope["headers"]
        check(headers)
        _readable(headers)
        data = await read_body(headers, self._receive, limit=self._service.terms.max_body)
        if len(data) <= MOST_AT_ONCE:
            body = decode(data)
            self._begin(body, headers)
            slots = self._read(body)
        else:
            body = await self._service.aside(len(data), decode, data)
            self._begin(body, headers)
            slots = await self._service.aside(len(data), self._read, body)
        said = passages(slots)
        decision = await self._armed.guard.check(said, self._place, decision_id=self._book.id)
        self._book.checked(decision)
        if decision.outcome in ("block", "unavailable"):
            await self._stop(decision, said, body)
            return
        restoring = restoring_of(self._armed.policy, decision, said)
        if decision.edits and write(slots, decision.edits):
            data = encode(body)
        self._book.decided(decision, said, status=0)
        if self._part is not None:
            data = await self._treated(self._part, body, data, said)
        await self._pass_on(data, headers, restoring)

    def _begin(self, body: Body, headers: Pairs) -> None:
        """Take note of what is asked for, and of the arm that it is answered by."""
        if (experiments := self._service.experiments) is not None:
            self._enter(experiments.enter(self._api, headers, body, self._book.id))
        model = model_of(body)
        seen = texts(headers) if self._armed.scoped else {}
        asked = (self._part.model if self._part is not None else "") or model
        self._place = Place(route=self._api.routes[0], model=asked, headers=seen)
        self._book.named(self._api.name, model, headers, stream=wants_stream(body))

    def _enter(self, part: "Part | None") -> None:
        if part is None:
            return
        self._part, self._book.more = part, part.headers
        if part.armed is not None:
            self._armed = part.armed
            self._book.under(part.armed.policy, part.armed.digest)

    async def _treated(
        self, part: "Part", body: Body, data: bytes, said: tuple[Passage, ...]
    ) -> bytes:
        """Return the request that passed the guard as its arm has it; a reply must not tell how."""
        size = len(data)
        part.asking(said)
        part.passing(body, size, self._scope["headers"], target(self._scope))
        self._guarded += part.prompts
        return await self._service.aside(size, part.rewritten, body) if part.changes else data

    def _read(self, body: Body) -> list[Slot]:
        slots = self._api.read_request(body, self._armed.policy)
        if query := self._scope["query_string"]:
            slots += read_query(query, self._armed.policy)
        self._guarded = operators(passages(slots))
        count = self._armed.context
        if count:
            self._before = said_last(slots, count)
        return with_context(slots, count) if count else slots

    async def _stop(self, decision: Decision, said: tuple[Passage, ...], body: Body) -> None:
        """Answer a request that does not go to upstream."""
        shapes, policy = self._api.shapes, self._armed.policy
        if decision.outcome == "unavailable":
            self._book.decided(decision, said, status=503)
            await self._fail(UNAVAILABLE)
            return
        asked = self._asked(body)
        status, told = shapes.blocked_request(decision, policy, asked)
        self._book.decided(decision, said, status=status)
        if status == 200 and wants_stream(body):
            events = shapes.blocked_events(StreamState(asked=asked), decision, policy)
            data = b"".join(map(event_bytes, events))
            await self._deliver(Answer(status, [_EVENTS, *self._book.headers], data))
            return
        await self._deliver(json_answer(status, told, self._book.headers))

    def _asked(self, body: Body) -> Body:
        """Return a request with the time, as an answer of ours says it."""
        now = int(self._service.clock.now())
        return {**body, "created": now, "created_at": now}

    async def _pass_on(self, data: bytes, headers: Pairs, restoring: Restoring) -> None:
        clock, book = self._service.clock, self._book
        book.phase = "response"
        part, upstream = self._part, self._service.upstream
        told, where = sent(headers, as_json=True), target(self._scope)
        if part is not None:
            told, where = part.sent(headers), part.target(where)
            upstream = part.upstream or upstream
        asked = clock.monotonic()
        try:
            reply = await upstream.open(b"POST", where, told, data)
        finally:
            book.waited = clock.monotonic() - asked
        try:
            if _plain(reply) == _STREAM and reply.status == 200:
                await self._stream(reply, restoring)
            else:
                await self._reply(reply, restoring)
        finally:
            reply.close()

    async def _stream(self, reply: Reply, restoring: Restoring) -> None:
        """Check a streamed reply while it passes."""
        self._book.phase = "stream"
        limits = Limits(stream=self._service.terms.max_reply)
        asked = self._asked({"model": self._place.model})
        session = StreamSession(
            self._api,
            self._armed.policy,
            Request(self._before, self._guarded, restoring.values, asked),
            limits=limits,
        )
        self._status = reply.status
        part = self._part
        send = self._send if part is None else part.listening(self._send)
        pump = Pump(self._service, self._armed, self._book, send)
        try:
            await pump.run(reply, session, self._place)
        finally:
            if part is not None:
                part.named(session.response)

    async def _reply(self, reply: Reply, restoring: Restoring) -> None:
        """Check a whole reply and pass it on."""
        clock, book, policy = self._service.clock, self._book, self._armed.policy
        asked = clock.monotonic()
        data = await reply.read(limit=self._service.terms.max_reply)
        book.waited += clock.monotonic() - asked
        book.answered(reply.status)
        size, aside = len(data), self._service.aside
        at_once = size <= MOST_AT_ONCE
        body = _document(reply, data) if at_once else await aside(size, _document, reply, data)
        if body is None:
            await self._fail(_no_json(reply.status))
            return
        read = self._api.read_error if reply.status >= 400 else self._api.read_reply
        slots = read(body, policy) if at_once else await aside(size, read, body, policy)
        said = after(passages(slots), self._before, self._guarded)
        decision = await self._armed.guard.check(said, self._place, decision_id=self._book.id)
        self._book.checked(decision)
        status = reply.status
        if decision.outcome == "unavailable":
            book.decided(decision, said, status=503)
            await self._fail(UNAVAILABLE)
            return
        if decision.outcome == "block":
            data = encode(self._blocked_reply(body, decision, status))
        elif _changed(slots, decision, restoring):
            data = encode(body)
        book.decided(decision, said, status=status)
        book.used(usage_of(body))
        if self._part is not None:
            self._part.hearing(body, said)
        head = [*returned(reply.headers), *book.headers]
        await self._deliver(Answer(status, head, data))

    def _blocked_reply(self, body: Body, decision: Decision, status: int) -> Body:
        policy = self._armed.policy
        if status < 400:
            return self._api.shapes.blocked_reply(body, decision, policy)
        message = decision.message or policy.messages.output
        return self._api.shapes.failed(Failure(status, "content_filter", message))

    async def _deliver(self, answer: Answer) -> None:
        self._status = answer.status
        connection = self._scope["state"].get("connection")
        if connection is None or not connection.answer(*answer):
            await deliver(self._send, answer)

    async def _fail(self, failure: Failure) -> None:
        """Answer with an error in the API's shape."""
        self._book.refused(failure.code)
        self._book.fault |= failure.code == UNAVAILABLE.code
        if self._book.phase != "request" and failure.code != UNAVAILABLE.code:
            self._book.failed(failure.code, failure.status)
        again = 1 if failure.status == 503 else 0
        told = self._api.shapes.failed(failure)
        await self._deliver(
            json_answer(failure.status, told, self._book.headers, retry_after=again)
        )

    def _failure(self, error: Exception) -> Failure:
        """Return what the client is told of what went wrong."""
        if isinstance(error, UpstreamFault):
            self._service.metrics.fault(error.kind)
            return upstream_failure(error)
        if isinstance(error, StreamFailed):
            return error.failure
        if isinstance(error, Refused):
            replying = self._book.phase != "request"
            return Failure(502 if replying else 400, error.code, str(error), error.param)
        if isinstance(error, TooLarge):
            return Failure(413, "request_too_large", str(error))
        if isinstance(error, BadHeader):
            return Failure(400, "invalid_header", str(error))
        if isinstance(error, Unreadable):
            return Failure(415, "unsupported_media_type", str(error))
        logger.error("a request failed in the guard: %s", type(error).__name__, exc_info=error)
        return UNAVAILABLE


def _readable(headers: Pairs) -> None:
    """Raise Unreadable for a body that is compressed, or no JSON in UTF-8."""
    values = dict(reversed(headers))
    coding = values.get(b"content-encoding")
    if coding and coding.strip().lower() != b"identity":
        raise Unreadable("A compressed body is not read; send it as it is.")
    kind = values.get(b"content-type")
    if kind and not is_json(kind):
        raise Unreadable("The body must be application/json, and in UTF-8.")


def _plain(reply: Reply) -> bytes:
    """Return a reply's media type; UpstreamFault where it is compressed, or not in UTF-8.

    An error in another character set keeps its status, as one does that is no JSON.
    """
    values = dict(reversed(reply.headers))
    coding, kind = values.get(b"content-encoding"), values.get(b"content-type", b"")
    if coding and coding.strip().lower() != b"identity":
        raise UpstreamFault("invalid", "it compressed its reply though asked not to")
    if reply.status < 400 and not is_utf_8(kind):
        raise UpstreamFault("invalid", "its reply is not in UTF-8")
    return kind.partition(b";")[0].strip().lower()


def said_last(slots: list[Slot], count: int) -> tuple[str, ...]:
    """Return the last `count` messages of the conversation."""
    said = [
        slot.passage.text for slot in slots if slot.passage.role in CONVERSATION and not slot.again
    ]
    return tuple(said[-count:])


def operators(said: Iterable[Passage]) -> tuple[str, ...]:
    """Return what the operator of the application says: a reply must not give it away."""
    return tuple(one.text for one in said if one.role in OPERATOR)


def _changed(slots: list[Slot], decision: Decision, restoring: Restoring) -> bool:
    """Make the edits and put back what is to return; False when there was nothing to do."""
    edits = [*decision.edits, *restoring.edits(slots)]
    return bool(edits) and write(slots, edits)


def _document(reply: Reply, data: bytes) -> Body | None:
    """Return what a reply that `_plain` let pass says, None where that is no JSON object."""
    if reply.status >= 400 and not is_utf_8(value_of(reply.headers, b"content-type")):
        return None
    try:
        return decode(data)
    except Refused:
        return None


def _no_json(status: int) -> Failure:
    """Return what is told of a reply that cannot be read; an error keeps its status."""
    words = f"The model server answered {status} with something that is no JSON object."
    return Failure(status if status >= 400 else 502, "upstream_error", words)
