"""Which random part of a run's items a second, dearer judge looked at, after a first had seen all.

The second judge is a judge: what it says is no label by people, and measures nobody for a gate.
"""

import msgspec

from statera.records.specs import RunInfo

PARTS = "parts"
"""The key in a run's environment under which it is on record which part a second judge saw."""

SECOND = "_second"
"""Ends the name of a second judge's scores where the first judge's have the same name."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a run that a second judge saw: drawn at random, item by item in each task.

    `of` is the first judge's score. `share` lies in (0, 1]; `items` counts the items of each task
    from which it was drawn. `against` is the other run of a pair, or empty.
    """

    of: str
    share: float
    seed: int = 0
    items: dict[str, int] = {}
    against: str = ""


def stored_parts(info: RunInfo) -> dict[str, Part]:
    """Return, by the name of the second judge's scores, which part they are of."""
    return msgspec.convert(info.environment.get(PARTS, {}), dict[str, Part])
