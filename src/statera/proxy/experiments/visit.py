"""One request to an application behind the middleware: treated, passed on, recorded.

await Visit(assigner, keys, app, scope).run(receive, send)
"""

import asyncio
import secrets
from collections.abc import Mapping

from statera.experiment.opened import Opened
from statera.experiment.rewriting import GENERATING, Body, Change, rewritten, takes_prompt
from statera.proxy.answers import DECISION_ID
from statera.proxy.aside import MOST_AT_ONCE
from statera.proxy.bodies import Message, Receive, Send, replaying
from statera.proxy.documents import decode, encode
from statera.proxy.experiments.accounts import Account, answered, response_number
from statera.proxy.experiments.choosing import ARM, EXPERIMENT
from statera.proxy.experiments.current import Asked, Assigned, Assigner, CurrentArm, entered, left
from statera.proxy.experiments.hearing import Hearing
from statera.proxy.experiments.keys import Keys
from statera.proxy.experiments.lifespan import Asgi
from statera.proxy.experiments.recording import NO_PROMPT
from statera.proxy.experiments.tokens import HEADER, sign
from statera.proxy.headers import Pairs, is_json, value_of
from statera.proxy.wire.api import Usage
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.routes import api_of
from statera.records.live import decision_number

MOST = 8 * 2**20
"""Bytes of a request that is rewritten; a longer one is passed on as it came."""


class Visit:
    """One request to the application and its answer."""

    def __init__(self, assigner: Assigner, keys: Keys, app: Asgi, scope: Message) -> None:
        self._assigner, self._keys, self._app = assigner, keys, app
        others: Mapping[str, Assigned] = scope.get("state", {}).get("statera") or {}
        decision = next((one.decision for one in others.values()), "") or secrets.token_hex(8)
        self._assigned = Assigned(assigner, dict(reversed(scope["headers"])), decision)
        self._all = {**others, assigner.chooser.name: self._assigned}
        self._scope = {**scope, "state": {**scope.get("state", {}), "statera": self._all}}
        self._clock = assigner.clock
        self._began = self._clock.monotonic()
        self._status = 0
        self._first: float | None = None
        self._hearing: Hearing | None = None

    async def run(self, receive: Receive, send: Send) -> None:
        """Have it answered, and record what came of it."""
        token, fault = entered(self._all), False
        try:
            receive = await self._treated(receive)
            await self._app(self._scope, receive, self._sending(send))
        except Exception:
            fault = True
            raise
        finally:
            left(token)
            self._record(fault=fault)

    async def _treated(self, receive: Receive) -> Receive:
        """Return what gives the request as its arm has it."""
        scope = self._scope
        api = api_of(scope["path"]) if scope["method"] == "POST" else None
        if api is None or api.name not in GENERATING or not _is_plain(scope["headers"]):
            return receive
        messages, data = await _gathered(receive)
        if data is None:
            return replaying(messages, receive)
        try:
            body = await _decoded(data)
        except Refused:
            return replaying(messages, receive)
        opened = self._assigner.chooser.opened
        unfit = NO_PROMPT if opened.prompts and not takes_prompt(api.name, body) else ""
        arm = self._assigned.arm(Asked(body, unfit=unfit))
        change = _change(opened, arm)
        if not arm.assigned or change.is_none:
            return replaying(messages, receive)
        data = encode(rewritten(api.name, body, change))
        scope["headers"] = [*_without_length(scope["headers"]), _length(data)]
        return replaying([{"type": "http.request", "body": data, "more_body": False}], receive)

    def _sending(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            kind = message["type"]
            if kind == "http.response.start":
                self._status = message["status"]
                headers: Pairs = message.get("headers", ())
                self._hearing = Hearing([(name.lower(), value) for name, value in headers])
                if self._assigned.choice is not None:
                    message = {**message, "headers": [*headers, *self._told(headers)]}
            elif kind == "http.response.body" and self._hearing is not None:
                self._heard(self._hearing, message.get("body", b""))
            await send(message)

        return sending

    def _heard(self, hearing: Hearing, data: bytes) -> None:
        if data and hearing.streamed and self._first is None:
            self._first = self._clock.monotonic() - self._began
        if self._assigned.choice is not None:
            hearing.feed(data)

    def _told(self, headers: Pairs) -> list[tuple[bytes, bytes]]:
        """Return what the client is told; decision and token once, whoever is around us."""
        choice, decision = self._assigned.choice, self._assigned.decision
        assert choice is not None
        number = decision_number(decision) or 0
        told = [(EXPERIMENT, choice.design.experiment.encode()), (ARM, choice.name.encode())]
        if not value_of(headers, HEADER):
            token = sign(self._keys.feedback, number).encode()
            told += [(DECISION_ID, decision.encode()), (HEADER, token)]
        return told

    def _record(self, *, fault: bool) -> None:
        """Write down what came of a request whose arm was asked for."""
        choice, hearing = self._assigned.choice, self._hearing
        if choice is None:
            return
        if hearing is not None:
            hearing.close()
        waited = self._clock.monotonic() - self._began
        usage = hearing.usage if hearing is not None else Usage()
        status = 500 if fault and not self._status else self._status
        response = hearing.response if hearing is not None else None
        self._assigner.keeper.put(
            answered(
                Account(status, waited, self._first, usage, fault, "", "", ""),
                decision=decision_number(self._assigned.decision) or 0,
                at=self._clock.now(),
                arm=choice.name,
                response=response_number(self._keys.unit, response),
                price=choice.design.arms[choice.arm].price,
            )
        )


def _change(opened: Opened, arm: CurrentArm) -> Change:
    place = next(one.place for one in opened.design.arms if one.name == arm.name)
    return Change(arm.model, arm.prompt, place, arm.parameters)


def _is_plain(headers: Pairs) -> bool:
    """Return whether a body can be read: JSON in UTF-8, or of no kind, and not compressed."""
    kind = value_of(headers, b"content-type")
    coding = value_of(headers, b"content-encoding")
    return coding in (b"", b"identity") and (not kind or is_json(kind))


async def _gathered(receive: Receive) -> tuple[list[Message], bytes | None]:
    """Return what came in, and the body; None for one that is too long or was not all sent."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if message["type"] != "http.request" or size > MOST:
            return messages, None
        if not message.get("more_body"):
            return messages, b"".join(one.get("body", b"") for one in messages)


async def _decoded(data: bytes) -> Body:
    """Return a body's object; a long one is read in a thread. Refused for what is none."""
    if len(data) <= MOST_AT_ONCE:
        return decode(data)
    return await asyncio.to_thread(decode, data)


def _without_length(headers: Pairs) -> list[tuple[bytes, bytes]]:
    dropped = (b"content-length", b"transfer-encoding")
    return [pair for pair in headers if pair[0] not in dropped]


def _length(data: bytes) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(data)
