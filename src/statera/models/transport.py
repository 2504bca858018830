"""Bytes over HTTP to one server: the only file that knows the HTTP library.

    transport = Transport("http://localhost:8000/v1", timeouts=Timeouts())
    reply = await transport.post("/chat/completions", body)
    async for line in transport.lines("/chat/completions", body): ...
    await transport.close()

What arrives is returned as it is, whatever its status; what goes wrong on the wire is one
exception, `AttemptFailed`, which the retrying wrapper turns into a value.
"""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from errno import ECONNREFUSED
from os import strerror
from typing import Annotated, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

import aiohttp
import msgspec
from yarl import URL

from statera.errors import DeclarationError
from statera.models.attempts import AttemptFailed, HttpReply, Place
from statera.models.deadlines import Deadlines
from statera.models.loops import PerLoop

__all__ = ["AttemptFailed", "HttpReply", "Timeouts", "Transport", "read_address"]

Seconds = Annotated[float, msgspec.Meta(gt=0)]

_ENDPOINTS = ("/chat/completions", "/completions", "/embeddings", "/models")


class Timeouts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Seconds until an attempt is given up.

    `connect`: until the connection stands. `first_byte`: longest silence, before the first byte of
    the answer and between two pieces of it. `total`: the whole attempt.
    """

    connect: Seconds = 10.0
    first_byte: Seconds = 300.0
    total: Seconds = 600.0


class Address(NamedTuple):
    """Where a server is: `base` ends before `/chat/completions`, `root` before `/v1`."""

    base: str
    root: str
    query: str
    authorization: str | None


def read_address(url: str) -> Address:
    """Return the parts of a base URL, given with or without a slash or `/chat/completions`.

    A user name and password become an Authorization header; a query (`?api-version=…`) is sent
    with every request. Raises DeclarationError for what is no http(s) URL.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DeclarationError(f"not a valid URL: {error}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise DeclarationError("a model's URL starts with http:// or https:// and names a host")
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    path = _without_endpoint(parts.path.rstrip("/"))
    base = urlunsplit((parts.scheme, netloc, path, "", ""))
    return Address(
        base, base.removesuffix("/v1"), parts.query, _basic(parts.username, parts.password)
    )


def _without_endpoint(path: str) -> str:
    for endpoint in _ENDPOINTS:
        if path.endswith(endpoint):
            return path.removesuffix(endpoint)
    return path


def _basic(user: str | None, password: str | None) -> str | None:
    if user is None and password is None:
        return None
    pair = f"{unquote(user or '')}:{unquote(password or '')}"
    return "Basic " + b64encode(pair.encode()).decode()


class Transport:
    """A pool of connections to one server, opened at first use and kept until `close`.

    Each event loop has its own pool, closed at the latest when the loop ends its asynchronous
    generators, as `asyncio.run` does; so one model serves many runs.
    `headers` go with every request. At most `connections` are open at a time. Redirects are not
    followed, so that a key never travels to another host.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        connections: int = 64,
    ) -> None:
        self._address = read_address(base_url)
        self._headers = _all_headers(headers or {}, self._address.authorization)
        self._timeouts = timeouts or Timeouts()
        self._connections = connections
        self._urls: dict[tuple[str, Place], URL] = {}
        self._sessions = PerLoop(self._started)
        self._connecting = aiohttp.ClientTimeout(sock_connect=self._timeouts.connect)

    @property
    def base_url(self) -> str:
        """The base URL without credentials, query and trailing slash."""
        return self._address.base

    async def post(self, path: str, body: bytes, *, at: Place = "base") -> HttpReply:
        """Send a JSON body and return the answer, whatever its status; AttemptFailed if none."""
        limits, session, begun = self._timeouts, await self._open(), False
        silent, deadlines = min(limits.first_byte, limits.total), session.deadlines
        task = deadlines.begin(silent)
        try:
            async with session.client.post(
                self._url(path, at), data=body, allow_redirects=False, timeout=self._connecting
            ) as response:
                begun = True
                deadlines.extend(task, limits.total - silent)
                return HttpReply(response.status, response.headers, await response.read())
        except asyncio.CancelledError:
            if deadlines.passed(task):
                raise _unfinished() if begun else _silent() from None
            raise
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _attempt_failed(error) from error
        finally:
            deadlines.end(task)

    async def get(self, path: str, *, at: Place = "base") -> HttpReply:
        """Fetch a path and return the answer, whatever its status; AttemptFailed if none."""
        try:
            client = (await self._open()).client
            async with client.get(self._url(path, at), allow_redirects=False) as response:
                return HttpReply(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise _attempt_failed(error) from error

    async def lines(self, path: str, body: bytes) -> AsyncGenerator[bytes, None]:
        """Send a JSON body and yield the answer line by line, as the lines arrive.

        Line ends (LF, CRLF, CR) are taken off. An answer whose status is not 200 raises
        AttemptFailed with the whole `reply`.
        """
        client, url = (await self._open()).client, self._url(path, "base")
        async with (
            _failures_told(),
            client.post(url, data=body, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                reply = HttpReply(answer.status, answer.headers, await answer.read())
                raise AttemptFailed("server", "no stream", status=answer.status, reply=reply)
            rest = b""
            async for chunk in answer.content.iter_any():
                *whole, rest = _split(rest + chunk)
                for line in whole:
                    yield line
            if rest:
                yield rest.removesuffix(b"\r")

    async def close(self) -> None:
        """Close every connection of this event loop; it may be used again afterwards."""
        if (session := self._sessions.forget()) is not None:
            await session.closing.aclose()

    async def _open(self) -> "_Session":
        session = self._sessions.here()
        if not session.opened:
            session.opened = True
            await anext(session.closing)
        return session

    def _started(self) -> "_Session":
        limits = self._timeouts
        client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=self._headers,
            timeout=aiohttp.ClientTimeout(
                total=limits.total,
                sock_connect=limits.connect,
                sock_read=limits.first_byte,
            ),
        )
        return _Session(client, Deadlines(min(limits.first_byte, limits.total)))

    def _url(self, path: str, at: Place) -> URL:
        url = self._urls.get((path, at))
        if url is None:
            start = self._address.base if at == "base" else self._address.root
            query = f"?{self._address.query}" if self._address.query else ""
            url = self._urls[path, at] = URL(f"{start}{path}{query}")
        return url


class _Session:
    """A pool of connections, with the generator by which its event loop closes it at its end."""

    def __init__(self, client: aiohttp.ClientSession, deadlines: Deadlines) -> None:
        self.client, self.deadlines = client, deadlines
        self.closing = _closing(client)
        self.opened = False


async def _closing(client: aiohttp.ClientSession) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await client.close()


def _all_headers(headers: Mapping[str, str], authorization: str | None) -> dict[str, str]:
    standard = {"content-type": "application/json", "accept": "application/json"}
    if authorization:
        standard["authorization"] = authorization
    for name, value in headers.items():
        if not (name.isascii() and value.isprintable() and value.isascii()):
            raise DeclarationError(f"header '{name}' holds a character that HTTP does not allow")
        standard[name.lower()] = value
    return standard


def _split(data: bytes) -> list[bytes]:
    """Return the whole lines in `data` and, last, what may still go on."""
    if b"\r" not in data:
        return data.split(b"\n")
    held = data.endswith(b"\r")
    text = data[:-1] if held else data
    *whole, rest = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    return [*whole, rest + b"\r" if held else rest]


@asynccontextmanager
async def _failures_told() -> AsyncIterator[None]:
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise _attempt_failed(error) from error


def _attempt_failed(error: Exception) -> AttemptFailed:
    """Return what went wrong on the wire, in words that a reader can act upon."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return AttemptFailed("timeout", "no connection before the connect time-out")
    if isinstance(error, aiohttp.SocketTimeoutError):
        return _silent()
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError):
        return AttemptFailed("connect", f"cannot connect to {_unconnected(error)}")
    if isinstance(error, TimeoutError):
        return _unfinished()
    if isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError):
        return AttemptFailed("undecodable", f"the answer broke off or is no HTTP: {error}")
    return AttemptFailed("reset", f"the connection broke: {error or type(error).__name__}")


def _silent() -> AttemptFailed:
    return AttemptFailed("timeout", "the server fell silent until the first-byte time-out")


def _unfinished() -> AttemptFailed:
    return AttemptFailed("timeout", "no whole answer before the total time-out")


def _unconnected(
    error: aiohttp.ClientConnectorError | aiohttp.ClientConnectorCertificateError,
) -> str:
    """Return the place without the library's own words, and why nothing came of it."""
    place = f"{error.host}:{error.port}"
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"{place}: its certificate is not trusted: {error.certificate_error}"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"{place}: no host of that name is known"
    if isinstance(error, aiohttp.ClientConnectorSSLError):
        return f"{place}: it does not speak HTTPS as it should: {error.os_error}"
    if error.errno == ECONNREFUSED:
        return f"{place}: nothing listens there"
    return f"{place}: {strerror(error.errno) if error.errno else error.os_error}"
