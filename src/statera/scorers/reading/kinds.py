"""All kinds of reading by name, for whoever has the kind as text: `statera read`, files of cases.

>>> read_as("choice", "The answer is (B).", Expected()).value
'B'
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

import msgspec

from statera.errors import DeclarationError, unknown
from statera.records.scores import Reading
from statera.scorers.reading import (
    choice,
    code,
    figures,
    number,
    pairwise,
    safety,
    score,
    simpleqa,
    yesno,
)
from statera.scorers.reading.refusals import classifier as refusals
from statera.scorers.reading.source import prepare


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What may come out: `allowed` labels (for `score`: lowest and highest), letters for labels.

    Both are empty for the kind's own default. `prompt` is what was asked, for a `refusal`; "" where
    it is not known.
    """

    allowed: tuple[str, ...] = ()
    letters: Mapping[str, str] = {}
    prompt: str = ""


def read_as(kind: str, text: str, expected: Expected) -> Reading:
    """Return what the kind reads in the text; DeclarationError for what cannot be declared so."""
    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    if "" in expected.allowed or len(set(expected.allowed)) < len(expected.allowed):
        raise DeclarationError(f"allowed: empty or repeated labels in {list(expected.allowed)}")
    return KINDS[kind](text, expected)


def _choice(text: str, expected: Expected) -> Reading:
    return choice.read(text, expected.allowed or "ABCD")


def _number(text: str, expected: Expected) -> Reading:
    return number.read(text)


def _score(text: str, expected: Expected) -> Reading:
    low, high = _scale(expected.allowed or ("1", "10"))
    return score.read(text, float(low), float(high))


def _scale(allowed: tuple[str, ...]) -> tuple[Fraction, Fraction]:
    ends = [figures.parse(end) for end in allowed]
    if len(ends) == 2 and ends[0] is not None and ends[1] is not None and ends[0] < ends[1]:
        return ends[0], ends[1]
    raise DeclarationError(f"allowed for a score is its lowest and highest, not {list(allowed)}")


def _yesno(text: str, expected: Expected) -> Reading:
    return yesno.read(text, expected.allowed or ("yes", "no"))


def _safety(text: str, expected: Expected) -> Reading:
    return safety.read(text, expected.allowed or ("safe", "unsafe"))


def _simpleqa(text: str, expected: Expected) -> Reading:
    allowed = expected.allowed or simpleqa.GRADES
    for letter, label in expected.letters.items():
        if len(letter) != 1:
            raise DeclarationError(f"letters: '{letter}' is not one character")
        if label not in allowed:
            raise unknown(f"label of letter {letter}", label, allowed)
    return simpleqa.read(text, allowed, dict(expected.letters) or None)


def _pairwise(text: str, expected: Expected) -> Reading:
    return pairwise.read(text, expected.allowed or ("A", "B", "TIE"))


def _refusal(text: str, expected: Expected) -> Reading:
    body = prepare(text)
    if (span := body.trimmed()) is None:
        return Reading(value=None, why=body.note or "empty reply")
    found = refusals.chances(expected.prompt, text)
    chance = 1 - found.probability["full_compliance"]
    doubt = ", unsure" if found.unsure else ""
    return Reading(
        value=found.label, span=span, why=f"refuses with a chance of {chance:.2f}{doubt}"
    )


def _code(text: str, expected: Expected) -> Reading:
    return code.read(text)


KINDS: dict[str, Callable[[str, Expected], Reading]] = {
    "choice": _choice,
    "mcq": _choice,
    "number": _number,
    "score": _score,
    "yesno": _yesno,
    "safety": _safety,
    "simpleqa": _simpleqa,
    "pairwise": _pairwise,
    "code": _code,
    "refusal": _refusal,
}
