"""What an operator may ask and order, on an address of its own: loopback, or with a token.

GET  /control/inflight     {"inflight": 3, "waiting": 0, "draining": false}
GET  /control/policy       the policy in force, and why a newer one was not taken
POST /control/drain        take nothing new, in no worker; what is in flight may finish
POST /control/resume       take requests again, where the guard is not ending
POST /control/reload       read the policy again: 200, or 409 with what is wrong; then the old stays

With a token: `Authorization: Bearer TOKEN`. Without one only what this machine itself asks is
answered: a browser's page names its `Origin`, or a `Host` that is not loopback.
"""

import hmac
import re
from collections.abc import Awaitable, Callable

import msgspec

from statera.proxy.answers import Answer, deliver, failure_of, json_answer
from statera.proxy.board import Board
from statera.proxy.bodies import Message, Receive, Send
from statera.proxy.headers import Pairs, value_of
from statera.proxy.service import Service
from statera.proxy.wire.api import Failure

Order = Callable[[], Awaitable[Answer]]
Reload = Callable[[], Awaitable[str]]

_LOCAL = re.compile(r"(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?", re.I | re.ASCII)


class Control:
    """The application; `reload` reads the policy again and returns what is wrong, or ""."""

    def __init__(self, service: Service, board: Board, reload: Reload, token: str = "") -> None:
        self._service, self._board, self._reload = service, board, reload
        self._token = token
        self._orders: dict[tuple[str, str], Order] = {
            ("GET", "/control/inflight"): self._inflight,
            ("GET", "/control/policy"): self._policy,
            ("POST", "/control/drain"): self._drain,
            ("POST", "/control/resume"): self._resume,
            ("POST", "/control/reload"): self._reloaded,
        }

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        del receive
        if scope["type"] == "http":
            await deliver(send, await self._answer(scope))

    async def _answer(self, scope: Message) -> Answer:
        headers = scope["headers"]
        if not self._token and not _is_local(headers):
            return _no(403, "forbidden", "Without a token control answers this machine only.")
        if not self._known(value_of(headers, b"authorization")):
            return _no(401, "unauthorized", "Control needs its token.")
        order = self._orders.get((scope["method"], scope["path"]))
        if order is not None:
            return await order()
        paths = sorted(f"{method} {path}" for method, path in self._orders)
        return _no(404, "unknown_order", f"There are {', '.join(paths)}.")

    def _known(self, authorization: bytes) -> bool:
        expected = f"Bearer {self._token}".encode()
        return not self._token or hmac.compare_digest(authorization, expected)

    async def _inflight(self) -> Answer:
        busy = self._board.total()
        told = {"inflight": busy.inflight, "waiting": busy.waiting}
        return json_answer(200, told | {"draining": self._board.draining})

    async def _policy(self) -> Answer:
        keeper = self._service.keeper
        armed = keeper.armed
        told = {
            "file": str(keeper.source.path),
            "digest": armed.digest,
            "fault": keeper.fault,
            "policy": msgspec.to_builtins(armed.policy),
        }
        return json_answer(200, told)

    async def _drain(self) -> Answer:
        self._board.drain()
        self._service.admission.turn_away()
        return await self._inflight()

    async def _resume(self) -> Answer:
        self._board.resume()
        return await self._inflight()

    async def _reloaded(self) -> Answer:
        fault = await self._reload()
        if fault:
            return _no(409, "policy_kept", f"The old policy stays: {fault}")
        return json_answer(200, {"digest": self._service.keeper.armed.digest})


def _no(status: int, code: str, message: str) -> Answer:
    return json_answer(status, failure_of(Failure(status, code, message)))


def _is_local(headers: Pairs) -> bool:
    """Return whether no page of a browser asks: no `Origin`, and no `Host` but loopback's."""
    names = [name for name, _ in headers]
    if b"origin" in names or names.count(b"host") > 1:
        return False
    host = value_of(headers, b"host").decode("latin-1")
    return not host or _LOCAL.fullmatch(host) is not None
