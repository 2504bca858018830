"""`POST /v1/feedback`: what people say of answers, taken from browsers and from servers.

    feedbacks = Feedbacks(shipper, Rules(designs, proofs), clock=clock, count=metrics.feedback)
    await feedbacks(scope, receive, send)                                 # an ASGI application

A browser shows the token of its answer (`x-statera-feedback`, as a header or as a field `token`),
a server its Bearer. 202 `{"accepted": 1, "ids": [...]}` says that the report is kept: on disk if
the database is away. A report of a decision that nobody knows is kept too, since its exposure may
still be on the way; the analysis counts it apart. Reports may come at any time and again.

| status | code | counted as |
|---|---|---|
| 202 | | `accepted`, one a report |
| 400 | `invalid_json`, `invalid_report` | `invalid` |
| 401, 403 | `unauthorized`, `forged` | `unauthorized`, `forged` |
| 405 | `method_not_allowed` | `invalid` |
| 413 | `request_too_large` | `too_large` |
| 429 | `too_many_reports` | `limited` |
| 503 | `not_kept` | `not_kept` |
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, NamedTuple

from statera.protocols import Clock
from statera.proxy.answers import Answer, deliver, failure_of, json_answer
from statera.proxy.bodies import Gone, Message, Receive, Send, TooLarge, read_body
from statera.proxy.experiments.recording import Keeps, kept
from statera.proxy.experiments.reports import Caller, Forged, Rules, Unproven
from statera.proxy.experiments.tokens import HEADER
from statera.proxy.headers import Pairs, value_of
from statera.proxy.wire.api import Failure
from statera.proxy.wire.refusals import Refused
from statera.records.live import Feedback, decision_text

FEEDBACK = "/v1/feedback"
SNIPPET = Path(__file__).parent / "snippets" / "feedback.js"
"""What pages take to report: an ES module without imports."""

Reason = Literal[
    "accepted", "invalid", "unauthorized", "forged", "too_large", "limited", "not_kept"
]
Count = Callable[[Reason, int], None]

_BEARER = b"bearer "
_ALLOWED = b"authorization, content-type, " + HEADER
_DAY = b"86400"


class Limits(NamedTuple):
    """How much is taken: bytes of a body, reports a second, and by token of one decision."""

    body: int = 2**20
    a_second: int = 10_000
    a_decision: int = 64
    decisions: int = 2**16


class Limited(Exception):
    """More reports than are taken."""


class Feedbacks:
    """The endpoint, on one event loop; `origins` are those whose pages may call it (`*`: all)."""

    def __init__(
        self,
        keeper: Keeps,
        rules: Rules,
        *,
        clock: Clock,
        count: Count,
        origins: Iterable[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._keeper, self._rules, self._clock, self._count = keeper, rules, clock, count
        self._origins = frozenset(origin.encode() for origin in origins)
        self._limits = limits or Limits()
        self._counts = _Counts(self._limits, clock)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers: Pairs = scope["headers"]
        shared = self._shared(value_of(headers, b"origin"))
        if scope["method"] == "OPTIONS":
            more = _preflight() if shared else []
            await deliver(send, Answer(200, [*shared, *more], b""))
            return
        answer, reason, number = await self._answered(scope["method"], headers, receive)
        self._count(reason, number)
        await deliver(send, answer._replace(headers=[*answer.headers, *shared]))

    async def _answered(
        self, method: str, headers: Pairs, receive: Receive
    ) -> tuple[Answer, Reason, int]:
        """Return the answer, and what is counted of it, how often."""
        if method != "POST":
            failure = Failure(405, "method_not_allowed", "Allowed here: POST, OPTIONS.")
            return _failed(failure, [(b"allow", b"POST, OPTIONS")]), "invalid", 1
        try:
            body = await read_body(headers, receive, limit=self._limits.body)
            reports = self._rules.read(body, self._caller(headers), at=self._clock.now())
            self._counts.take(reports)
        except Refused as refused:
            return _failed(Failure(400, refused.code, str(refused), refused.param)), "invalid", 1
        except tuple(_TURNED) as error:
            status, reason, code = _TURNED[type(error)]
            return _failed(Failure(status, code, str(error))), reason, 1
        return self._kept(reports)

    def _kept(self, reports: tuple[Feedback, ...]) -> tuple[Answer, Reason, int]:
        if not kept(self._keeper, reports):
            failure = Failure(503, "not_kept", "Reports cannot be kept now; send them again.")
            return _failed(failure), "not_kept", len(reports)
        ids = [decision_text(report.id) for report in reports]
        return json_answer(202, {"accepted": len(reports), "ids": ids}), "accepted", len(reports)

    def _caller(self, headers: Pairs) -> Caller:
        token = value_of(headers, HEADER).decode("latin-1")
        given = value_of(headers, b"authorization")
        own = given[:7].lower() == _BEARER and self._rules.known(given[7:].decode("latin-1"))
        return Caller(trusted=own, strange=bool(given) and not own, token=token)

    def _shared(self, origin: bytes) -> list[tuple[bytes, bytes]]:
        """Return the headers by which a browser lets a page of this origin read the answer."""
        if not origin or not self._origins & {origin, b"*"}:
            return []
        return [(b"access-control-allow-origin", origin), (b"vary", b"origin")]


class _Counts:
    """Counts reports: all of a second, and those that came by token of one decision."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits, self._clock = limits, clock
        self._second, self._taken = 0, 0
        self._of: OrderedDict[int | None, int] = OrderedDict()

    def take(self, reports: tuple[Feedback, ...]) -> None:
        """Count reports; Limited for more than are taken, of which none is counted."""
        second = int(self._clock.monotonic())
        if second != self._second:
            self._second, self._taken = second, 0
        if self._taken + len(reports) > self._limits.a_second:
            raise Limited("More reports a second than are taken; send them again later.")
        signed = Counter(one.decision for one in reports if one.source == "signed")
        for decision, number in signed.items():
            if self._of.get(decision, 0) + number > self._limits.a_decision:
                raise Limited(f"More than {self._limits.a_decision} reports by one token.")
        for decision, number in signed.items():
            self._of[decision] = self._of.pop(decision, 0) + number
        while len(self._of) > self._limits.decisions:
            self._of.popitem(last=False)
        self._taken += len(reports)


_TURNED: dict[type[Exception], tuple[int, Reason, str]] = {
    Unproven: (401, "unauthorized", "unauthorized"),
    Forged: (403, "forged", "forged"),
    TooLarge: (413, "too_large", "request_too_large"),
    Limited: (429, "limited", "too_many_reports"),
    Gone: (400, "invalid", "gone"),
}


def _failed(failure: Failure, headers: Pairs = ()) -> Answer:
    """Return the answer to a report that is not kept; where it may be later, after how long."""
    again = 1 if failure.status in (429, 503) else 0
    more = [(b"www-authenticate", b"Bearer")] if failure.status == 401 else []
    return json_answer(failure.status, failure_of(failure), [*headers, *more], retry_after=again)


def _preflight() -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", _ALLOWED),
        (b"access-control-max-age", _DAY),
    ]
