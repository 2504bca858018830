"""What is counted, written down and traced of one request, each phase exactly once.

book = Book(service, "/v1/chat/completions", policy)
book.named("llama")
book.decided(decision, passages, status=400)
book.close(400)
"""

import re
from collections.abc import Sequence
from functools import partial

from statera.guard.policy import Policy
from statera.proxy.answers import decision_headers, worst
from statera.proxy.events import FaultEvent, Meeting, encoded, line_of
from statera.proxy.experiments.accounts import Account
from statera.proxy.headers import Pairs, texts, value_of
from statera.proxy.metrics import Phase, Result, plain_model, result_of
from statera.proxy.service import Asked, Service, Trace
from statera.proxy.terms import read_upstream
from statera.proxy.wire.api import Usage
from statera.records.guarding import Decision, Outcome, Passage

_PARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_MOST_TOKENS = 10**9
_EVENT = 600
"""Characters that an event is taken to have besides its texts."""
_HELD = 2**14
"""Texts of so many characters are held until their event is written; longer ones are not."""


class Book:
    """One request's. `waited` are the seconds spent on upstream, `phase` what it is in.

    `more` are headers that every answer bears besides; `fault`: plumbing failed.
    """

    def __init__(self, service: Service, route: str, policy: Policy, digest: str) -> None:
        self.id = service.ids()
        self.waited = 0.0
        self.phase: Phase = "request"
        self.outcome: Outcome | None = None
        self.more: list[tuple[bytes, bytes]] = []
        self.fault = False
        self._asked = self._replied = ""
        self._service = service
        self._route = route
        self._policy = policy
        self._digest = digest
        self._model = self._label = ""
        self._parent = ""
        self._trace: Trace | None = None
        self._usage = Usage()
        self._first: float | None = None
        self._began = service.clock.monotonic()
        self._counted: Phase | None = None

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The headers that say what was decided so far."""
        return [*decision_headers(self.outcome, self.id, self._digest), *self.more]

    def under(self, policy: Policy, digest: str) -> None:
        """Take note of another policy than the guard's, before anything was decided."""
        self._policy, self._digest = policy, digest

    def named(self, api: str, model: str, headers: Pairs, *, stream: bool) -> None:
        """Take note of what is asked for."""
        service = self._service
        self._model = plain_model(model)
        self._label = service.metrics.model(model)
        self._parent = parent_of(headers)
        if service.traces is not None:
            there = read_upstream(service.terms.upstream)
            asked = Asked(api, self._model, stream, there.host, there.port)
            self._trace = service.traces.begin(asked, texts(headers))

    def checked(self, decision: Decision) -> None:
        """Count the checks that were not made of what passes."""
        if decision.outcome == "bypassed":
            self._service.metrics.bypasses(decision)

    def decided(
        self,
        decision: Decision,
        passages: Sequence[Passage],
        *,
        status: int,
        checks: int = 1,
        released: int = 0,
    ) -> None:
        """Count a decision in the phase that is going on, and write it down.

        `status` is what the client gets, 0 while that is open; `released` are characters that left
        before a block.
        """
        self.outcome = worst(self.outcome, decision.outcome)
        if self.phase == "request":
            self._asked = decision.outcome
        else:
            self._replied = decision.outcome
        self.count(result_of(decision))
        if released:
            self._service.metrics.released(released)
        if self._trace is not None:
            self._trace.evaluated(decision)
        if self._service.events is not None:
            self._write(decision, passages, (status, checks, released))

    def count(self, result: Result) -> None:
        """Count the phase that is going on, unless it was counted."""
        if self.phase != self._counted:
            self._counted = self.phase
            self._service.metrics.request(self._route, self._label, self.phase, result)

    def refused(self, code: str) -> None:
        """Count what is turned away unread."""
        self.count("error")
        self._service.metrics.refusal(self._route, code)

    def failed(self, code: str, status: int) -> None:
        """Write down that upstream's reply could not be had or read; no decision is told then."""
        self.outcome, self.fault = None, True
        service = self._service
        if service.events is None:
            return
        event = FaultEvent(
            time=service.clock.now(),
            id=self.id,
            phase=self.phase,
            route=self._route,
            model=self._model,
            policy=self._digest,
            code=code,
            status=status,
            seconds=service.clock.monotonic() - self._began,
            trace=self._parent,
        )
        service.events.put(encoded(event))

    def used(self, usage: Usage) -> None:
        """Count tokens as upstream reports them, as far as that can be true."""
        self._usage = usage = Usage(_possible(usage.input), _possible(usage.output))
        metrics = self._service.metrics
        if usage.input:
            metrics.tokens(self._label, "input", usage.input)
        if usage.output:
            metrics.tokens(self._label, "output", usage.output)

    def answered(self, status: int) -> None:
        """Observe upstream's time for the whole reply, which is `waited`."""
        self._service.metrics.upstream(self._label, status, self.waited)

    def first_token(self, status: int, seconds: float) -> None:
        """Observe upstream's time to the first token."""
        self._first = seconds
        self._service.metrics.first_token(self._label, status, seconds)

    def account(self, status: int) -> Account:
        """Return what the books say at the end; `status` is what the client got, 0 for none."""
        return Account(
            status,
            self.waited,
            self._first,
            self._usage,
            self.fault,
            self._asked,
            self._replied,
            self._digest,
        )

    def close(self, status: int) -> None:
        """Observe what the guard itself took; `status` is what the client got, 0 for none."""
        seconds = self._service.clock.monotonic() - self._began - self.waited
        self._service.metrics.overhead(max(0.0, seconds))
        if self._trace is not None:
            self._trace.end(status, self._usage, self._first)

    def _write(
        self, decision: Decision, passages: Sequence[Passage], result: tuple[int, int, int]
    ) -> None:
        service = self._service
        assert service.events is not None
        status, checks, released = result
        seconds = service.clock.monotonic() - self._began
        meeting = Meeting(
            service.clock.now(),
            self.phase,
            self._route,
            self._model,
            status,
            seconds,
            self._parent,
            checks,
            released,
        )
        content = self._policy.events.content
        size = _EVENT + sum([len(one.text) for one in passages])
        make = partial(line_of, decision, passages, meeting, content, service.hashing)
        if size > _HELD:
            service.events.put(make())
        else:
            service.events.later(size, make)


def parent_of(headers: Pairs) -> str:
    """Return the client's `traceparent` where it is one (W3C Trace Context, 3.2), else ""."""
    told = value_of(headers, b"traceparent")
    return told.decode() if _PARENT.fullmatch(told) else ""


def _possible(count: int | None) -> int | None:
    return count if count is not None and 0 <= count <= _MOST_TOKENS else None
