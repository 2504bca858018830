"""The one rule by which all label kinds are read.

Explicit forms first, the last one wins; without one, declarations ("I choose B", "B is correct",
an opening line that is the answer), which must agree; without those, mentions ("option C"), of
which there must be exactly one. What disagrees with itself is unparsed.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from statera.records.scores import Reading
from statera.scorers.reading.lexicon import NOUNS, Lexicon, Mark
from statera.scorers.reading.options import options_named
from statera.scorers.reading.source import Source
from statera.scorers.reading.statements import (
    Statement,
    doubted,
    lines,
    sentence_end,
    statements,
    supposed,
)

_JOINED = re.compile(
    r"(?:[\s)\]}\"':,;/|=→>&-]*|\)\s*[(\[]|[)\s]*[,;/|&]\s*[(\[])(?:(?:or|and|and/or|vs\.?|versus|to|then|no|wait|actually|rather|maybe|"
    r"perhaps|possibly|also|both|even|equally|is|as\s+good\s+as|" + NOUNS + r")[\s,:(\[\"']*)*",
    re.I,
)
_NOUN_FIRST = re.compile(rf"[\s>#*•-]*{NOUNS}\s+(?=[(\[\w])", re.I)
_OR = re.compile(
    r"[\s)\]\"']*(?:\bor\b|\band\b|and/or|/|&|\bvs\b\.?|\bversus\b)\s*(?:"
    + NOUNS
    + r"\s+)?[(\[\"']*",
    re.I,
)
_TAKEN_BACK = re.compile(
    r"\b(?:wait|actually|correction|scratch\s+that|on\s+second\s+thought|on\s+reflection|I\s+mean|no,)",
    re.I,
)
_SIGN = re.compile(r"\W{0,3}[A-Z]\W{0,3}")
_SENTENCE = re.compile(r"(?<=\w\w\w)[.!?]\s+")
_LEAD = re.compile(
    r"[\s(\[{<\"'“‘«:$#>*–—-]*(?:(?:(?:the|an?|la|el|le|die|opción|clearly|definitely|probably|likely|most|indeed|simply|"
    r"either|both|between|therefore|thus|I|think|it'?s|it|is|that|believe|would|say|choose|with|go|in|favou?r|of|for|"
    + NOUNS
    + r")\b)[\s(\[\"'“:]*)*",
    re.I,
)
_NO_ANSWER = re.compile(
    r"[\s\"'(\[*]*(?:none\b|unknown\b|undetermined\b|cannot\b|can't\b|unable\b|n/?a\b|"
    r"I\s+(?:don't|do\s+not|cannot|can't)\b|unclear\b|"
    r"(?:both|all)\s+(?:of|are)\b|inconclusive\b)",
    re.I,
)
_DENIES = re.compile(r"\W*(?:not|neither|nor)\b", re.I)
_DECLARING = re.compile(
    r"\b(?:choos(?:e|ing)|chose|select(?:ed)?|pick(?:ed)?|prefer|go(?:ing)?\s+(?:with|for)|went\s+with|"
    r"vote\s+for|in\s+favou?r\s+of|(?:I|I'd|would|will|must|can|to)\s+(?:say|answer|conclude)|settle\s+on|opt\s+for|"
    r"(?:it|that|this)(?:'s|\s+(?:is|was|must\s+be|should\s+be|would\s+be|has\s+to\s+be|might\s+be))|must\s+be|"
    r"(?:so|thus|therefore|hence|overall|ultimately|in\s+the\s+end|conclude|conclusion|leaves(?:\s+us\s+with)?|leaving|points?\s+to|"
    r"corresponds?\s+to|match(?:es)?|namely)|"
    r"(?:based\s+on|given|because|since|considering|according\s+to)\b[^.\n]{0,70},|"
    r"(?:answer|choice|option|verdict|winner|one|response)(?:\s+here)?\s+(?:is(?:\s+still)?|remains|stays|was|would\s+be|must\s+be|should\s+be|has\s+to\s+be|might\s+be|may\s+be|=))"
    r"[\s,:]+(?:(?:that|it's|it\s+is|is|the|definitely|clearly|probably|likely|therefore|answer|correct|best|with|a|"
    + NOUNS
    + r")[\s,:]+){0,4}[(\[\"']*$",
    re.I,
)
_EARLIER = re.compile(
    r"\b(?:previous|earlier|prior|initial|original|first)\s+(?:answer|choice|response|reply|option)"
    r"\s+(?:was|is)\W{0,3}$",
    re.I,
)
_PRAISED = re.compile(
    r"[)\]\"']*\s*(?:(?:is|was|seems|looks|would\s+be|must\s+be|remains|appears)\s+"
    r"(?:(?:the|a|an|clearly|definitely|indeed|therefore|thus|slightly|much|overall|most|more|only|also)\s+){0,4}"
    r"(?:correct|right|best|better|true|answer|winner|winning|superior|stronger|preferable|preferred)\b|"
    r"(?:clearly\s+|narrowly\s+)?wins\b|deserves\s+to\s+win|[✓✔✅])",
    re.I,
)
_OPENING = re.compile(
    r"[)\]]*\s*(?:\(|[.,:;)\]!–—-]|because\b|since\b|as\b|obviously\b|clearly\b|of\s+course|\Z|\n)"
)
_NAMED = re.compile(NOUNS + r"\s+[(\[\"']*$", re.I)


@dataclass(frozen=True)
class Habits:
    """How a kind speaks when it does not use an explicit form.

    `declares(text, mark)`: the text presents the mark as its answer. `mentions(text, mark)`: the
    mark counts when no other does. `options`: full texts of the choices with their values.
    """

    declares: Callable[[str, Mark], bool]
    mentions: Callable[[str, Mark], bool]
    options: tuple[tuple[str, str], ...] = ()


def read_label(source: Source, lexicon: Lexicon, habits: Habits) -> Reading:
    """Return the label that the cleaned text gives as its answer, with the span of the original."""
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    for stage in (_explicit, _declared, _mentioned):
        reading = stage(source, lexicon, habits)
        if reading is not None:
            return reading
    return Reading(value=None, why="no answer found")


def declared_letter(text: str, mark: Mark) -> bool:
    """True for "I choose B", "so (B)", "B is correct": the sign is presented as the answer."""
    before = text[max(0, mark.start - 80) : mark.start]
    if _EARLIER.search(before):
        return False
    if _DECLARING.search(before):
        return not supposed(text, mark.start)
    return bool(_PRAISED.match(text, mark.end)) and not supposed(text, mark.start)


def named_letter(text: str, mark: Mark) -> bool:
    """True for "option C", "choice C" and "(C)"."""
    if _NAMED.search(text[max(0, mark.start - 16) : mark.start]):
        return True
    around = text[max(0, mark.start - 1) : mark.start] + text[mark.end : mark.end + 1]
    return around in ("()", "[]")


def never(text: str, mark: Mark) -> bool:
    """No mention counts for this kind."""
    return False


def _explicit(source: Source, lexicon: Lexicon, habits: Habits) -> Reading | None:
    """The last explicit form that states anything; two answers inside it are unparsed."""
    text = source.text
    found = [*statements(text), *_last_line(text, lexicon, habits)]
    for statement in sorted(found, key=lambda s: s.end, reverse=True):
        named = _stated(text, statement, lexicon, habits)
        if named is None:
            continue
        return _agreed(source, named, statement.form)
    return None


def _stated(
    text: str, statement: Statement, lexicon: Lexicon, habits: Habits
) -> Sequence[Mark] | None:
    """Return the marks that a statement names: none when it declines, None when it is no answer."""
    start, end = _after_noun(text, statement.start, statement.end), statement.end
    body = text[start:end]
    if value := lexicon.bare(body):
        return [Mark(value, *_core(text, start, end), word=len(body.strip()) > 1)]
    named = options_named(text, start, end, habits.options)
    if whole := [m for m in named if _same_text(body, text[m.start : m.end])]:
        return whole
    marks = list(lexicon.marks(text, start, end))
    if marks and _LEAD.fullmatch(text, start, marks[0].start):
        return _leading(text, marks, named, end)
    if _NO_ANSWER.match(body) or (not marks and not named and _DENIES.match(body)):
        return []
    if statement.strict:
        return named if named and _LEAD.fullmatch(text, start, named[0].start) else None
    stop = sentence_end(text, start, end)
    return [m for m in marks if m.start < stop] or marks or named or None


def _after_noun(text: str, start: int, end: int) -> int:
    """Return where `text[start:end]` goes on after an opening "option" or "choice"."""
    noun = _NOUN_FIRST.match(text, start, end)
    return noun.end() if noun else start


def _leading(text: str, marks: Sequence[Mark], named: Sequence[Mark], end: int) -> Sequence[Mark]:
    """The first mark, with those joined to it ("A or B") or put in its place ("A. Wait, B")."""
    kept = [marks[0]]
    for mark in marks[1:]:
        dot = r"\.?" if mark.word else ""
        between = text[kept[-1].end : mark.start]
        joined = re.fullmatch(f"(?:{_JOINED.pattern}){dot}(?:{_JOINED.pattern})", between, re.I)
        if joined or _TAKEN_BACK.search(between):
            kept.append(mark)
    after = re.compile(r"[\s)\]}\"':.,–—-]*").match(text, kept[0].end, end)
    place = after.end() if after else end
    return [*kept, *(m for m in named if m.start == place and len(kept) == 1)]


def _last_line(text: str, lexicon: Lexicon, habits: Habits) -> Iterator[Statement]:
    """The last line, when it is only an answer or ends in a colon and only an answer."""
    places = lines(text)
    for start, end in places[-1:]:
        whole = _only_answer(text, start, end, lexicon, habits)
        if whole and not _is_list(text, places, lexicon, habits):
            yield Statement(start, end, "last line")
        for after in _SENTENCE.finditer(text, start, end):
            last = text[after.end() : end]
            if _SIGN.fullmatch(last) and lexicon.bare(last):
                yield Statement(after.end(), end, "last sentence")
        colon = text.rfind(":", start, end)
        if (
            colon > 0
            and lexicon.bare(text[colon + 1 : end])
            and _introduces(text, start, colon, lexicon)
        ):
            yield Statement(colon + 1, end, "last line")


def _introduces(text: str, start: int, colon: int, lexicon: Lexicon) -> bool:
    """True when a line's words before its colon name no label themselves and deny none."""
    quoted = re.search(r"\bbased\s+on\b|\bgiven\b|\bcompared\b", text[start:colon], re.I)
    return not any(lexicon.marks(text, start, colon)) and (
        bool(quoted) or not doubted(text, colon, colon)
    )


