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
        whole = stands_alone(text, start, end) and text[end : end + 2].strip(".").isdigit() is False
        if whole and _public(found[0]):
            yield start, end


def _public(written: str) -> bool:
    try:
        return ipaddress.ip_address(written).is_global
    except ValueError:
        return False
