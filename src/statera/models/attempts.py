"""One attempt to ask a server: what comes back, how it fails, and who makes it.

Apart from the transport, so that what wraps or reads attempts loads no HTTP library.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Literal, NamedTuple, Protocol

AttemptKind = Literal["connect", "reset", "timeout", "busy", "server", "undecodable"]
Place = Literal["base", "root"]


class AttemptFailed(Exception):
    """One attempt failed in a way that another may not. Never leaves the stack of wrappers.

    `connect`: no connection. `reset`: the connection broke. `timeout`: connect, first byte or
    total. `busy`: 429. `server`: another status that is worth a retry. `undecodable`: cut, HTML,
    bad JSON, no choices. `retry_after` is in seconds, or None where the server did not say.
    `reply` is the whole answer when there was one; `seconds` what it took, where that was measured.
    """

    def __init__(
        self,
        kind: AttemptKind,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        reply: "HttpReply | None" = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.reply = reply
        self.seconds: float | None = None


class HttpReply(NamedTuple):
    """An answer as it came. `headers` are found by their lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire(Protocol):
    """Bytes to one server and back; `models.transport.Transport` is the real one."""

    @property
    def base_url(self) -> str: ...  # noqa: D102
    async def post(self, path: str, body: bytes, *, at: Place = "base") -> HttpReply: ...  # noqa: D102
    async def get(self, path: str, *, at: Place = "base") -> HttpReply: ...  # noqa: D102
    def lines(self, path: str, body: bytes) -> AsyncGenerator[bytes, None]: ...  # noqa: D102
    async def close(self) -> None: ...  # noqa: D102
