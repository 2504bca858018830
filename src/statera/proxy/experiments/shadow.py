"""Copies of requests for a candidate that nobody is shown: in the background, bounded, checked.

    copies = Copies(context, put, most=32)
    copies.send(Copy(...))             # at once; one too many is dropped and counted

A copy is sent as whole answers are (no stream), in no provider's keeping, and not at all where it
would do something twice (`rewriting.has_effects`). It goes only once the guard has let the client's
request pass, with what that took out taken out. The candidate's own policy checks it too. What
comes back is read by the guard for its outcome, recorded, and shown to nobody.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple, ParamSpec, TypeVar

from msgspec import structs

from statera.experiment.rewriting import as_copy, has_effects, rewritten
from statera.guard.policy import Place
from statera.protocols import Clock
from statera.proxy.aside import aside
from statera.proxy.connection import UpstreamFault
from statera.proxy.documents import decode, encode
from statera.proxy.experiments.accounts import cost_of, response_number
from statera.proxy.experiments.arms import Treatment
from statera.proxy.experiments.online import Job, Reader, Reading
from statera.proxy.headers import Pairs, texts, value_of
from statera.proxy.keeper import Armed
from statera.proxy.metrics import Metrics
from statera.proxy.upstream import UpstreamClient
from statera.proxy.wire.api import Api, model_of, usage_of
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, after, passages, with_context
from statera.records.guarding import Outcome, Passage
from statera.records.live import Answered, decision_text

P = ParamSpec("P")
T = TypeVar("T")

logger = logging.getLogger("statera.guard")

MOST = 32
"""Copies of one worker that are on their way at a time."""


_ONCE_EACH = (b"idempotency-key", b"x-idempotency-key")
"""Headers that name one request: a copy is another one."""


class Context(NamedTuple):
    """What copies need of the guard: `armed` gives its policy, `reader` reads long bodies."""

    clock: Clock
    metrics: Metrics
    upstream: UpstreamClient
    armed: Callable[[], Armed]
    reader: Executor | None
    max_reply: int
    seconds: float
    key: bytes


class Copy(NamedTuple):
    """One request to copy: the body as the guard let it pass, its bytes, and path with query."""

    experiment: str
    decision: int
    api: Api
    treatment: Treatment
    body: Body
    size: int
    headers: Pairs
    target: bytes
    reading: Reading


class Found(NamedTuple):
    """What came of a copy, what was asked, and what of the answer is to be read."""

    answered: Answered
    asked: tuple[Passage, ...] = ()
    said: tuple[Passage, ...] = ()


class _Reply(NamedTuple):
    """A candidate's reply: its body None where that is no JSON object, its length in bytes."""

    status: int
    body: Body | None
    seconds: float
    size: int


