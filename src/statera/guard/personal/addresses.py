"""Internet addresses that lead to someone: public IPv4 and IPv6."""

import ipaddress
from collections.abc import Iterator

from statera.codec.patterns import compiled
from statera.guard.personal.numbers import stands_alone

_CANDIDATE = compiled(
    r"(?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}"
)


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield where public addresses stand; private, local and documentation ones are no one's."""
    for found in _CANDIDATE.finditer(text):
        start, end = found.span()
        if stands_alone(text, start, end) and not _longer(text, start, end) and _public(found[0]):
            yield start, end


def _longer(text: str, start: int, end: int) -> bool:
    """Say whether the numbers go on, as those of a version or of an object identifier do."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return before[1:] == "." or (after[:1] == "." and after[1:].isdigit())


def _public(written: str) -> bool:
    try:
        return ipaddress.ip_address(written).is_global
    except ValueError:
        return False
