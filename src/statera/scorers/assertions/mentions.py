"""The first check: where the thing is named, and what its clause says of it.

Each place where one of the words stands is `stated`, `denied`, `ended` (stopped, removed,
resolved), `doubtful`, or `unrelated` (the relation's words are not there, or somebody else has it).
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from statera.scorers.assertions.assertion import Assertion
from statera.scorers.assertions.clauses import Clause, clauses
from statera.scorers.assertions.polarity import denied
from statera.scorers.assertions.relations import AFTER, BEFORE, FAMILY, RELATIONS, Words

Said = Literal["stated", "denied", "ended", "doubtful", "unrelated"]
_NEAR = 34
_NEGATION = re.compile(r"\b(?:not|no)\b", re.I)
_SEGMENT = re.compile(r",(?!\s*\d)")


class Mention(NamedTuple):
    """One place where the thing is named, and what is said of it there."""

    said: Said
    span: tuple[int, int]


def mentions(assertion: Assertion, text: str) -> tuple[Mention, ...]:
    """Return every place where a synonym stands in the text (which has gone through `plain`)."""
    words = _words(assertion)
    found = pattern(assertion.synonyms)
    return tuple(_mentions(found, words, clauses(text))) if assertion.synonyms else ()


def opposed(assertion: Assertion, text: str) -> tuple[Mention, ...]:
    """Return where one of the opposites is claimed, synonyms that hold one left out."""
    if not assertion.opposites:
        return ()
    own = [mention.span for mention in mentions(assertion, text)]
    found = _mentions(pattern(assertion.opposites), RELATIONS["mention"], clauses(text))
    return tuple(
        one for one in found
        if one.said == "stated" and not any(a <= one.span[0] and one.span[1] <= b for a, b in own)
    )  # fmt: skip


def vaguely(assertion: Assertion, text: str) -> bool:
    """Return True where a vague word for the thing is used and not denied."""
    if not assertion.vague:
        return False
    found = _mentions(pattern(assertion.vague), RELATIONS["mention"], clauses(text))
    return any(one.said == "stated" for one in found)


@lru_cache(maxsize=1024)
def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds any of the words, the longest first; spaces and hyphens are the same."""
    forms = sorted(words, key=len, reverse=True)
    parts = (r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", word.strip()))) for word in forms)
    return re.compile(rf"(?<![\w])(?:{'|'.join(parts)})(?:e?s)?(?![\w])", re.I)


def _words(assertion: Assertion) -> Words:
    words = RELATIONS[assertion.relation]
    return words._replace(cues=pattern(assertion.cues)) if assertion.cues else words


def _mentions(found: re.Pattern[str], words: Words, where: tuple[Clause, ...]) -> Iterator[Mention]:
    for clause in where:
        for match in found.finditer(clause.text):
            place = clause.start + match.start(), clause.start + match.end()
            yield Mention(_said(clause, match, words), place)


def _said(clause: Clause, match: re.Match[str], words: Words) -> Said:
    text, start, end = clause.text, match.start(), match.end()
    if words is not RELATIONS["order"] and _elsewhere(clause, start, end):
        return "unrelated"
    cue = _cue(clause, start, words)
    if words.cues is not None and cue is None:
        return "unrelated"
    text = _without_cues(text, words)
    if denied(text, start, end) or (cue and cue[0] >= end and _cue_denied(text, end, *cue)):
        return "denied"
    if words.ended and _takes_back(words.ended, text, start, end):
        return "ended"
    segment = _segment(text, start, end)
    return "doubtful" if words.doubtful and words.doubtful.search(segment) else "stated"


def _cue(clause: Clause, start: int, words: Words) -> tuple[int, int] | None:
    """Return where the nearest cue stands, (-1, -1) being the label above the clause."""
    if words.cues is None:
        return None
    spans = [found.span() for found in words.cues.finditer(clause.text)]
    if spans:
        return min(spans, key=lambda span: abs(span[0] - start))
    return (-1, -1) if words.cues.search(clause.label) else None


def _without_cues(text: str, words: Words) -> str:
    """Return the text without cues that are negations themselves: `not yet reported`."""

    def blank(found: re.Match[str]) -> str:
        return " " * len(found[0]) if _NEGATION.search(found[0]) else found[0]

    return words.cues.sub(blank, text) if words.cues else text


def _cue_denied(text: str, end: int, cue: int, stop: int) -> bool:
    """Return True for `penicillin: not allergic`, `penicillin allergy denied`."""
    return cue - end <= _NEAR and denied(text[end:], cue - end, stop - end)


def _elsewhere(clause: Clause, start: int, end: int) -> bool:
    """Return True where the clause, or its label, speaks of the family."""
    return bool(FAMILY.search(clause.label) or FAMILY.search(_segment(clause.text, 0, end)[-90:]))


def _segment(text: str, start: int, end: int) -> str:
    """Return what stands between the commas around the words."""
    lows = [found.end() for found in _SEGMENT.finditer(text, 0, start)]
    high = _SEGMENT.search(text, end)
    return text[max(lows, default=0) : high.start() if high else len(text)]


def _takes_back(ended: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Return True where a word that ends it stands next to it, but for words that only join."""
    for found in ended.finditer(text):
        if found.start() >= end and AFTER.fullmatch(text, end, found.start()):
            return True
        if found.end() <= start and BEFORE.fullmatch(text, found.end(), start):
            return True
    return False