def _only_answer(text: str, start: int, end: int, lexicon: Lexicon, habits: Habits) -> bool:
    body = text[_after_noun(text, start, end) : end]
    if lexicon.bare(body):
        return True
    named = options_named(text, start, end, habits.options)
    if any(_same_text(body, text[m.start : m.end]) for m in named):
        return True
    first = next(iter(lexicon.marks(text, start, end)), None)
    if first is None or not named or not _LEAD.fullmatch(text, start, first.start):
        return False
    rest = text[first.end : end]
    return any(_same_text(rest, text[m.start : m.end]) for m in named)


def _is_list(
    text: str, places: Sequence[tuple[int, int]], lexicon: Lexicon, habits: Habits
) -> bool:
    """True when the line above the last one is another label too: a list, not an answer.

    Each is bare, or opens its line and has the option's text after it.
    """
    values = [lexicon.bare(text[start:end]) for start, end in places[-2:]]
    if len(values) == 2 and None not in values:
        return values[0] != values[1]
    if len(places) < 2 or not habits.options:
        return False
    above, last = (_first_label(text, *place, lexicon) for place in places[-2:])
    return (
        None not in (above, last)
        and above != last
        and _only_answer(text, *places[-2], lexicon, habits)
    )


def _first_label(text: str, start: int, end: int, lexicon: Lexicon) -> str | None:
    """Return the label that opens a line, followed by a sign: `C. 1900`, `(C) 1900`."""
    first = next(iter(lexicon.marks(text, start, end)), None)
    if first is None or text[start : first.start].strip(" ([*-•"):
        return None
    return first.value if text[first.end : first.end + 1] in (".", ")", ":", "]") else None


