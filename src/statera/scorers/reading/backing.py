"""What a reply rests a decision on, and what of it was never stated.

>>> list(unstated("Rule R9 allows 45 days.", "R1: within 30 days; delivered 75 days ago"))
['R9']
"""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations, permutations

from statera.scorers.reading.figures import parse
from statera.scorers.reading.source import prepare

_HEADING = re.compile(r"^\W*evidence\W*[:=–—-][ \t]*(.*)$", re.I | re.M)
_ITEM = re.compile(r"\s*(?:[*•–-]|\(?\d{1,2}[.)])\s+")
_NUMBERING = re.compile(r"(?:^|(?<=\s))\(?\d{1,2}[.)]\s+(?=[A-Z\"“])")
_CODE = re.compile(r"(?<![\w.])(?!Q[1-4]\b)([A-Za-z]{1,4})[-–]?(\d+)(?![\w])")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)*")
_NAMED = re.compile(r"\b(?:rule|criterion|no\.?|number|#)\s*$", re.I)
_QUOTED = re.compile(r"[\"“«]([^\"”»\n]{12,400})[\"”»]")
_ALIKE = 0.8
"""The share of a quotation's words that must have been stated: what is less was made up."""
_SOURCE = re.compile(
    r"\b(?:journal|et\s+al|doi|pmid|isbn|stud(?:y|ies)|trials?|audit|appendix|annex|textbook)\b",
    re.I,
)
_OF_SOMEBODY = re.compile(
    r"\b(\w+)\s+(?:guid(?:elines?|ance)|circular|memo|regulations?|directive|ruling|ledger|act|law)\b",
    re.I,
)
_ANYBODYS = frozenset(
    re.findall(
        r"\w+",
        "a an the this that these your our my their its his her under by per of to from and or in "
        "no stated above relevant applicable given current internal company provided following",
    )
)
_PARTS: dict[str, tuple[int, ...]] = {
    "hour": (60, 24),
    "minute": (60,),
    "day": (24, 7),
    "week": (7,),
    "month": (12,),
    "year": (12,),
}
"""By unit, how many of a smaller one it has or of it a greater one has."""
_UNIT = re.compile(rf"[\s-]*({'|'.join(_PARTS)})s?\b", re.I)
_SHARE = re.compile(r"\s*(?:%|per\s?cent\b|times\b)|\s*x\b", re.I)
_PLACES = Fraction(1, 100)


def evidence(text: str) -> list[str]:
    """Return what stands behind `Evidence:` in a reply, a text a line, without empty ones.

    The items of a list under it belong to it; where it stands alone in its line, so does the
    paragraph under it.
    """
    plain = prepare(text).text
    return [line for m in _HEADING.finditer(plain) for line in _under(m, plain)]


def _under(found: re.Match[str], plain: str) -> Iterator[str]:
    first, below = found[1].strip(), plain[found.end() :]
    if first:
        yield first
    for line in (below[1:] if first else below.lstrip()).splitlines():
        if not line.strip() or (first and not _ITEM.match(line)):
            return
        yield _ITEM.sub("", line, count=1).strip()


def unstated(line: str, given: str, derived: Iterable[str] = ()) -> Iterator[str]:
    """Yield each figure, code, quotation and kind of source in the line that `given` lacks.

    Sums, differences and ratios of two stated figures follow from it, so do the same times in
    another unit, and what `derived` lists. A quotation is made up where a fifth of its words are.
    """
    line = _NUMBERING.sub("", line)
    codes = {_coded(m) for m in _CODE.finditer(given)}
    yield from (m[0] for m in _CODE.finditer(line) if _coded(m) not in codes)
    yield from _figures(line, given, derived)
    said = set(_words(given))
    yield from (m[1] for m in _QUOTED.finditer(line) if _share(_words(m[1]), said) < _ALIKE)
    yield from (m[0] for m in _SOURCE.finditer(line) if not said.issuperset(_words(m[0])))
    known = said | _ANYBODYS
    yield from (m[0] for m in _OF_SOMEBODY.finditer(line) if m[1].casefold() not in known)


def _figures(line: str, given: str, derived: Iterable[str]) -> Iterator[str]:
    plain = {*_numbers(given), *_numbers(" ".join(derived))}
    follow = {value for a, b in combinations(plain, 2) for value in (a + b, abs(a - b))}
    ratios = {value for a, b in permutations(plain, 2) if b for value in (a / b, (a - b) / b)}
    shares = {value * scale for value in ratios for scale in (1, 100)}
    rules = {Fraction(m[2]) for m in _CODE.finditer(given)}
    for found in _NUMBER.finditer(line):
        value, after = parse(found[0]), line[found.end() :]
        if value is None or value in plain | follow or value / 1000 in plain | follow:
            continue
        if value in rules and _NAMED.search(line[: found.start()]):
            continue
        rounded = "." in found[0] or _SHARE.match(after)
        if rounded and any(abs(abs(share) - value) < _PLACES for share in shares):
            continue
        if (unit := _UNIT.match(after)) and value in _converted(plain, unit[1].lower()):
            continue
        yield found[0]


def _converted(plain: Iterable[Fraction], unit: str) -> set[Fraction]:
    """Return the stated figures in that unit, and their whole and remaining parts."""
    parts = _PARTS[unit]
    return {
        Fraction(value)
        for stated in plain
        for size in parts
        for value in (stated * size, stated / size, stated // size, stated % size)
    }


def _share(words: list[str], said: set[str]) -> float:
    return sum(word in said for word in words) / max(len(words), 1)


def _coded(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}".casefold()


def _numbers(text: str) -> Iterator[Fraction]:
    return (value for m in _NUMBER.finditer(text) if (value := parse(m[0])) is not None)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
