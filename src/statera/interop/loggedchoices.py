"""Logged choices, one JSON object a line: where it was, what was chosen, with what chance, reward.

    {"unit": "u17", "action": "warm", "propensity": 0.5, "reward": 1, "context": {"device": "tv"}}

`target`, where it is there, has the new policy's chances by action: {"base": 0.2, "warm": 0.8}.
"""

from collections.abc import Iterable
from typing import Annotated

import msgspec

from statera.codec.strict import from_json
from statera.errors import DeclarationError

Chance = Annotated[float, msgspec.Meta(ge=0, le=1)]
_SUM = 1e-6


class LoggedChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. Values of `context` are texts (categories) or numbers."""

    action: str
    propensity: Annotated[float, msgspec.Meta(gt=0, le=1)]
    reward: float
    unit: str = ""
    context: dict[str, str | float] = {}
    target: dict[str, Chance] = {}


def read_choices(lines: Iterable[str], *, source: str) -> list[LoggedChoice]:
    """Return the lines' choices; DeclarationError names file and line.

    All lines have the same fields in `context`, and all or none a `target` that sums to 1.
    """
    found: list[LoggedChoice] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        place = f"{source}:{number}"
        one = from_json(line, LoggedChoice, source=place)
        if one.target and abs(sum(one.target.values()) - 1) > _SUM:
            raise DeclarationError(f"{place}: target sums to {sum(one.target.values()):g}, not 1")
        if found and bool(one.target) != bool(found[0].target):
            raise DeclarationError(f"{place}: a target on some lines only. Allowed: all or none")
        if found and one.context.keys() != found[0].context.keys():
            fields = ", ".join(found[0].context) or "none"
            raise DeclarationError(f"{place}: context has other fields than before ({fields})")
        found.append(one)
    if not found:
        raise DeclarationError(f"{source}: no logged choice in it")
    return found
