"""Before a run: is the endpoint there, is the key right, does it have this model?

Two small requests at most, no retries. What is wrong is one line in the server's own words; what
may pass (an overloaded server, a 500) is left to the run and its retries.
"""

import msgspec

from statera.errors import DeclarationError, EndpointError, nearest
from statera.models.attempts import AttemptFailed
from statera.models.bodies import Fields
from statera.models.endpoint import Endpoint
from statera.models.http import CHAT, COMPLETIONS
from statera.models.rejections import read_complaint

_SHOWN = 12


class Listed(msgspec.Struct, frozen=True):
    """A model in the list; `max_model_len` is vLLM's context limit in tokens."""

    id: str
    max_model_len: int | None = None
    meta: dict[str, object] | None = None

    @property
    def context(self) -> int | None:
        """The context limit in tokens, where the server tells (vLLM, llama.cpp)."""
        told = (self.meta or {}).get("n_ctx") or (self.meta or {}).get("n_ctx_train")
        return self.max_model_len or (told if isinstance(told, int) else None)


class _List(msgspec.Struct, frozen=True):
    data: list[Listed] = []


async def preflight(endpoint: Endpoint, name: str) -> None:
    """Raise DeclarationError when nothing answers, the key is wrong or the model is not there."""
    names: list[str] = []
    silent: AttemptFailed | None = None
    try:
        names = [model.id for model in await listed(endpoint)]
    except AttemptFailed as failed:
        silent = failed
    try:
        messages = [{"role": "user", "content": "Hi"}]
        refused = await _refusal(endpoint, CHAT, {"model": name, "messages": messages})
        if refused and await _refusal(endpoint, COMPLETIONS, {"model": name, "prompt": "Hi"}):
            raise DeclarationError(f"{refused}{_instead(name, names)}")
    except AttemptFailed as failed:
        if silent is not None and failed.status is None:
            raise unreachable(endpoint, failed) from None


async def listed(endpoint: Endpoint) -> list[Listed]:
    """Return the models that the server lists, none where it keeps no list.

    DeclarationError when there is no connection or the key is refused; AttemptFailed for a
    connection without an answer.
    """
    try:
        reply = await endpoint.transport.get("/models")
    except AttemptFailed as failed:
        if failed.kind == "connect":
            raise unreachable(endpoint, failed) from None
        raise
    if reply.status in (401, 403):
        words = endpoint.masked(read_complaint(reply.body).message)
        raise DeclarationError(f"{endpoint.identity}: {reply.status} {words}".rstrip())
    try:
        return msgspec.json.decode(reply.body, type=_List).data if reply.status == 200 else []
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []


def unreachable(endpoint: Endpoint, failed: AttemptFailed) -> DeclarationError:
    """Return the one line for a server that does not answer."""
    return DeclarationError(f"{endpoint.identity}: {endpoint.masked(failed.message)}")


async def _refusal(endpoint: Endpoint, path: str, fields: Fields) -> str:
    """Return why one token is refused for good, or an empty string."""
    try:
        await endpoint.ask(path, fields | {"max_tokens": 1})
    except EndpointError as error:
        return str(error)
    return ""


def _instead(name: str, names: list[str]) -> str:
    """Return which models are there, when the name is not one of them."""
    if not names or name in names:
        return ""
    more = ", …" if len(names) > _SHOWN else ""
    return f".{nearest(name, names)} Models there: {', '.join(names[:_SHOWN])}{more}"
