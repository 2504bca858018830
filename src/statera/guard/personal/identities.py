"""Numbers that a state gives a person, by form, check digits and, where these are weak, a word.

| country | number | told by |
|---|---|---|
| US | SSN | 3-2-4 with hyphens and possible parts, else a word |
| DE | Steuer-ID | check digit, repetition and a word |
| ES | DNI, NIE | check letter |
| FR | NIR | month and key |
| GB | NINO | form, and groups or a word |
| BR | CPF | two check digits, and its signs or a word |
| IN | Aadhaar | Verhoeff's digit, and groups or a word |
| CN | resident identity | date of birth and check sign |
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from statera.guard.personal import checksums
from statera.guard.personal.context import told
from statera.guard.personal.numbers import Number, stands_alone

_SSN = re.compile(r"(?i)\bssn\b|social[ -]security")
_TAX = re.compile(r"(?i)steuer|\b(?:tin|idnr|tax id)")
_CPF = re.compile(r"(?i)\bcpf\b")
_AADHAAR = re.compile(r"(?i)aadhaa?r|\buidai\b|आधार")
_INSURANCE = re.compile(r"(?i)national insurance|\bnino\b|\bni (?:number|no)\b")
_DNI = re.compile(r"(?i)\b(?:[XYZ][ \-]?\d{7}|\d{8})[ \-]?[A-Z]\b")
_NIR = re.compile(
    r"\b[1278] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b"
)
_NINO = re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b")
_NO_NINO = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))
_RESIDENT = re.compile(
    r"\b[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]\b"
)
_BEFORE, _AFTER = 4, 16
"""So far from its digits the rest of a number with letters may reach."""


def social_security(text: str, found: Iterable[Number]) -> Iterator[tuple[int, int]]:
    """Yield where numbers of the United States' social security stand."""
    for number in found:
        if len(number.digits) == 9 and number.alone and _is_ssn(text, number):
            yield number.start, number.end


def _is_ssn(text: str, number: Number) -> bool:
    digits = number.digits
    if digits[:3] in ("000", "666") or digits[0] == "9" or digits[3:5] == "00":
        return False
    if digits[5:] == "0000":
        return False
    written = number.sizes == [3, 2, 4] and set(number.separators) == {"-"}
    return written or told(text, number.start, number.end, _SSN)


def identities(text: str, found: Iterable[Number]) -> Iterator[tuple[int, int]]:
    """Yield where the other countries' numbers stand."""
    for number in found:
        size = len(number.digits)
        test = _PLAIN.get(size)
        if test and number.alone and test(text, number):
            yield number.start, number.end
        for pattern, valid in _LETTERED.get(size, ()):
            least = max(0, number.start - _BEFORE)
            one = pattern.search(text[least : number.end + _AFTER])
            if one is None:
                continue
            start, end = least + one.start(), least + one.end()
            if stands_alone(text, start, end) and valid(text, start, end):
                yield start, end


def _eleven(text: str, number: Number) -> bool:
    place = text, number.start, number.end
    if checksums.cpf(number.digits):
        return "".join(number.separators) == "..-" or told(*place, _CPF)
    return checksums.steuer_id(number.digits) and told(*place, _TAX)


def _twelve(text: str, number: Number) -> bool:
    if number.digits[0] in "01" or not checksums.verhoeff(number.digits):
        return False
    grouped = number.sizes == [4, 4, 4] and set(number.separators) <= {" ", "-"}
    return grouped or told(text, number.start, number.end, _AADHAAR)


def _spanish(text: str, start: int, end: int) -> bool:
    compact = _compact(text[start:end])
    first = {"X": "0", "Y": "1", "Z": "2"}.get(compact[0], compact[0])
    return checksums.dni(first + compact[1:-1], compact[-1])


def _french(text: str, start: int, end: int) -> bool:
    compact = _compact(text[start:end])
    return checksums.nir(compact[:13], compact[13:])


def _british(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    grouped = written.count(" ") == 4
    return written[:2] not in _NO_NINO and (grouped or told(text, start, end, _INSURANCE))


def _chinese(text: str, start: int, end: int) -> bool:
    return checksums.resident(text[start:end])


def _compact(written: str) -> str:
    return written.replace(" ", "").replace("-", "").upper()


_Lettered = tuple[Any, Callable[[str, int, int], bool]]

_PLAIN: dict[int, Callable[[str, Number], bool]] = {11: _eleven, 12: _twelve}
"""By the number of digits."""

_LETTERED: dict[int, tuple[_Lettered, ...]] = {
    6: ((_NINO, _british), (_NIR, _french)),
    7: ((_DNI, _spanish),),
    8: ((_DNI, _spanish),),
    15: ((_NIR, _french),),
    17: ((_RESIDENT, _chinese),),
    18: ((_RESIDENT, _chinese),),
}
"""By how many digits stand in a row; Corsica's 2A and 2B part a NIR after its sixth."""
