"""Test vectors of the assignment, for those who write it in another language.

vectors_of(design, ["anna"])           # of one design
read_vectors()                         # those that ship, `vectors.json`

A vector file is JSON: a list of designs, each as the assignment needs it, with units and where they
belong. `arm` is None for a unit that is in no slice; `since` is seconds since 1970 UTC.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from statera.codec.files import read_json
from statera.experiment.assignment import Assignment, Numbers, Place
from statera.experiment.design import Design, Layer

SHIPPED = Path(__file__).parent / "vectors.json"
REFERENCE = Path(__file__).parent / "assignment.js"
"""The assignment in JavaScript, for browsers and node."""


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a ramp: its traffic's upper end, from when on, a weight for each arm."""

    traffic: float
    since: float
    weights: tuple[float, ...]


class Portable(msgspec.Struct, frozen=True, kw_only=True):
    """What of a design its assignment depends on."""

    experiment: str
    salt: str
    layer: Layer | None
    arms: tuple[str, ...]
    slices: tuple[Slice, ...]


class Vector(msgspec.Struct, frozen=True, kw_only=True):
    """One unit, its numbers in [0, 1), and where it belongs."""

    unit: str
    numbers: Numbers
    arm: str | None
    slice: int | None
    since: float | None


class Vectors(msgspec.Struct, frozen=True, kw_only=True):
    """A design and its units."""

    design: Portable
    units: tuple[Vector, ...]


def portable(design: Design) -> Portable:
    """Return what of a design its assignment depends on, its weights written out by slice."""
    own = {arm.name: arm.weight for arm in design.arms}
    stated = [(s.traffic, s.at.timestamp(), s.weights or own) for s in design.ramp]
    return Portable(
        experiment=design.experiment,
        salt=design.salt,
        layer=design.layer,
        arms=tuple(own),
        slices=tuple(
            Slice(
                traffic=traffic,
                since=since,
                weights=tuple(weights.get(name, 0.0) for name in own),
            )
            for traffic, since, weights in stated or [(1.0, 0.0, own)]
        ),
    )


def vectors_of(design: Design, units: Iterable[str]) -> Vectors:
    """Return where the units of one design belong, with the numbers that say so."""
    assignment = Assignment(design)
    names = [arm.name for arm in design.arms]
    return Vectors(
        design=portable(design),
        units=tuple(
            _vector(unit, assignment.numbers(unit), assignment.place(unit), names) for unit in units
        ),
    )


def _vector(unit: str, numbers: Numbers, place: Place | None, names: list[str]) -> Vector:
    if place is None:
        return Vector(unit=unit, numbers=numbers, arm=None, slice=None, since=None)
    arm = names[place.arm]
    return Vector(unit=unit, numbers=numbers, arm=arm, slice=place.slice, since=place.since)


def read_vectors() -> list[Vectors]:
    """Return the vectors that ship."""
    return read_json(SHIPPED, list[Vectors])
