"""An endpoint under examination: sends single requests as they are and keeps what came back.

Nothing is adapted here, because what a server refuses is what is to be found out. Only what may
pass (429, 5xx, a broken connection) is asked again, twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from statera.models.endpoint import RETRIED, Endpoint
from statera.models.http import CHAT, COMPLETIONS
from statera.models.rejections import read_complaint
from statera.models.replies import Undecodable, read_reply
from statera.models.transport import AttemptFailed, HttpReply
from statera.records.responses import Response

_WAITS = (1.0, 3.0)


class Sent(NamedTuple):
    """What one request came to: a response, or the server's `words` for why there is none."""

    status: int
    response: Response | None
    choices: int
    words: str
    seconds: float

    @property
    def text(self) -> str:
        """What was said, or an empty string."""
        return (self.response.text or "") if self.response else ""


class Habits(NamedTuple):
    """How an endpoint takes the simplest request, once that is known.

    `least` is the fewest tokens to ask for: a model that thinks first refuses to be cut sooner.
    """

    path: str = CHAT
    limit: str = "max_tokens"
    temperature: bool = True
    least: int = 0

    @property
    def chat(self) -> bool:
        """True when conversations are answered, not only texts continued."""
        return self.path == CHAT


class Examinee:
    """A server with a model's name; `habits` is set by the examination."""

    def __init__(
        self,
        endpoint: Endpoint,
        name: str,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.endpoint = endpoint
        self.name = name
        self.habits = Habits()
        self._sleep = sleep

    async def say(self, prompt: str, tokens: int, fields: Mapping[str, Any] | None = None) -> Sent:
        """Ask in the way that is known to work, with more `fields`; None takes a field out."""
        habits = self.habits
        body: dict[str, Any] = {habits.limit: max(tokens, habits.least)}
        if habits.temperature:
            body["temperature"] = 0.0
        body = {k: v for k, v in (body | dict(fields or {})).items() if v is not None}
        return await self.send(habits.path, prompt, body)

    async def send(self, path: str, prompt: str, fields: Mapping[str, Any]) -> Sent:
        """Ask once, as it is; AttemptFailed when nothing comes back in three attempts."""
        asked: dict[str, Any] = {"prompt": prompt}
        if path == CHAT:
            asked = {"messages": [{"role": "user", "content": prompt}]}
        clock = self.endpoint.clock
        body = msgspec.json.encode({"model": self.name} | asked | dict(fields))
        began = clock.monotonic()
        reply = await self.post(path, body)
        return self._read(reply, clock.monotonic() - began)

    async def post(self, path: str, body: bytes) -> HttpReply:
        """Send a body, again after a pause where that may help."""
        for wait in _WAITS:
            try:
                reply = await self.endpoint.post(path, body)
                if reply.status not in RETRIED and reply.status < 500:
                    return reply
            except AttemptFailed as failed:
                if failed.kind == "timeout":
                    raise
            await self._sleep(wait)
        return await self.endpoint.post(path, body)

    def _read(self, reply: HttpReply, seconds: float) -> Sent:
        if reply.status != 200:
            words = self.endpoint.masked(read_complaint(reply.body).message)
            return Sent(reply.status, None, 0, words, seconds)
        try:
            response = read_reply(reply.body)
        except Undecodable as error:
            return Sent(200, None, 0, str(error), seconds)
        return Sent(200, response, _choices(reply.body), "", seconds)


class _Choices(msgspec.Struct):
    choices: list[msgspec.Raw] = []


def _choices(body: bytes) -> int:
    return len(msgspec.json.decode(body, type=_Choices).choices)


PATHS = (CHAT, COMPLETIONS)
