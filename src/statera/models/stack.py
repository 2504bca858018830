"""The wrappers round a model behind HTTP, in their order, at one place.

Retrying        waits and asks again; failures become values here
  Limited       each attempt holds one of at most `max_connections` slots
    HttpModel   one attempt: body, answer, the server's dialect

model = http_model("http://localhost:8000/v1", "my-model", key=key)
response = await model.answer(Chat(messages=(Message("user", "Hi"),)))
await model.close()
"""

import re
from collections.abc import Mapping
from functools import partial
from random import Random
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import msgspec

from statera.models.clock import SystemClock
from statera.models.echo import EchoScorer
from statera.models.endpoint import Endpoint
from statera.models.http import COMPLETIONS, HttpModel
from statera.models.limit import Limit, Limited
from statera.models.retry import Retrying, RetryPolicy
from statera.models.transport import Timeouts, Transport
from statera.protocols import Clock

_SECRET_NAME = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an endpoint is asked.

    `headers` go with every request and `body` fields with every chat and completion. `identity`
    replaces `URL#NAME` in digests, for an endpoint that moves.
    """

    max_connections: Annotated[int, msgspec.Meta(ge=1)] = 64
    retry: RetryPolicy = RetryPolicy()
    timeouts: Timeouts = Timeouts()
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    identity: str | None = None

    def __repr__(self) -> str:
        """Show everything but the values of headers, which may be keys."""
        shown = [f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__]
        names = f"headers={{{', '.join(self.headers)}}}"
        kept = [names if one.startswith("headers=") else one for one in shown]
        return f"HttpSettings({', '.join(kept)})"


def http_model(
    url: str,
    name: str,
    *,
    settings: HttpSettings | None = None,
    key: str | None = None,
    clock: Clock | None = None,
) -> Retrying:
    """Return the model `name` at `url`, limited and retried; `key` is sent as a bearer token.

    Opens nothing: the first connection is made by the first request. Raises DeclarationError for
    what is no http(s) URL.
    """
    settings, clock = settings or HttpSettings(), clock or SystemClock()
    return model_at(http_endpoint(url, name, settings, key, clock), name, settings)


def http_endpoint(
    url: str, name: str, settings: HttpSettings, key: str | None, clock: Clock
) -> Endpoint:
    """Return the server alone, to ask it what is no request to the model (its list of models)."""
    key = key.strip() if key else None
    headers = {"authorization": f"Bearer {key}"} if key else {}
    transport = Transport(
        url,
        headers=headers | {name.lower(): value for name, value in settings.headers.items()},
        timeouts=settings.timeouts,
        connections=settings.max_connections,
    )
    return Endpoint(
        transport,
        identity=settings.identity or f"{transport.base_url}#{name}",
        secrets=tuple(_secrets(url, key, settings.headers)),
        clock=clock,
    )


def model_at(endpoint: Endpoint, name: str, settings: HttpSettings) -> Retrying:
    """Return the model `name` at a server, in its wrappers."""
    echo = EchoScorer(name, post=partial(endpoint.post, COMPLETIONS), refuse=endpoint.refuse)
    model = HttpModel(endpoint, name, extra=settings.body, likelihoods=echo)
    limited = Limited(model, Limit(settings.max_connections, clock=endpoint.clock))
    return Retrying(limited, settings.retry, clock=endpoint.clock, draw=Random())


def _secrets(url: str, key: str | None, headers: Mapping[str, str]) -> list[str]:
    """Return what must never be shown, the longest first: key, password, secret header values."""
    password = urlsplit(url).password
    values = [value for name, value in headers.items() if _SECRET_NAME.search(name)]
    words = [word for value in values for word in (value, value.removeprefix("Bearer "))]
    found = [key, password, unquote(password or ""), *words]
    return sorted({secret for secret in found if secret}, key=len, reverse=True)
