"""Lets only the page's own requests through: another site in the same browser cannot act.

The address holds a random token, the Host header must name this server (a name that another site
points at it does not), and what changes anything must come from this page by its own account.
"""

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SENT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_READING = ("GET", "HEAD")


class Guarded:
    """An application behind the door. Without `hosts` any Host is let in: the token remains."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign request with 403; add the security headers to every answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_SENT)
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        app = PlainTextResponse(refusal, status_code=403) if refusal else self._app
        await app(scope, receive, sending)

    def _refusal(self, method: str, headers: Headers) -> str:
        host = headers.get("host", "")
        if self._hosts and host.lower() not in self._hosts:
            return f"this server does not answer to the name '{host}'"
        if method in _READING:
            return ""
        if not host or headers.get("origin", "").partition("://")[2] != host:
            return "only the page itself may send this"
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return "only the page itself may send this"
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return "the page sends JSON"
        return ""
