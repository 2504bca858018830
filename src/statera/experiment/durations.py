"""Times as people write them: lengths as `90s`, `30m`, `12h`, `7d`, moments with their zone.

>>> seconds("1d", place="window")
86400.0
"""

import re
from datetime import UTC, datetime

from statera.errors import DeclarationError

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_FORM = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhdw])", re.ASCII)


def seconds(text: str, *, place: str) -> float:
    """Return a length in seconds; DeclarationError that names `place` for what is none."""
    if (found := _FORM.fullmatch(text)) is None:
        raise DeclarationError(
            f"{place}: '{text}' is no length of time. Allowed: a number and s, m, h, d or w, as 30m"
        )
    return float(found[1]) * _UNITS[found[2]]


def told(length: float) -> str:
    """Return a length in seconds in the largest unit that leaves a whole number: `7d`, `90s`."""
    for name in ("w", "d", "h", "m"):
        if length and length % _UNITS[name] == 0:
            return f"{length / _UNITS[name]:.0f}{name}"
    return f"{length:.6f}".rstrip("0").rstrip(".") + "s"


def dated(at: float) -> str:
    """Return seconds since 1970 as a moment: `2026-11-28 08:30 UTC`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
