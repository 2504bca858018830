"""Which headers pass: all but those that speak of one connection only.

RFC 9110 section 7.6.1: what `Connection` names, and the fixed ones, end at a proxy. The length is
made anew, since a body may have been edited; upstream is asked not to compress, since a compressed
reply cannot be read. No header that names another method passes: it would make another request.
What begins with `x-statera-` is between the guard and its client, and ends here both ways.
"""

import re
from collections.abc import Iterable, Sequence

Pairs = Sequence[tuple[bytes, bytes]]

_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_METHODS = {b"x-http-method-override", b"x-http-method", b"x-method-override"}
_NOT_SENT = _HOP | _METHODS | {b"host", b"content-length", b"accept-encoding", b"expect"}
_NOT_SENT_WITH_JSON = _NOT_SENT | {b"content-type"}
_NOT_RETURNED = _HOP | {b"content-length"}
_ONCE = (b"content-length", b"transfer-encoding", b"host", b"content-type", b"content-encoding")
_OWN = b"x-statera-"
_PLAIN = (b"accept-encoding", b"identity")
_JSON = b"application/json"
_AS_JSON = (b"content-type", _JSON)
_ENDS = re.compile(rb"[\r\n\0]")
_PARAMETER = re.compile(rb"""[ \t]*([\w!#$%&'*+.^`|~-]+)=("?)([\w!#$%&'*+.^`|~-]+)\2[ \t]*""")
_UTF_8 = (b"utf-8", b"utf8")


class BadHeader(ValueError):
    """A header that HTTP does not allow; the message never holds its value."""


def check(pairs: Pairs) -> None:
    """Raise BadHeader for a header that would end early, and for two lengths or hosts.

    Names are in lower case, as ASGI gives them; other characters were checked by who parsed them.
    """
    names = {name for name, _ in pairs}
    if _ENDS.search(b"".join([part for pair in pairs for part in pair])):
        raise BadHeader("a header holds a character that HTTP does not allow")
    if len(names) < len(pairs):
        found = [name for name, _ in pairs]
        for name in _ONCE:
            if found.count(name) > 1:
                raise BadHeader(f"the header {name.decode()} is there twice")
    if b"content-length" in names and b"transfer-encoding" in names:
        raise BadHeader("content-length and transfer-encoding exclude each other")


def sent(pairs: Pairs, *, as_json: bool = False) -> list[tuple[bytes, bytes]]:
    """Return a client's headers as upstream gets them, names in lower case.

    `as_json`: the body is JSON in UTF-8, whatever the client called it.
    """
    named = _named(pairs)
    own = _NOT_SENT_WITH_JSON if as_json else _NOT_SENT
    dropped = own | named if named else own
    kept = [pair for pair in pairs if pair[0] not in dropped and not pair[0].startswith(_OWN)]
    if as_json:
        kept.append(_AS_JSON)
    kept.append(_PLAIN)
    return kept


def returned(pairs: Pairs) -> list[tuple[bytes, bytes]]:
    """Return upstream's headers as the client gets them; names are in lower case."""
    named = _named(pairs)
    dropped = _NOT_RETURNED | named if named else _NOT_RETURNED
    return [
        (name, value) for name, value in pairs if name not in dropped and not name.startswith(_OWN)
    ]


def value_of(pairs: Pairs, name: bytes) -> bytes:
    """Return the first value of a header in lower case, empty when there is none."""
    for found, value in pairs:
        if found == name:
            return value
    return b""


def is_json(kind: bytes) -> bool:
    """Return whether a content type is JSON in UTF-8: no parameter, or that character set once."""
    if kind == _JSON:
        return True
    told = _parameters(kind)
    if kind.partition(b";")[0].strip().lower() != _JSON or told is None:
        return False
    return not told or (len(told) == 1 and is_utf_8(kind) and told[0][0] == b"charset")


def is_utf_8(kind: bytes) -> bool:
    """Return whether a content type names no other character set than UTF-8, and that once."""
    if b";" not in kind:
        return True
    told = _parameters(kind)
    if told is None:
        return False
    sets = [value for name, value in told if name == b"charset"]
    return not sets or (len(sets) == 1 and sets[0] in _UTF_8)


def _parameters(kind: bytes) -> list[tuple[bytes, bytes]] | None:
    """Return the parameters of a content type in lower case; None when they are malformed."""
    found = []
    for part in kind.lower().split(b";")[1:]:
        one = _PARAMETER.fullmatch(part)
        if one is None:
            return None
        found.append((one[1], one[3]))
    return found


def texts(pairs: Pairs) -> dict[str, str]:
    """Return the headers by name, as a policy's scopes read them; of several the last."""
    return {name.decode("latin-1"): value.decode("utf-8", "replace") for name, value in pairs}


def _named(pairs: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """Return what `Connection` names besides `close` and `keep-alive`."""
    values = [value for name, value in pairs if name == b"connection"]
    if not values:
        return _NONE
    found = {part.strip().lower() for value in values for part in value.split(b",")}
    return frozenset(found - {b"close", b"keep-alive", b""})


_NONE: frozenset[bytes] = frozenset()
