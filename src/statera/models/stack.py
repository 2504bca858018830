"""The wrappers round a model behind HTTP, in their order, at one place.

Retrying        waits and asks again; failures become values here
  Limited       each attempt holds one of at most `max_connections` slots
    HttpModel   one attempt: body, answer, the server's dialect

model = http_model("http://localhost:8000/v1", "my-model", key=key)
response = await model.answer(Chat(messages=(Message("user", "Hi"),)))
await model.close()
"""

from functools import partial
from random import Random
from typing import Annotated, Any

import msgspec

from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.models.echo import EchoScorer
from statera.models.endpoint import Endpoint
from statera.models.http import COMPLETIONS, HttpModel
from statera.models.limit import Limit, Limited
from statera.models.retry import Retrying, RetryPolicy
from statera.models.secrets import secrets, shown_query
from statera.models.transport import Timeouts, Transport, read_address
from statera.protocols import Clock


class HttpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an endpoint is asked.

    `headers` go with every request and `body` fields with every chat and completion. `identity`
    replaces `URL#NAME` in digests, for an endpoint that moves. `secrets` are further texts that
    are masked wherever the server repeats them.
    """

    max_connections: Annotated[int, msgspec.Meta(ge=1)] = 64
    retry: RetryPolicy = RetryPolicy()
    timeouts: Timeouts = Timeouts()
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    identity: str | None = None
    secrets: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise DeclarationError for fewer than one connection."""
        if self.max_connections < 1:
            raise DeclarationError(
                f"max_connections must be at least 1, not {self.max_connections}"
            )

    def __repr__(self) -> str:
        """Show everything but the values of headers and body, which may be keys."""
        names = {name: f"{{{', '.join(getattr(self, name))}}}" for name in ("headers", "body")}
        plain = ("max_connections", "retry", "timeouts", "identity")
        shown = names | {name: repr(getattr(self, name)) for name in plain}
        return f"HttpSettings({', '.join(f'{name}={text}' for name, text in shown.items())})"


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
        identity=settings.identity or _identity(url, name),
        secrets=_masked(url, key, settings),
        clock=clock,
    )


def model_at(endpoint: Endpoint, name: str, settings: HttpSettings) -> Retrying:
    """Return the model `name` at a server, in its wrappers."""
    echo = EchoScorer(name, post=partial(endpoint.post, COMPLETIONS), refuse=endpoint.refuse)
    model = HttpModel(endpoint, name, extra=settings.body, likelihoods=echo)
    limited = Limited(model, partial(Limit, settings.max_connections, clock=endpoint.clock))
    return Retrying(limited, settings.retry, clock=endpoint.clock, draw=Random())


def _identity(url: str, name: str) -> str:
    """Return `URL#NAME` with what the query asks for, without credentials."""
    address = read_address(url)
    query = shown_query(address.query)
    return f"{address.base}{'?' if query else ''}{query}#{name}"


def _masked(url: str, key: str | None, settings: HttpSettings) -> tuple[str, ...]:
    """Return what must never be shown, the longest first."""
    found = {*secrets(url, key, settings.headers, settings.body), *settings.secrets}
    return tuple(sorted(found, key=len, reverse=True))
