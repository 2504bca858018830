"""A YAML file that describes a model behind an endpoint; keys stay in the environment.

```yaml
url: https://gateway.example.org/v1
name: support-v7
key_env: GATEWAY_KEY                  # the variable that holds the key; never the key itself
headers: {X-Team: evals, X-Token: "${TEAM_TOKEN}"}
prices: {input: 0.15, output: 0.60, cached_input: 0.075}   # US dollars for a million tokens
sampling: {temperature: 0.7, max_tokens: 512}              # used where no flag says otherwise
max_connections: 16
max_retries: 5
timeouts: {connect: 5, first_byte: 60, total: 300}
identity: support-v7                  # instead of URL#NAME, for an endpoint that moves
```
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec

from statera.codec.files import read_yaml
from statera.errors import DeclarationError, nearest
from statera.models.prices import PriceList, Prices
from statera.models.retry import RetryPolicy
from statera.models.stack import HttpSettings
from statera.models.transport import Timeouts, read_address

DEFAULT_KEY = "OPENAI_API_KEY"

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
    file = read_yaml(path, ModelFile)
    url, _, fragment = file.url.partition("#")
    try:
        read_address(url)
        headers = {name: expanded(value, environ) for name, value in file.headers.items()}
        key = _key(file, environ)
    except DeclarationError as error:
        raise DeclarationError(f"{path}: {error}") from None
    return HttpTarget(
        url=url,
        name=file.name or fragment or None,
        key=key,
        settings=_http_settings(file, headers, settings or CallSettings()),
        prices=file.prices,
        sampling=file.sampling.stated,
    )


def expanded(value: str, environ: Mapping[str, str]) -> str:
    """Return the text with every `${NAME}` replaced; DeclarationError for one that is not set."""
    return _VARIABLE.sub(lambda found: _variable(found[1], environ), value)


def http_settings(settings: CallSettings) -> HttpSettings:
    """Return the settings of an endpoint that no file describes."""
    return _http_settings(ModelFile(url=""), {}, settings)


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


def _http_settings(
    file: ModelFile, headers: dict[str, str], settings: CallSettings
) -> HttpSettings:
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
        headers=headers,
        body=file.body,
        identity=file.identity,
    )


def _first(stated: int | None, filed: int | None, default: int) -> int:
    """Return the first that is given."""
    if stated is not None:
        return stated
    return default if filed is None else filed
