"""What designs that run beside each other must be: apart in a layer, or of different fields.

Experiments of one layer with parts apart share no unit, because the layer's number of a unit
depends on the layer and the unit alone. Experiments without a common layer share units: their arms
are independent, so that each is valid by itself, but two that set the same field of a request would
overwrite one another.
"""

from collections.abc import Sequence
from itertools import combinations

from statera.errors import DeclarationError
from statera.experiment.design import Arm, Design


def check_layers(designs: Sequence[Design]) -> None:
    """Raise DeclarationError for two designs that cannot run beside each other."""
    for one, other in combinations(designs, 2):
        if one.experiment == other.experiment:
            raise DeclarationError(f"experiment '{one.experiment}' is there twice")
        if one.layer and other.layer and one.layer.name == other.layer.name:
            _check_apart(one, other)
        elif both := [field for field in fields(one) if field in fields(other)]:
            raise DeclarationError(
                f"experiments '{one.experiment}' and '{other.experiment}' both set {both[0]} and "
                "share units. Put them into one layer with parts apart, as "
                "layer: {name: chat, start: 0, end: 0.5} and {name: chat, start: 0.5, end: 1}"
            )


def fields(design: Design) -> tuple[str, ...]:
    """Return what the arms of a design set in a request, each once: `model`, `parameters.NAME`."""
    return tuple(dict.fromkeys(name for arm in design.arms for name in changes(arm)))


def changes(arm: Arm) -> tuple[str, ...]:
    """Return what an arm sets in a request; nothing for one that passes it on as it came."""
    own = [name for name in ("model", "system_prompt", "policy") if getattr(arm, name)]
    return (*own, *(f"parameters.{name}" for name in arm.parameters))


def _check_apart(one: Design, other: Design) -> None:
    """Both are in the same layer: of the same unit, in parts that do not meet."""
    assert one.layer is not None
    assert other.layer is not None
    names = f"experiments '{one.experiment}' and '{other.experiment}' of layer '{one.layer.name}'"
    if one.units.naming != other.units.naming:
        raise DeclarationError(
            f"{names} have units of different names ({_told(one)}; {_told(other)}): "
            "no layer keeps them apart"
        )
    start = max(one.layer.start, other.layer.start)
    end = min(one.layer.end, other.layer.end)
    if start < end:
        raise DeclarationError(
            f"{names} share the part [{start:g}, {end:g}). Parts of one layer must be apart, as "
            "start: 0, end: 0.5 and start: 0.5, end: 1"
        )


def _told(design: Design) -> str:
    unit = design.units
    named = next(
        (f" by {n} {v}" for n in ("header", "cookie", "field") if (v := getattr(unit, n))), ""
    )
    return f"{unit.kind}{named}"
