"""Which arm a unit is in: a pure hash, the same in every process and every language.

    h     = SHA-256 of the UTF-8 text  "statera/1" LF salt LF experiment LF unit
    arm   = the first 13 hexadecimal digits of h, as a number, over 2**52      in [0, 1)
    entry = the next 13 digits likewise                                        in [0, 1)
    layer = likewise the first 13 digits of SHA-256 of "statera/1/layer" LF name LF unit

A unit belongs to the experiment where its layer number lies in the layer's part. Its slice is the
first step of the ramp whose traffic is above `entry`; it takes part from that step's time on. Its
arm is the first whose cumulated weight (of that slice, in the order of the design) is above `arm`.
Cumulated weights are sums of doubles from the left; the last arm with a weight takes what is left.
All numbers have 52 bits, so that a double holds them exactly. Nothing is normalised: a unit is the
text that names it, letter by letter; half of a surrogate pair is hashed as U+FFFD.

`statera.experiment.vectors` has test vectors, `assignment.js` the same in JavaScript.
"""

import re
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

from statera.experiment.design import Design

_SCALE = 2.0**-52
_HALVES = re.compile(r"[\ud800-\udfff]")


class Place(NamedTuple):
    """Where a unit belongs: index of its arm, its ramp slice, and from when on it takes part."""

    arm: int
    slice: int
    since: float


class Numbers(NamedTuple):
    """The numbers of a unit, each in [0, 1): for its arm, its slice, and its place in the layer."""

    arm: float
    entry: float
    layer: float | None


class Split(NamedTuple):
    """One slice: its traffic's upper end, since when, and the arms' cumulated weights."""

    traffic: float
    since: float
    ends: tuple[float, ...]


class Assignment:
    """Assigns the units of one design; holds nothing that changes."""

    def __init__(self, design: Design) -> None:
        layer = design.layer
        self._head = f"statera/1\n{design.salt}\n{design.experiment}\n".encode()
        self._layer = f"statera/1/layer\n{layer.name}\n".encode() if layer else b""
        self._part = (layer.start, layer.end) if layer else (0.0, 1.0)
        self.splits = splits(design)

    def place(self, unit: str) -> Place | None:
        """Return where a unit belongs, whatever the time; None where in no slice of this one."""
        name = _utf8(unit)
        if self._layer and not self._part[0] <= _layer_number(self._layer, name) < self._part[1]:
            return None
        digits = sha256(self._head + name).hexdigest()
        entry = int(digits[13:26], 16) * _SCALE
        for number, split in enumerate(self.splits):
            if entry < split.traffic:
                arm = _arm(int(digits[:13], 16) * _SCALE, split.ends)
                return Place(arm, number, split.since)
        return None

    def numbers(self, unit: str) -> Numbers:
        """Return the numbers that place a unit, for people and other languages to check."""
        name = _utf8(unit)
        digits = sha256(self._head + name).hexdigest()
        return Numbers(
            int(digits[:13], 16) * _SCALE,
            int(digits[13:26], 16) * _SCALE,
            _layer_number(self._layer, name) if self._layer else None,
        )


def _utf8(unit: str) -> bytes:
    try:
        return unit.encode()
    except UnicodeEncodeError:
        return _HALVES.sub("\ufffd", unit).encode()


def _layer_number(head: bytes, name: bytes) -> float:
    return int(sha256(head + name).hexdigest()[:13], 16) * _SCALE


def _arm(at: float, ends: tuple[float, ...]) -> int:
    for number, end in enumerate(ends):
        if at < end:
            return number
    raise AssertionError("the last end is above 1")


def splits(design: Design) -> tuple[Split, ...]:
    """Return the slices of a design's ramp; one of all traffic where it has none."""
    own = {arm.name: arm.weight for arm in design.arms}
    if not design.ramp:
        return (Split(1.0, 0.0, _ends(list(own.values()))),)
    return tuple(
        Split(
            step.traffic,
            step.at.timestamp(),
            _ends([(step.weights or own).get(arm.name, 0.0) for arm in design.arms]),
        )
        for step in design.ramp
    )


def _ends(weights: list[float]) -> tuple[float, ...]:
    """Return cumulated weights; from the last arm that has one on they are 2, above any number."""
    last = max(number for number, weight in enumerate(weights) if weight > 0)
    sums = list(accumulate(weights))
    return tuple(2.0 if number >= last else total for number, total in enumerate(sums))
