"""Numbers as people and models write them, found in text and turned into exact values.

>>> [str(n.value) for n in figures("$1,000 or 1.0e3 or 1 000, and -1/2")]
['1000', '1000', '1000', '-1/2']
"""

import re
from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import NamedTuple

_EXACT = Context(prec=3000)
_MONEY = r"(?:US\$|[$€£¥₹]|(?:USD|EUR|GBP)\s)"
_DIGITS = (
    r"(?:\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)(?!,\d)(?:\.\d+)?"  # 1,000 and 12,34,567.5
    r"|\d{1,3}(?:\.\d{3})+,\d+(?![\d.,]*\d)"  # 1.000,5
    r"|\d{1,3}(?:\.\d{3}){2,}(?![\d.,]*\d)"  # 1.000.000
    r"|\d{1,3}(?:[ '_]\d{3})+(?!\d)(?:\.\d+|,\d{1,2}(?!\d))?"  # 1 000 and 1'000
    r"|(?<!\d,)\d{1,40},\d{1,40}(?![\d,])(?!\.\d)"  # 3,5
    r"|\d{0,400}\.\d{1,400}(?!\.?\d)|\d{1,400})"
)
_POWER = (
    r"(?:[eE][-+]?\d{1,3}(?!\w)"
    r"|\s*(?:×|x|\*|\\times|\\cdot)\s*10\s*(?:\^|\*\*)\s*\{?\s*[-+]?\d{1,3}\s*\}?)"
)
_FIGURE = re.compile(
    rf"(?P<sign>(?<![\d)\]}}]\s)(?<![\w)\]}}])-\s?)?(?:{_MONEY}\s?(?P<minus>-)?)?"
    rf"(?:\\[dt]?frac\s*\{{\s*(?P<over>-?\d{{1,40}})\s*\}}\s*\{{\s*(?P<under>\d{{1,40}})\s*\}}"
    rf"|(?<![\w.])(?P<whole>\d{{1,40}}\s+)?(?P<top>\d{{1,40}})\s?/\s?(?P<bottom>\d{{1,40}})(?![\d/.,]{{0,9}}\d)"
    rf"|(?<![\w^.])(?P<digits>(?>{_DIGITS}))(?P<power>{_POWER})?+(?![eE][-+]?\d)(?!\s?(?:\^|\*\*)))"
)
_LABELLED = re.compile(
    r"(?:\b(?:step|question|problem|part|case|example|item|figure|table|chapter|note|option|q)\s*#?\s*"
    r"|(?:\A|\n)\s*(?:[#*>-]+\s*)?)$",
    re.I,
)


class Figure(NamedTuple):
    """A number at `text[start:end]`; `note` says where its writing could mean another number."""

    value: Fraction
    start: int
    end: int
    note: str = ""


def figures(text: str, start: int = 0, end: int | None = None) -> Iterator[Figure]:
    """Yield the numbers in `text[start:end]`, but no list markers ("2. Then") nor "step 3"."""
    for found in _FIGURE.finditer(text, start, len(text) if end is None else end):
        if (figure := _figure(found)) is not None and not _numbering(text, found):
            yield figure


def parse(text: str) -> Fraction | None:
    """Return the value of a text that is one number and nothing else ("1,000", " $5.50 ")."""
    text = text.strip().rstrip(".").strip()
    found = _FIGURE.fullmatch(text.removesuffix("%").rstrip())
    figure = _figure(found) if found else None
    return figure.value if figure else None


def shown(value: Fraction) -> str:
    """Return the plain decimal (`1000`, `-0.5`), or the fraction where no decimal is exact."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    exact = _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _figure(found: re.Match[str]) -> Figure | None:
    sign = -1 if found["sign"] or found["minus"] else 1
    start = found.start() + len(found[0]) - len(found[0].lstrip())
    if found["digits"] is not None:
        value, note = _decimal(found["digits"])
        return Figure(sign * value * _scale(found["power"]), start, found.end(), note)
    under = int(found["under"] or found["bottom"])
    if under == 0:
        return None
    value = Fraction(int(found["over"] or found["top"]), under)
    return Figure(sign * (int(found["whole"] or 0) + value), start, found.end())


def _decimal(digits: str) -> tuple[Fraction, str]:
    plain = re.sub(r"[ '_]", "", digits)
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma > dot and (dot >= 0 or not re.fullmatch(r"\d{1,3}(?:,\d{2,3})*,\d{3}", plain)):
        return Fraction(plain.replace(".", "").replace(",", ".")), "read with a decimal comma"
    if plain.count(".") > 1:
        return Fraction(plain.replace(".", "")), "dots read as thousands"
    doubtful = re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", plain)
    return Fraction(
        plain.replace(",", "")
    ), "the dot is read as a decimal point" if doubtful else ""


def _scale(power: str | None) -> Fraction:
    if power is None:
        return Fraction(1)
    exponent = re.split(r"[eE^{*\s]", power.rstrip("} "))[-1]
    return Fraction(10) ** int(exponent)


def _numbering(text: str, found: re.Match[str]) -> bool:
    """True for "2. Then", "3) so" at the start of a line and for "step 3"."""
    before = text[max(0, found.start() - 24) : found.start()]
    label = _LABELLED.search(before)
    if label is None:
        return False
    if label[0].strip(" \n\t#*>-"):
        return True
    at_start = found.start() <= 24 or "\n" in before
    return at_start and bool(re.compile(r"[.)]\s+\S").match(text, found.end()))
