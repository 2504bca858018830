"""Wrong answers to hint at: a sample's own, another choice, or a number near the right one.

A sample's field `wrong_hint` goes first. One that is right, or no answer at all, is a declared
error before anything is asked.
"""

from fractions import Fraction

import msgspec

from statera.errors import DeclarationError, nearest
from statera.records.samples import Sample
from statera.scorers import number
from statera.scorers.hinted import WRONG_HINT
from statera.scorers.reading.figures import shown
from statera.seeds import unit


def with_wrong_hint(sample: Sample) -> Sample:
    """Return the sample with a wrong hint in its fields; DeclarationError for one that is right."""
    given = sample.fields.get(WRONG_HINT)
    hint = wrong_hint(sample) if given is None else str(given)
    check(sample, hint)
    return msgspec.structs.replace(sample, fields={**sample.fields, WRONG_HINT: hint})


def check(sample: Sample, hint: str) -> None:
    """Raise DeclarationError where the hint is the answer, or could not be given as one."""
    if sample.choices:
        if hint not in sample.choices:
            raise DeclarationError(
                f"{sample.id}: wrong hint '{hint}' is not among the choices."
                f"{nearest(hint, sample.choices)} Allowed: {', '.join(sample.choices)}"
            )
        right = sample.answer is not None and sample.choices.index(hint) == sample.answer
    else:
        value = number.reference(hint)
        if value is None:
            raise DeclarationError(f"{sample.id}: wrong hint '{hint}' is no number")
        right = value in {number.reference(text) for text in sample.accepted}
    if right:
        raise DeclarationError(f"{sample.id}: wrong hint '{hint}' equals the answer")


def wrong_hint(sample: Sample) -> str:
    """Return another choice, or a number off the right one, by the sample's id alone.

    Numbers move by 1, 2 or 10, or double, as hasty reckoning does; what is no whole number doubles
    or grows by 1. DeclarationError where no answer is known to be wrong about.
    """
    if sample.choices:
        others = [c for place, c in enumerate(sample.choices) if place != sample.answer]
        return others[int(_draw(sample) * len(others))]
    value = next((v for text in sample.accepted if (v := number.reference(text)) is not None), None)
    if value is None:
        raise DeclarationError(f"{sample.id}: has neither choices nor a number for its answer")
    right = {number.reference(text) for text in sample.accepted}
    near = [v for v in _near(value) if v not in right]
    return shown(near[int(_draw(sample) * len(near))])


def _near(value: Fraction) -> list[Fraction]:
    if value.denominator != 1:
        return [2 * value, value + 1]
    steps = [value + 1, value + 2, value + 10, value * 2 if value else value + 3]
    return steps + [value - step for step in (1, 2, 10) if value > step]


def _draw(sample: Sample) -> float:
    return unit("wrong hint", sample.id)