def _declared(source: Source, lexicon: Lexicon, habits: Habits) -> Reading | None:
    """What the reply opens with or presents as its answer, with what is joined to it by "or"."""
    text = source.text
    marks = list(lexicon.marks(text, 0, len(text)))
    found = _opener(text, marks, lexicon)
    for place, mark in enumerate(marks):
        if habits.declares(text, mark):
            found += marks[place : place + 1 + _paired(text, marks, place)]
    return _agreed(source, found, "declared") if found else None


def _paired(text: str, marks: Sequence[Mark], place: int) -> bool:
    """True when the next mark is joined to this one by "or", "and" or a slash."""
    if place + 1 == len(marks):
        return False
    return bool(_OR.fullmatch(text, marks[place].end, marks[place + 1].start))


def _opener(text: str, marks: Sequence[Mark], lexicon: Lexicon) -> list[Mark]:
    """The mark that the reply opens with, unless it opens a list of the options."""
    first = lines(text)
    starts = {start for start, _ in first}
    heads = [m for m in marks if _head(text, m) in starts and _OPENING.match(text, m.end)]
    alone = {value for place in first if (value := lexicon.bare(text[slice(*place)]))}
    if len({m.value for m in heads if not m.word} | alone) > 1 or _scored(text, marks):
        return []
    if not heads or _head(text, heads[0]) != first[0][0]:
        return _lettered(text, first, lexicon)
    if _spelled(text, heads[0]):
        return []
    line = [m for m in marks if heads[0].start <= m.start < first[0][1]]
    return list(_leading(text, line, (), first[0][1]))


