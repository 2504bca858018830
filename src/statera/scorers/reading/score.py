"""A judge's score on a scale.

>>> read("On a scale of 1 to 10, this deserves a 4.").value, read("I rate this 8/10").value
('4', '8')
>>> read("Somewhere between 6 and 8").value is None
True
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from statera.records.scores import Reading
from statera.scorers.reading.figures import Figure, figures, shown
from statera.scorers.reading.number import agreed, stated
from statera.scorers.reading.source import Source, prepare
from statera.scorers.reading.statements import Statement, lines, statements

_DECLARING = re.compile(
    r"(?:\b(?:rat(?:e|ed|ing)|giv(?:e|en|ing)|gave|scor(?:e|ed|es|ing)|assign(?:ed)?|award(?:ed)?|deserves?|"
    r"earns?|gets?|merits?|grad(?:e|ed)|receives?|is|be|say|at|pick|choose|it's|with)\s+"
    r"(?:(?:it|this|that|the|an?|as|of|to|is|would\s+be|response|answer|reply|solid|strong|weak|"
    r"score|rating|assistant|only|just|about|overall|with|model|at)\s+){0,5}|[:=]\s*|\A\W*an?\s+(?:solid|strong|weak|clear|generous|low|high|fair)?\s*)[\"'(\[]*$",
    re.I,
)
_STARS = re.compile(r"\s*(?:points?\b|stars?\b)", re.I)
_OTHER_SCALE = re.compile(r"\s*(?:/|out\s+of\b)")
_NO_GRADE = re.compile(r"\b(?:down|up|de)grad\w*\W{0,4}$", re.I)
_OPENS = re.compile(r"\s*(?:[–—:,.;-]\s|\n|\Z)")


def read(text: str, low: float = 1, high: float = 10) -> Reading:
    """Return the score as text ("7", "7.5"); a number off the scale is no score."""
    source = prepare(text)
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    marked = _without_scale(source, low, high)
    reading = _explicit(marked) or _declared(marked)
    if reading.value is None or low <= _value(reading.value) <= high:
        return reading
    return Reading(value=None, why=f"{reading.value} is outside {low:g} to {high:g}")


def _value(text: str) -> float:
    top, _, under = text.partition("/")
    return float(top) / float(under or 1)


def _without_scale(source: Source, low: float, high: float) -> Source:
    """Take away talk of the scale; "8/10" and "8 out of 10" become "8"."""
    ratio, talk = _scale(f"{low:g}", f"{high:g}")
    source = source.replaced(ratio, lambda m: f"{m[1]} points")
    return source.replaced(talk, lambda _: " ")


@lru_cache(maxsize=32)
def _scale(low: str, high: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    low, high = re.escape(low), re.escape(high)
    ratio = (
        rf"(?<![\d.])(\d{{1,4}}(?:\.\d{{1,4}})?)\s*(?:/|out\s+of|of)\s*{high}(?:\.0)?(?![\d/]|\.\d)"
    )
    to = r"\s*(?:to|-|–|—|and|through|\.\.|…|,)\s*"
    span = (
        rf"(?:(?:on|using)\s+)?(?:(?:a|the)\s+)?(?:scale\s*)?(?:(?:of|from|between)\s+)?"
        rf"[(\[]?(?<![\d.]){low}{to}{high}(?![\d/]|\.\d)[)\]]?(?:\s+scale)?"
    )
    best = (
        r"\b\d{1,4}\s*(?:being|=|means?|is)\s*(?:the\s+)?(?:best|worst|highest|lowest|perfect|excellent|"
        r"poor|terrible|very\s+\w+)\b"
    )
    of = rf"\(?(?:\bout\s+of|/)\s*{high}(?!\d)\)?|\b{high}[\s-]+point\b"
    most = rf"\bmax(?:imum)?(?:\s+\w+)?:?\s+{high}\b"
    return re.compile(ratio, re.I), re.compile(f"{span}|{best}|{of}|{most}", re.I)


def _explicit(source: Source) -> Reading | None:
    text = source.text
    found = list(statements(text))
    for start, end in lines(text)[-1:] + lines(text)[:1]:
        if re.fullmatch(
            r"[\s\"'(\[*]*\d[\d.]*(?:\s+(?:points?|stars?))*[\s.\"')\]*!]*", text[start:end]
        ):
            found.append(Statement(start, end, "a line of its own"))
    for statement in sorted(found, key=lambda s: s.end, reverse=True):
        if (numbers := stated(text, statement)) is not None:
            if any("/" in text[f.start : f.end] for f in numbers):
                return Reading(value=None, why=f"{statement.form}: another scale")
            return agreed(source, numbers, statement.form)
    return None


def _declared(source: Source) -> Reading:
    """What is given as the score ("deserves a 4"); other numbers of the text are not scores."""
    text = source.text
    numbers = list(figures(text))
    found = [f for f in numbers if _gives(text, f)]
    if not found:
        named = " and ".join(shown(f.value) for f in numbers[:4])
        return Reading(
            value=None, why=f"no single score among {named}" if named else "no score found"
        )
    return agreed(source, _with_ranges(text, numbers, found), "declared")


def _gives(text: str, figure: Figure) -> bool:
    before = text[max(0, figure.start - 80) : figure.start]
    declared = _DECLARING.search(before) and not _NO_GRADE.search(before)
    opens = not text[: figure.start][:20].strip(" \n\"'([*") and _OPENS.match(text, figure.end)
    if "/" in text[figure.start : figure.end] or _OTHER_SCALE.match(text, figure.end):
        return False
    return bool(declared or opens or _STARS.match(text, figure.end))


def _with_ranges(text: str, numbers: Sequence[Figure], found: Sequence[Figure]) -> Sequence[Figure]:
    """Add what is joined to a declared number: "a 6 or 7" is no single score."""
    joined = re.compile(
        r"[\s)\]]*(?:points?\s*)?(?:or|to|and|/|-|–|—)\s*(?:maybe\s+|an?\s+)*[(\[]*", re.I
    )
    pairs = pairwise(numbers)
    given = {figure.start for figure in found}
    more = [b for a, b in pairs if a.start in given and joined.fullmatch(text, a.end, b.start)]
    return [*found, *more]
