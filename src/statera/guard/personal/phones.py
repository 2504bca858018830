"""Telephone numbers: international, common national forms, and whatever a word says is one."""

import re
from collections.abc import Iterable, Iterator

from statera.codec.patterns import compiled
from statera.guard.personal.context import told
from statera.guard.personal.numbers import Number, stands_alone

WORDS = compiled(
    r"(?i)\b(?:tel|phone|telephone|mobile|cell ?phone|cell(?: number|:)|whatsapp|fax|sms|"
    r"(?:call|text|reach|ring) (?:me|us|him|her|them)|telefon\w*|handy\w*|mobil\w*|rufnummer|"
    r"t[ée]l[ée]phone|tel[ée]fono|m[óo]vil|celular|telefone|cellulare)\b|"
    r"电话|手机|電話|携帯|전화|телефон|هاتف"
)
_COUNTRY = (
    r"(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|21[1-368]|2[2-6]\d|29[01789]|3[578]\d|42[013]|50\d|59\d|67\d|68\d|69[0-2]"
    r"|80[08]|85[02356]|8[78]\d|96\d|97[0-79]|99[2-8])"
)
_INTERNATIONAL = re.compile(rf"{_COUNTRY}\d{{6,13}}")
_NORTH_AMERICAN = re.compile(r"1?[2-9](?:[02-9]\d|\d[02-9])[2-9]\d{6}")
_HYPHENED = ([3, 3, 4], [1, 3, 3, 4])
_PAIRS = [2, 2, 2, 2, 2]
_FEWEST, _MOST = 7, 15


def phones(text: str, found: Iterable[Number]) -> Iterator[tuple[int, int]]:
    """Yield where telephone numbers stand, with the sign or bracket that begins them."""
    worded: bool | None = None
    for number in found:
        if len(number.digits) < _FEWEST:
            continue
        for one in _readings(number):
            start = _beginning(text, one)
            if not stands_alone(text, start, one.end):
                continue
            if not _is_phone(text, one, start):
                worded = WORDS.search(text) is not None if worded is None else worded
                if not (worded and _said_to_be(text, one, start)):
                    continue
            yield start, one.end
            break


def _readings(number: Number) -> Iterator[Number]:
    """Yield the number, then what begins with a bracket in it: `at 9 (212) 555-0100`.

    None that has too few or too many digits; linear in the number.
    """
    left = len(number.digits)
    if left <= _MOST:
        yield number
    for group, sign in enumerate(number.separators, start=1):
        left -= number.sizes[group - 1]
        if sign == " (" and _FEWEST <= left <= _MOST:
            yield number.since(group)


def _beginning(text: str, number: Number) -> int:
    """Return where the number begins with its `+` or its bracket."""
    start = number.start
    while start and text[start - 1] in "+(" and number.start - start < 2:
        start -= 1
    return start


def _is_phone(text: str, number: Number, start: int) -> bool:
    digits = number.digits
    if "+" in text[start : number.start]:
        return _abroad(digits)
    if number.written.startswith("00") and len(number.groups) > 1 and _abroad(digits[2:]):
        return True
    return _national(text, number, start)


def _said_to_be(text: str, number: Number, start: int) -> bool:
    return not _is_date(number) and told(text, start, number.end, WORDS)


def _abroad(digits: str) -> bool:
    """Say whether a country's code and enough digits are there; 10 in North America."""
    if digits.startswith("1"):
        return bool(_NORTH_AMERICAN.fullmatch(digits)) and len(digits) == 11
    return bool(_INTERNATIONAL.fullmatch(digits))


def _national(text: str, number: Number, start: int) -> bool:
    """Say whether it is written as in North America, `(212) 555-0100`, or in France, by pairs."""
    sizes, signs = number.sizes, number.separators
    if sizes in _HYPHENED and _NORTH_AMERICAN.fullmatch(number.digits):
        bracket = text[start : number.start] == "(" and signs[-1] in "-. "
        return bracket or set(signs) == {"-"}
    pairs = sizes == _PAIRS and len(set(signs)) == 1 and signs[0] in (" ", ".")
    return pairs and number.digits[0] == "0" and number.digits[1] != "0"


def _is_date(number: Number) -> bool:
    """Say whether it is a date such as 2026-11-28 or 28.11.2026, perhaps with a time."""
    sizes = number.sizes
    return sizes[:3] in ([4, 2, 2], [2, 2, 4]) and set(number.separators[:2]) <= set("-./")
