"""A YAML file that describes a model behind an endpoint; keys stay in the environment.

```yaml
url: https://gateway.example.org/v1
name: support-v7
key_env: GATEWAY_KEY                  # the variable that holds the key; never the key itself
headers: {X-Team: evals, X-Token: "${TEAM_TOKEN}"}
body: {reasoning_effort: high, adapter: "${ADAPTER}"}      # sent with every chat and completion
prices: {input: 0.15, output: 0.60, cached_input: 0.075}   # US dollars for a million tokens
sampling: {temperature: 0.7, max_tokens: 512}              # used where no flag says otherwise
max_connections: 16
max_retries: 5
timeouts: {connect: 5, first_byte: 60, total: 300}
identity: support-v7                  # instead of URL#NAME, for an endpoint that moves
```

The body is part of the system under test: another body is another run. What a run's record shows
of it are the values themselves, but for secrets (`***`) and variables (their name; and a digest,
so that another value is another run, unless the name says that it holds a secret).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec

from statera.codec.canonical import digest
from statera.codec.files import read_yaml
from statera.errors import DeclarationError, nearest
from statera.models.prices import PriceList, Prices
from statera.models.retry import RetryPolicy
from statera.models.secrets import is_secret, is_secret_variable, shown
from statera.models.stack import HttpSettings
from statera.models.transport import Timeouts, read_address

DEFAULT_KEY = "OPENAI_API_KEY"

_LONG_ENOUGH = 6

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class StatedSampling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file says about sampling; `temperature: null` sends none."""

    temperature: float | msgspec.UnsetType | None = msgspec.UNSET
    max_tokens: int | msgspec.UnsetType | None = msgspec.UNSET
    top_p: float | msgspec.UnsetType | None = msgspec.UNSET
    stop: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    extra: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET

    @property
    def stated(self) -> dict[str, Any]:
        """The fields that were written."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in values.items() if value is not msgspec.UNSET}


class ModelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as it is written. `name` may also stand in the URL, after `#`."""

    url: str
    name: str | None = None
    key_env: str | None = None
    headers: dict[str, str] = {}
    body: dict[str, Any] = {}
    prices: Prices | None = None
    sampling: StatedSampling = StatedSampling()
    max_connections: Annotated[int, msgspec.Meta(ge=1)] | None = None
    max_retries: Annotated[int, msgspec.Meta(ge=0)] | None = None
    timeouts: Timeouts = Timeouts()
    identity: str | None = None


class CallSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the command line says about calling an endpoint; None leaves it to the model file.

    `timeout` is the most that one request may take, in seconds.
    """

    max_connections: int | None = None
    max_retries: int | None = None
    timeout: float | None = None


@dataclass(frozen=True, kw_only=True)
class HttpTarget:
    """A model behind HTTP, ready to be opened. Neither key nor URL (it may hold one) is shown."""

    url: str = field(repr=False)
    name: str | None
    key: str | None = field(default=None, repr=False)
    settings: HttpSettings = field(default_factory=HttpSettings)
    prices: Prices | None = None
    sampling: dict[str, Any] = field(default_factory=dict)
    shown_body: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The URL without credentials; DeclarationError when it is none."""
        return read_address(self.url).base

    @property
    def price_list(self) -> PriceList:
        """The prices in the file, else those that are listed for the name at the URL."""
        return PriceList(name=self.name, url=self.address, prices=self.prices)


def read_model_file(
    path: Path, environ: Mapping[str, str], settings: CallSettings | None = None
) -> HttpTarget:
    """Return what the file describes; DeclarationError names the file and the place.

    Variables are read from `environ` here and nowhere else; `settings` win over the file.
    """
    return target_of(read_yaml(path, ModelFile), path, environ, settings)