class Copies:
    """The copies of one worker, on one event loop; `texts` reads the answers."""

    def __init__(self, context: Context, texts: Reader, *, most: int = MOST) -> None:
        self._context, self._texts, self._most = context, texts, most
        self._tasks: set[asyncio.Task[None]] = set()

    async def settled(self) -> None:
        """Wait until no copy is on its way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def send(self, copy: Copy) -> None:
        """Have a copy answered in the background, or count it as dropped."""
        if has_effects(copy.body):
            self._context.metrics.shadowed(copy.experiment, "unrepeatable")
        elif len(self._tasks) >= self._most:
            self._context.metrics.shadowed(copy.experiment, "dropped")
        else:
            task = asyncio.get_running_loop().create_task(self._run(copy))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """End all copies that are on their way; they are recorded nowhere."""
        for task in self._tasks:
            task.cancel()

    async def _run(self, copy: Copy) -> None:
        metrics, clock = self._context.metrics, self._context.clock
        known = Answered(
            decision=copy.decision, at=clock.now(), arm=copy.treatment.name, shadow=True
        )
        began = clock.monotonic()
        try:
            async with asyncio.timeout(self._context.seconds):
                found = await _Passage(self._context, copy).answered(known)
            metrics.shadowed(copy.experiment, "answered")
        except Exception as error:
            metrics.shadowed(copy.experiment, "failed")
            if not isinstance(error, UpstreamFault | Refused | TimeoutError):
                logger.error("a copy failed in the guard: %s", type(error).__name__, exc_info=error)
            waited = clock.monotonic() - began
            found = Found(structs.replace(known, fault=True, status=502, seconds=waited))
        answered = structs.replace(found.answered, at=clock.now())
        reading = copy.reading if found.said else Reading()
        self._texts.take(Job(answered, found.asked, found.said, copy.api, reading))


class _Passage:
    """One copy on its way there and back."""

    def __init__(self, context: Context, copy: Copy) -> None:
        self._context, self._copy = context, copy
        keeper = copy.treatment.keeper
        self._own = keeper is not None
        self._armed = keeper.armed if keeper is not None else context.armed()
        self._place = Place(
            route=copy.api.routes[0],
            model=copy.treatment.change.model or model_of(copy.body),
            headers=texts(copy.headers) if self._armed.scoped else {},
        )

    async def answered(self, known: Answered) -> Found:
        """Return what came of it, with what was asked and said."""
        copy, armed = self._copy, self._armed
        slots = await self._aside(copy.size, copy.api.read_request, copy.body, armed.policy)
        asked = passages(with_context(slots, armed.context))
        known = structs.replace(known, policy=armed.digest, guarded_input="allow")
        if self._own and (outcome := await self._checked(asked)) in ("block", "unavailable"):
            status = 503 if outcome == "unavailable" else 400
            return Found(structs.replace(known, guarded_input=outcome, status=status), asked)
        reply = await self._sent()
        known = structs.replace(known, status=reply.status, seconds=reply.seconds)
        if reply.body is None:
            return Found(structs.replace(known, fault=reply.status < 400), asked)
        said = await self._said(reply, reply.body)
        outcome = await self._checked(said)
        unread = reply.status >= 400 or outcome == "block"
        return Found(self._told(known, reply.body, outcome), asked, () if unread else said)

    def _told(self, known: Answered, body: Body, outcome: Outcome) -> Answered:
        usage, late = usage_of(body), outcome == "unavailable"
        return structs.replace(
            known,
            status=503 if late else known.status,
            response=response_number(self._context.key, body.get("id")),
            input_tokens=usage.input,
            output_tokens=usage.output,
            cost=cost_of(self._copy.treatment.price, usage),
            guarded_output=outcome,
            fault=late,
        )

    async def _said(self, reply: _Reply, body: Body) -> tuple[Passage, ...]:
        api, prompt = self._copy.api, self._copy.treatment.change.prompt
        read = api.read_error if reply.status >= 400 else api.read_reply
        slots = await self._aside(reply.size, read, body, self._armed.policy)
        return after(passages(slots), (), (prompt,) if prompt else ())

    async def _sent(self) -> _Reply:
        copy, clock = self._copy, self._context.clock
        name = copy.api.name
        body = as_copy(name, rewritten(name, copy.body, copy.treatment.change))
        data = await self._aside(copy.size, encode, body)
        client, treatment = copy.treatment.client or self._context.upstream, copy.treatment
        told = [one for one in treatment.headers(copy.headers, name) if one[0] not in _ONCE_EACH]
        began = clock.monotonic()
        reply = await client.open(b"POST", treatment.target(copy.target), told, data)
        try:
            found = await reply.read(limit=self._context.max_reply)
        finally:
            reply.close()
        seconds = clock.monotonic() - began
        if value_of(reply.headers, b"content-encoding") not in (b"", b"identity"):
            return _Reply(reply.status, None, seconds, 0)
        try:
            said = await self._aside(len(found), decode, found)
        except Refused:
            said = None
        return _Reply(reply.status, said, seconds, len(found))

    async def _checked(self, said: Sequence[Passage]) -> Outcome:
        name = decision_text(self._copy.decision)
        decision = await self._armed.guard.check(tuple(said), self._place, decision_id=name)
        return decision.outcome

    async def _aside(self, size: int, read: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        return await aside(self._context.reader, size, read, *args, **named)