def _lettered(text: str, places: Sequence[tuple[int, int]], lexicon: Lexicon) -> list[Mark]:
    """The small letter of a reply that opens with "b) …", when no other line does likewise."""
    shape = re.compile(r"\(?([a-z])(?:\)(?=\s)|\.(?=\s[A-Z]))")
    found = [m for start, _ in places if (m := shape.match(text, start))]
    if len(found) != 1 or found[0].start() != places[0][0]:
        return []
    value = lexicon.bare(found[0][1])
    return [Mark(value, *found[0].span(1), word=False)] if value else []


def _scored(text: str, marks: Sequence[Mark]) -> bool:
    """True for "A: 8, B: 6": the labels are given points, none is chosen."""
    return len({m.value for m in marks if re.compile(r"\s*:\s*\d").match(text, m.end)}) > 1


def _spelled(text: str, mark: Mark) -> bool:
    """True for "C. elegans" and "A. C. Clarke": a sign that opens something else."""
    return not mark.word and bool(re.compile(r"\.\s?(?:[a-z]|[A-Z]\.)").match(text, mark.end))


def _head(text: str, mark: Mark) -> int:
    start = mark.start
    while start and text[start - 1] in "([\"'“":
        start -= 1
    return start


def _mentioned(source: Source, lexicon: Lexicon, habits: Habits) -> Reading | None:
    text = source.text
    found = [m for m in lexicon.marks(text, 0, len(text)) if habits.mentions(text, m)]
    found = found or options_named(text, 0, len(text), habits.options, prose=True)
    return _agreed(source, found, "the only one named") if found else None


def _agreed(source: Source, marks: Sequence[Mark], form: str) -> Reading:
    """One answer, or unparsed when there are none or several."""
    values = _distinct(m.value for m in marks)
    if len(values) == 1:
        span = source.original(marks[0].start, marks[0].end)
        return Reading(value=values[0], span=span, why=form)
    if not values:
        return Reading(value=None, why=f"{form}: declines to answer")
    return Reading(value=None, why=f"{form}: names {' and '.join(values)}")


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _same_text(body: str, option: str) -> bool:
    return _bare_text(body) == _bare_text(option)


def _bare_text(text: str) -> str:
    return " ".join(text.split()).strip(" \t\"'.,:;!()[]{}$*–—-").casefold()


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without space, quotes and brackets around it."""
    found = re.compile(r"\W*(.*?)\W*", re.S).fullmatch(text, start, end)
    return found.span(1) if found and found[1] else (start, end)
