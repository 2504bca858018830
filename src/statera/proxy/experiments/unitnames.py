"""What names the unit of a request: a header, a cookie, or a field of the body.

The source that the design declares is the only one where it declares one: two sources would name
one person twice. Without one, a user is the body's `user`, `safety_identifier` or (as Anthropic has
it) `metadata.user_id`, else the header `x-statera-user`; a session is the header
`x-statera-session`; a request is its decision.
"""

from collections.abc import Callable, Mapping
from typing import Any

from statera.experiment.design import Unit

Named = Mapping[bytes, bytes]
Find = Callable[[Named, Mapping[str, Any]], str]

USER, SESSION = b"x-statera-user", b"x-statera-session"
_FIELDS = (("user",), ("safety_identifier",), ("metadata", "user_id"))
_STRIPPED = " \t"


def finder(unit: Unit) -> Find:
    """Return what finds a unit's name in headers and body; "" where there is none."""
    if unit.header:
        return _in_header(unit.header.lower().encode())
    if unit.cookie:
        return _in_cookie(unit.cookie.encode())
    if unit.field:
        path = tuple(unit.field.split("."))
        return lambda _, body: _at(body, path)
    return {"user": _user, "session": _in_header(SESSION), "request": _nobody}[unit.kind]


def header_text(headers: Named, name: bytes) -> str:
    """Return a header's value as text, "" without one."""
    return headers.get(name, b"").decode("utf-8", "replace").strip(_STRIPPED)


def _nobody(headers: Named, body: Mapping[str, Any]) -> str:
    del headers, body
    return ""


def _user(headers: Named, body: Mapping[str, Any]) -> str:
    for path in _FIELDS:
        if found := _at(body, path):
            return found
    return header_text(headers, USER)


def _in_header(name: bytes) -> Find:
    return lambda headers, _: header_text(headers, name)


def _in_cookie(name: bytes) -> Find:
    def find(headers: Named, body: Mapping[str, Any]) -> str:
        del body
        for pair in headers.get(b"cookie", b"").split(b";"):
            own, mark, value = pair.strip().partition(b"=")
            if mark and own == name:
                return value.strip(b'"').decode("utf-8", "replace")
        return ""

    return find


def _at(body: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """Return the text or whole number at a path of names, "" for anything else."""
    value: object = body
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if type(value) is int:
        return str(value)
    return value if type(value) is str else ""
