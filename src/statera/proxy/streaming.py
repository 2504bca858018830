"""Carries a streamed reply from upstream to the client, through a session that checks it.

    await Pump(service, armed, book, send).run(reply, session, place)

Upstream is read only as fast as the client takes what passed. The decision on a stream is that of
all its checks together: the gravest outcome, every finding, the highest scores.
"""

import logging
from collections.abc import Sequence

from statera.guard.policy import Place
from statera.proxy.answers import worst
from statera.proxy.bodies import Send
from statera.proxy.bookkeeping import Book
from statera.proxy.connection import UpstreamFault
from statera.proxy.headers import returned
from statera.proxy.keeper import Armed
from statera.proxy.passing import upstream_failure
from statera.proxy.service import Service
from statera.proxy.session import StreamSession
from statera.proxy.upstream import Reply
from statera.proxy.wire.api import Failure
from statera.records.guarding import Decision, Finding, Outcome, Passage

logger = logging.getLogger("statera.guard")

MOST_TOLD = 200
_UNBUFFERED = (b"x-accel-buffering", b"no")


class StreamFailed(Exception):
    """A stream that failed before anything of it left: it can still be answered as an error."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Together:
    """The decisions on the windows of one stream as one; the first `MOST_TOLD` windows are told."""

    def __init__(self, id: str, policy: str) -> None:
        self.checks = 0
        self.passages: list[Passage] = []
        self._id, self._policy = id, policy
        self._outcome: Outcome = "allow"
        self._would: Outcome = "allow"
        self._findings: list[Finding] = []
        self._scores: dict[str, float] = {}
        self._message = ""

    def add(self, decision: Decision, passages: Sequence[Passage]) -> None:
        """Add the decision on some windows."""
        self.checks += 1
        self._outcome = worst(self._outcome, decision.outcome)
        self._would = worst(self._would, decision.would)
        self._message = self._message or decision.message
        self._findings += decision.findings[: MOST_TOLD - len(self._findings)]
        self.passages += passages[: MOST_TOLD - len(self.passages)]
        for name, score in decision.scores.items():
            self._scores[name] = max(score, self._scores.get(name, 0.0))

    def decision(self) -> Decision:
        """Return what was decided on the whole."""
        return Decision(
            id=self._id,
            policy=self._policy,
            outcome=self._outcome,
            would=self._would,
            findings=tuple(self._findings),
            scores=self._scores,
            message=self._message,
        )


class Pump:
    """One stream."""

    def __init__(self, service: Service, armed: Armed, book: Book, send: Send) -> None:
        self._service, self._armed, self._book, self._send = service, armed, book, send
        self._together = Together(book.id, armed.digest)
        self._started = False
        self._most_held = 0
        self._first: float | None = None
        self._delay: float | None = None

    async def run(self, reply: Reply, session: StreamSession, place: Place) -> None:
        """Carry the stream to its end. Raises StreamFailed when it fails before it began."""
        try:
            while not session.done:
                await self._read(reply, session)
                await self._check(session, place)
                await self._pass(reply, session)
            await self._send({"type": "http.response.body", "body": b""})
        finally:
            self._record(reply, session)

    async def _read(self, reply: Reply, session: StreamSession) -> None:
        clock, book = self._service.clock, self._book
        asked = clock.monotonic()
        try:
            part = await reply.part()
        except UpstreamFault as fault:
            self._service.metrics.fault(fault.kind)
            session.fail(upstream_failure(fault))
            return
        finally:
            book.waited += clock.monotonic() - asked
        if not part:
            session.end()
            return
        if self._first is None:
            self._first = clock.monotonic()
            book.first_token(reply.status, book.waited)
        session.feed(part)

    async def _check(self, session: StreamSession, place: Place) -> None:
        while due := session.due():
            try:
                decision = await self._armed.guard.check(due, place, decision_id=self._book.id)
            except Exception as error:
                logger.error("a check failed: %s", type(error).__name__, exc_info=error)
                decision = self._unavailable()
            self._book.checked(decision)
            self._together.add(decision, due)
            session.settle(decision)
        self._most_held = max(self._most_held, session.held_chars)

    async def _pass(self, reply: Reply, session: StreamSession) -> None:
        out = session.take()
        if not self._started:
            if session.failure is not None and session.done and not session.released_chars:
                raise StreamFailed(session.failure)
            if not out and not session.done:
                return
            await self._start(reply)
        if out:
            await self._send({"type": "http.response.body", "body": out, "more_body": True})
            if self._delay is None and session.released_chars and self._first is not None:
                self._delay = self._service.clock.monotonic() - self._first

    async def _start(self, reply: Reply) -> None:
        self._started = True
        headers = [*returned(reply.headers), *self._book.headers, _UNBUFFERED]
        await self._send(
            {"type": "http.response.start", "status": reply.status, "headers": headers}
        )

    def _unavailable(self) -> Decision:
        return Decision(
            id=self._book.id,
            policy=self._armed.digest,
            outcome="unavailable",
            would="unavailable",
        )

    def _record(self, reply: Reply, session: StreamSession) -> None:
        book = self._book
        if session.failure is not None or not session.done:
            book.count("error")
        book.fault |= session.failure is not None
        decision = self._together.decision()
        if self._together.checks:
            book.decided(
                decision,
                self._together.passages,
                status=reply.status if self._started else 0,
                checks=self._together.checks,
                released=session.released_chars if session.blocked else 0,
            )
        else:
            book.count("allowed")
        if self._started and session.failure is not None and decision.outcome != "unavailable":
            book.failed(session.failure.code, reply.status)
        book.used(session.usage)
        book.answered(reply.status)
        if self._delay is not None:
            self._service.metrics.holdback(chars=self._most_held, seconds=self._delay)
