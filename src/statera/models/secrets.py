"""What must never be shown: which values of a header, a body or a URL's query are secret.

>>> shown({"reasoning_effort": "high", "api_key": "k-1"})
{'reasoning_effort': 'high', 'api_key': '***'}
>>> shown_query("variant=a&key=k-1")
'variant=a'
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from statera.codec.canonical import digest

HIDDEN = "***"

_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)
_FIELD = re.compile(
    r"(?:api|access|auth|secret|private|subscription|bearer|session|user)[_-]?(?:key|token)\b"
    r"|^(?:key|token|sig|signature|auth)$|secret|passw|cookie|authori[sz]ation|credential",
    re.IGNORECASE,
)
_RANDOM = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w+/=%-]{20,}")
_VALUE = re.compile(
    r"(?:Bearer|Basic) \S|(?:sk|pk|rk|gsk|hf|xai|nvapi)[-_](?=[\w-]*\d)[\w-]{16}"
    r"|gh[a-z]_\w{16}|xox[a-z]-|AIza\w{16}|AKIA\w{12}|eyJ[\w-]{16,}\."
)


def is_secret(name: str, value: Any) -> bool:
    """True when a field's name or the form of its text says that it is a key or a password."""
    return isinstance(value, str) and bool(_FIELD.search(name) or _VALUE.match(value))


def is_secret_variable(name: str) -> bool:
    """True when an environment variable's name says that it holds a secret."""
    return bool(_HEADER.search(name))


def shown(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with `***` for every secret, at any depth."""
    return {name: _shown(name, value) for name, value in body.items()}


def shown_query(query: str) -> str:
    """Return a URL's query without its secret parameters; a digest for what looks like a key."""
    pairs = parse_qsl(query, keep_blank_values=True)
    known = [(name, value) for name, value in pairs if not is_secret(name, value)]
    return urlencode([(name, _digested(value)) for name, value in known])


def secrets(
    url: str, key: str | None, headers: Mapping[str, str], body: Mapping[str, Any]
) -> list[str]:
    """Return the secret texts in all that is sent: key, password, query, headers, body."""
    parts = urlsplit(url)
    asked = parse_qsl(parts.query)
    query = [value for name, value in asked if is_secret(name, value) or _RANDOM.fullmatch(value)]
    values = [value for name, value in headers.items() if _HEADER.search(name)]
    words = [word for value in values for word in (value, value.removeprefix("Bearer "))]
    password = parts.password or ""
    found = [key or "", password, unquote(password), *query, *words, *_inside("", body)]
    return [secret for secret in found if secret]


def _digested(value: str) -> str:
    return f"~{digest(value, size=4)}" if _RANDOM.fullmatch(value) else value


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return shown(value)
    if isinstance(value, list | tuple):
        return [_shown(name, one) for one in value]
    return HIDDEN if is_secret(name, value) else value


def _inside(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _inside(inner, one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _inside(name, one)
    elif is_secret(name, value):
        yield value
