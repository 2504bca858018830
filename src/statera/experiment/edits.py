"""What was changed in a design after it was started, and whether that moves units."""

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

import msgspec

from statera.experiment.assignment import splits
from statera.experiment.design import Design, Layer


def diff(before: str, after: str, *, name: str) -> str:
    """Return the lines that differ between two registered texts, as a unified diff."""
    lines = unified_diff(
        before.splitlines(), after.splitlines(), f"{name} as started", f"{name} now", "", "", 1, ""
    )
    return "\n".join(lines)


def changed(before: Design, after: Design) -> tuple[str, ...]:
    """Return the places whose values differ, as `primary.minimum: 0.02 -> 0.05`."""
    own = dict(_leaves(msgspec.to_builtins(before)))
    new = dict(_leaves(msgspec.to_builtins(after)))
    return tuple(
        f"{place}: {own.get(place, 'nothing')} -> {new.get(place, 'nothing')}"
        for place in dict.fromkeys([*own, *new])
        if own.get(place) != new.get(place)
    )


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value with its place; the items of a list of arms go by their names."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            named = isinstance(inner, dict) and inner.get("name")
            yield from _leaves(inner, f"{place}[{named or number}]")
    else:
        yield place, value


def moves(before: Design, after: Design, *, at: float) -> bool:
    """Return whether units that may have been exposed by `at` would now be in another arm.

    They stay where the hash is the same (experiment, salt, unit, order of the arms), the layer's
    part is no smaller, and every slice that had begun is as it was. Further steps move nobody.
    """
    if _hashed(before) != _hashed(after) or not _holds(after.layer, before.layer):
        return True
    begun = [split for split in splits(before) if split.since <= at]
    now = splits(after)[: len(begun)]
    same = [(one.traffic, one.ends) for one in begun] == [(one.traffic, one.ends) for one in now]
    return bool(begun) and not same


def _hashed(design: Design) -> tuple[object, ...]:
    """Return what the numbers and the order of the arms depend on."""
    return design.experiment, design.salt, design.units.naming, [arm.name for arm in design.arms]


def _holds(after: Layer | None, before: Layer | None) -> bool:
    """Return whether every unit of the part before is in the part now."""
    if after is None:
        return True
    if before is None:
        return (after.start, after.end) == (0.0, 1.0)
    return after.name == before.name and after.start <= before.start and before.end <= after.end
