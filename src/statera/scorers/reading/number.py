"""Numbers: the value that a reply gives as its result.

>>> read("5 + 3 = 8, so the answer is $1,000.").value, read("Somewhere between 6 and 8").value
('1000', None)
>>> read("#### 42").value
'42'
"""

import re
from collections.abc import Iterator, Sequence

from statera.records.scores import Reading
from statera.scorers.reading.figures import Figure, figures, shown
from statera.scorers.reading.source import Source, prepare
from statera.scorers.reading.statements import Statement, doubted, lines, sentence_end, statements

_HASHES = re.compile(r"#{3,4}[ \t]*(?=[-+$€£¥.\d\\])([^\n]*)")
_LEAD = re.compile(
    r"[\s\"'(\[{*#:=$≈~]*(?:(?:exactly|approximately|about|roughly|around|only|just|equal\s+to|equals|is|"
    r"simply|therefore|thus|number|value|[a-z]{1,2}\s*=)[\s:]+|(?:the|an?)\s+)*",
    re.I,
)
_ALSO = re.compile(
    r"(?:\s*%)?(?:\s*[a-z]+){0,2}\s*(?:\b(?:or|to|and|through|versus)\b|\bvs\b\.?|[–—/|&,~*×+÷^:-]|\bx\b)\s*"
    r"(?:(?:maybe|perhaps|about|even|[a-z]\s*=)\s*)?[$€£]?|\s*%?\s*(?:out\s+)?of\s+(?:the\s+)?",
    re.I,
)
_RESULT = re.compile(r"(?:=|≈|\\approx\b|\bequals\b|\bequal\s+to\b)")
_NO_NUMBER = re.compile(
    r"[\s\"'(\[]*(?:none\b|unknown\b|undetermined\b|cannot\b|can't\b|unable\b|n/?a\b|undefined\b|"
    r"no\s+(?:solution|answer)\b|not\s+\w+|I\s+(?:don't|do\s+not|cannot|can't)\b)",
    re.I,
)
_ONLY_UNITS = re.compile(r"\s*%?(?:\s*[^\W\d][\w'/²³°^-]*\.?){0,3}[\s.!)\]}\"'$]*")
_NOT = re.compile(r"(?:\bnot|n't|\bnever)\s+(?:\w+\s+)?$", re.I)
_TABLE_ROW = re.compile(r"^\W{0,9}\w[\w ]{0,20}:[ \t]*[$€£]?\d[^\n:]{0,20}$", re.M)
_GROUPING = re.compile(r"(?<=\d)\{,\}(?=\d)")


def read(text: str) -> Reading:
    """Return the number as plain text (`1000`, `0.5`, `1/3`), or None when none is stated alone."""
    source = prepare(text).replaced(_GROUPING, lambda _: ",")
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    return _explicit(source) or _first_line(source) or _result(source) or _only(source)


def stated(text: str, statement: Statement) -> Sequence[Figure] | None:
    """Return the numbers that a statement gives: more than one when it gives no single one."""
    start, end = statement.start, statement.end
    if not statement.key:
        end = sentence_end(text, start, end)
    found = _results(text, start, end) or list(figures(text, start, end))
    if found and all(_denied(text, f) for f in found):
        return []
    if not found:
        return [] if _NO_NUMBER.match(text, start, end) else None
    if _LEAD.fullmatch(text, start, found[0].start) or _RESULT.search(text, start, found[0].start):
        return _joined(text, found)
    return None if statement.strict else found


def agreed(source: Source, found: Sequence[Figure], form: str) -> Reading:
    """One number, or unparsed when there are none or several different ones."""
    values = list(dict.fromkeys(shown(f.value) for f in found))
    if len(values) == 1:
        why = f"{form}; {found[0].note}" if found[0].note else form
        return Reading(value=values[0], span=source.original(*found[0][1:3]), why=why)
    named = f"names {' and '.join(values[:4])}" if values else "gives no number"
    return Reading(value=None, why=f"{form}: {named}")


def _joined(text: str, found: Sequence[Figure]) -> Sequence[Figure]:
    """The first number, with those joined to it: "6 to 8", "5 hours and 30 minutes"."""
    kept = [found[0]]
    for figure in found[1:]:
        if not _ALSO.fullmatch(text, kept[-1].end, figure.start):
            break
        kept.append(figure)
    return kept


def _explicit(source: Source) -> Reading | None:
    found = [*statements(source.text), *_hashes(source.text), *_last_line(source.text)]
    for statement in sorted(found, key=lambda s: s.end, reverse=True):
        if (numbers := stated(source.text, statement)) is not None:
            return agreed(source, numbers, statement.form)
    return None


def _results(text: str, start: int, end: int) -> list[Figure]:
    """The numbers after the last "=" that has one after it."""
    found = list(figures(text, start, end))
    last = found[-1].start if found else start
    signs = [sign.end() for sign in _RESULT.finditer(text, start, last)]
    return [f for f in found if f.start >= signs[-1]] if signs else []


def _hashes(text: str) -> Iterator[Statement]:
    for found in _HASHES.finditer(text):
        yield Statement(*found.span(1), "####")


def _last_line(text: str) -> Iterator[Statement]:
    """The last line when it is a number with its unit."""
    start, end = lines(text)[-1]
    if _alone(text, start, end):
        yield Statement(start, end, "last line")


def _alone(text: str, start: int, end: int) -> Figure | None:
    """The number that, with its unit, is all there is at `text[start:end]`."""
    found = list(figures(text, start, end))
    alone = len(found) == 1 and _LEAD.fullmatch(text, start, found[0].start)
    return found[0] if alone and _ONLY_UNITS.fullmatch(text, found[0].end, end) else None


def _first_line(source: Source) -> Reading | None:
    """The reply opens with a number on a line of its own, and explains it afterwards."""
    places = lines(source.text)
    assigned = "=" in source.text[slice(*places[0])]
    figure = None if assigned else _alone(source.text, *places[0])
    listed = len(places) > 1 and _alone(source.text, *places[1])
    return agreed(source, [figure], "first line") if figure and not listed else None


def _result(source: Source) -> Reading | None:
    """What the last sentence comes to: what follows its last "=", or its only number."""
    text = source.text
    start, end = _last_sentence(text)
    if re.search(r"\d\s*(?:or|and|,)\s*[a-z]\s*=", text[start:end], re.I):
        return Reading(value=None, why="several results")
    if results := _results(text, start, end):
        return agreed(source, _joined(text, results), "last result")
    if doubted(text, start, end) or len(_TABLE_ROW.findall(text)) > 1:
        return None
    found = [f for f in figures(text, start, end) if not _denied(text, f)]
    return agreed(source, found, "last sentence") if found else None


def _last_sentence(text: str) -> tuple[int, int]:
    start, end = lines(text)[-1]
    while (stop := sentence_end(text, start, end)) < end and text[stop + 1 : end].strip():
        start = stop + 1
    return start, end


def _only(source: Source) -> Reading:
    found = [f for f in figures(source.text) if not _denied(source.text, f)]
    if not found:
        return Reading(value=None, why="no number found")
    return agreed(source, found, "the only number")


def _denied(text: str, figure: Figure) -> bool:
    return bool(_NOT.search(text[max(0, figure.start - 24) : figure.start]))