def target_of(
    file: ModelFile, path: Path, environ: Mapping[str, str], settings: CallSettings | None = None
) -> HttpTarget:
    """Return what a file describes that was read from `path`."""
    url, _, fragment = file.url.partition("#")
    try:
        read_address(url)
        told = _http_settings(_filled(file, environ), settings or CallSettings())
        told = msgspec.structs.replace(told, secrets=_private(file, environ))
        key = _key(file, environ)
    except DeclarationError as error:
        raise DeclarationError(f"{path}: {error}") from None
    return HttpTarget(
        url=url,
        name=file.name or fragment or None,
        key=key,
        settings=told,
        prices=file.prices,
        sampling=file.sampling.stated,
        shown_body=shown(_marked(file.body, environ)),
    )


def expanded(value: str, environ: Mapping[str, str]) -> str:
    """Return the text with every `${NAME}` replaced; DeclarationError for one that is not set."""
    return _VARIABLE.sub(lambda found: _variable(found[1], environ), value)


def http_settings(settings: CallSettings) -> HttpSettings:
    """Return the settings of an endpoint that no file describes."""
    return _http_settings(ModelFile(url=""), settings)


def _filled(file: ModelFile, environ: Mapping[str, str]) -> ModelFile:
    """Return the file with the values of its variables."""

    def fill(text: str) -> str:
        return expanded(text, environ)

    headers, body = _each_text(file.headers, fill), _each_text(file.body, fill)
    return msgspec.structs.replace(file, headers=headers, body=body)


def _marked(value: Any, environ: Mapping[str, str]) -> Any:
    """Return the body with a digest after every text whose variables are no secrets."""

    def mark(text: str) -> str:
        names, value = _VARIABLE.findall(text), expanded(text, environ)
        if not names or any(map(is_secret_variable, names)) or is_secret("", value):
            return text
        return f"{text} ({digest(value, size=4)})"

    return _each_text(value, mark)


def _private(file: ModelFile, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of variables in headers and body, but short ones that sound harmless.

    Who takes a value from the environment keeps it out of files.
    """
    names: set[str] = set()

    def collect(text: str) -> str:
        names.update(_VARIABLE.findall(text))
        return text

    _each_text([file.headers, file.body], collect)
    named = {name: environ[name] for name in sorted(names)}
    return tuple(
        value
        for name, value in named.items()
        if is_secret_variable(name) or len(value) >= _LONG_ENOUGH
    )


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return the value with every text in it changed; the names of fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: _each_text(one, change) for name, one in value.items()}
    return [_each_text(one, change) for one in value] if isinstance(value, list) else value


def _key(file: ModelFile, environ: Mapping[str, str]) -> str | None:
    """Return the named key, or OPENAI_API_KEY where none is named and no header authorises."""
    if file.key_env is not None:
        return _variable(file.key_env, environ)
    if any(name.lower() in ("authorization", "api-key") for name in file.headers):
        return None
    return environ.get(DEFAULT_KEY) or None


def _variable(name: str, environ: Mapping[str, str]) -> str:
    if value := environ.get(name):
        return value
    raise DeclarationError(f"environment variable {name} is not set.{nearest(name, environ)}")


def _http_settings(file: ModelFile, settings: CallSettings) -> HttpSettings:
    default = HttpSettings()
    timeouts = file.timeouts
    if settings.timeout is not None:
        first = min(timeouts.first_byte, settings.timeout)
        connect = min(timeouts.connect, settings.timeout)
        timeouts = Timeouts(connect=connect, first_byte=first, total=settings.timeout)
    retries = _first(settings.max_retries, file.max_retries, default.retry.max_retries)
    connections = (settings.max_connections, file.max_connections, default.max_connections)
    return HttpSettings(
        max_connections=_first(*connections),
        retry=RetryPolicy(max_retries=retries),
        timeouts=timeouts,
        headers=file.headers,
        body=file.body,
        identity=file.identity,
    )


def _first(stated: int | None, filed: int | None, default: int) -> int:
    """Return the first that is given."""
    if stated is not None:
        return stated
    return default if filed is None else filed
