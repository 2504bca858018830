"""From what a user writes to a Model: the one place where keys are read.

    model = open_model("http://localhost:8000/v1#candidate")
    model = open_model("gpt-4o-mini")            # OPENAI_API_KEY, OPENAI_BASE_URL
    model = open_model("embedded")               # a small real model, no network
    model = open_model("scripted:replies.yaml")  # the fake that ships
    model = open_model("candidate.yaml")         # a model file, see `models.modelfile`

The spellings of other tools work too: `openai/NAME`, `openai:chat:NAME`.
"""

import asyncio
import os
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from statera.codec.files import YAML
from statera.errors import DeclarationError, nearest
from statera.models.clock import SystemClock
from statera.models.configured import Configured, configured
from statera.models.endpoint import Endpoint
from statera.models.modelfile import (
    DEFAULT_KEY,
    CallSettings,
    HttpTarget,
    http_settings,
    read_model_file,
)
from statera.models.preflight import Listed, listed, unreachable
from statera.models.script import read_script
from statera.models.scripted import ScriptedModel
from statera.models.stack import http_endpoint, model_at
from statera.models.transport import AttemptFailed, read_address
from statera.protocols import Model

OPENAI = "https://api.openai.com/v1"
ALLOWED = (
    "URL#NAME, NAME (with OPENAI_BASE_URL or OPENAI_API_KEY), embedded, embedded:PATH.gguf, "
    "scripted:FILE, or a YAML model file"
)

_FILES = (*YAML, ".json")
_PROVIDERS = ("openai/", "openai:chat:", "openai:completion:", "openai:")


@dataclass(frozen=True)
class EmbeddedTarget:
    """The small local model, or another GGUF file."""

    path: Path | None


@dataclass(frozen=True)
class ScriptedTarget:
    """A script to replay."""

    path: Path


Target = HttpTarget | EmbeddedTarget | ScriptedTarget


def open_model(
    text: str,
    *,
    settings: CallSettings | None = None,
    base_url: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Model:
    """Return the model that `text` names, in its wrappers; nothing is asked of it yet.

    Only a URL without `#NAME` asks the server which models it has. `base_url` goes before
    OPENAI_BASE_URL; `environ` is the process's environment unless given. DeclarationError for what
    is no model, in one line.
    """
    target = read_target(text, settings=settings, base_url=base_url, environ=environ)
    if isinstance(target, ScriptedTarget):
        return ScriptedModel(read_script(target.path))
    if isinstance(target, EmbeddedTarget):
        embedded: Model = import_module("statera.models.embedded").open_embedded(target.path)
        return embedded
    return open_http(named(target))


def open_http(target: HttpTarget) -> Configured:
    """Return the model of a target that has a name."""
    endpoint, name = endpoint_of(target), target.name or ""
    return Configured(
        model_at(endpoint, name, target.settings),
        endpoint,
        name,
        prices=target.price_list,
        sampling=target.sampling,
        body=target.shown_body,
    )


def endpoint_of(target: HttpTarget) -> Endpoint:
    """Return the server of a target."""
    name = target.name or ""
    return http_endpoint(target.url, name, target.settings, target.key, SystemClock())


async def check(model: Model) -> None:
    """Raise DeclarationError for an unreachable endpoint, a wrong key or a wrong model name.

    Costs at most a token or two; models that are no endpoint pass.
    """
    found = configured(model)
    if found is not None:
        await found.check()


def read_target(
    text: str,
    *,
    settings: CallSettings | None = None,
    base_url: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Target:
    """Return what `text` names; reads a model file and the environment, and opens nothing."""
    text, environ = text.strip(), os.environ if environ is None else environ
    kind, _, rest = text.partition(":")
    if kind == "scripted":
        return ScriptedTarget(_path(rest, "scripted:FILE"))
    if kind == "embedded":
        return EmbeddedTarget(_path(rest, "embedded:PATH.gguf") if ":" in text else None)
    if text.lower().endswith(_FILES) and "://" not in text:
        return read_model_file(Path(text).expanduser(), environ, settings)
    url, name = _address(text, base_url, environ)
    read_address(url)
    key = environ.get(DEFAULT_KEY) or None
    return HttpTarget(
        url=url, name=name, key=key, settings=http_settings(settings or CallSettings())
    )


def named(target: HttpTarget) -> HttpTarget:
    """Return the target with a name: its own, or that of the only model that the server has."""
    if target.name:
        return target
    models = [model.id for model in _blocking(_models(target))]
    if len(models) == 1:
        return replace(target, name=models[0])
    if not models:
        raise DeclarationError(f"{target.address} lists no models. Give URL#NAME")
    names = ", ".join(models[:12]) + (", …" if len(models) > 12 else "")
    raise DeclarationError(
        f"{target.address} has {len(models)} models. Give URL#NAME with one of: {names}"
    )


def _address(text: str, base_url: str | None, environ: Mapping[str, str]) -> tuple[str, str | None]:
    """Return URL and name; the URL of a bare name is that of the OpenAI variables."""
    if "://" in text:
        url, _, name = text.partition("#")
        return url, name or None
    if not text or any(letter.isspace() for letter in text):
        raise _unknown(text)
    name = next((text.removeprefix(p) for p in _PROVIDERS if text.startswith(p)), text)
    url = base_url or environ.get("OPENAI_BASE_URL") or ""
    if not url and (environ.get(DEFAULT_KEY) or name != text) and not _looks_like(text):
        url = OPENAI
    if not url or not name:
        raise _unknown(text)
    return url.partition("#")[0], name


def _looks_like(text: str) -> bool:
    """Tell a slip of the pen, or a path, from the name of a model."""
    return bool(nearest(text, ("embedded", "scripted"))) or text.endswith(".gguf")


def _unknown(text: str) -> DeclarationError:
    hint = nearest(text.partition(":")[0], ("embedded", "scripted"))
    if text.endswith(".gguf"):
        hint = f" Did you mean 'embedded:{text}'?"
    return DeclarationError(f"unknown model '{text}'.{hint} Allowed: {ALLOWED}")


def _path(text: str, form: str) -> Path:
    if not text:
        raise DeclarationError(f"a path is missing: {form}")
    return Path(text).expanduser()


async def _models(target: HttpTarget) -> list[Listed]:
    endpoint = endpoint_of(target)
    try:
        return await listed(endpoint)
    except AttemptFailed as failed:
        raise unreachable(endpoint, failed) from None
    finally:
        await endpoint.transport.close()


def _blocking(work: Coroutine[Any, Any, list[Listed]]) -> list[Listed]:
    """Wait for a coroutine from anywhere, a running loop included."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()
