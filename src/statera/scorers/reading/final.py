"""The verdict that a judge was asked for: in brackets at the end of its reply, or as JSON.

What a reply ends with is its final verdict. Verdicts that stand together there with nothing but
"or", "and" and punctuation between them must agree, and so must everything that calls itself the
final verdict; what is said on the way does not count. Without a verdict at the end, one on a line
of its own counts, and then whatever the kind's own reader finds.

A reply that is a JSON object is read as JSON: its own keys, not what is quoted in its texts.
"""

import json
import re
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import NamedTuple

from statera.records.scores import Reading
from statera.scorers.reading.source import prepare

JOINERS = frozenset(
    re.findall(r"\w+", "or and to through maybe perhaps vs versus also either both the my a an is")
)
_JOIN = re.compile(rf"(?:[\W_]|\b(?:{'|'.join(sorted(JOINERS))})\b)*", re.I)
_FIRM = r"(?:score|rating|grade|verdict|judge?ment|decision|assessment)"
_SIGN = r"[\"'*]*\s*(?:(?:is|was)\b\s*:?|:|=|->|→)\s*"
_TAIL = 400
"""Characters from the end in which the closing verdict stands."""

_SPACE = re.compile(r"[ \t\n\r]*")
_CUES = re.compile(
    rf"(?:{_FIRM}|level|mark|winner|answer|preference|choice|better|best|preferred|was)", re.I
)
_WORD = re.compile(r"[A-Za-z0-9]{2,}(?=\W*\Z)")
_PROSE = re.compile(r"[\n\t\x20-\x29\x2b-\x3b\x3d\x3f-\x5a\x5e\x61-\x7a\x7c]*")
"""Text in which there is nothing to clean and no bracket: ASCII without `*<>[]\\_`{}~`."""
_ENDED = ".!?:;\n"
_DECODER = json.JSONDecoder()
_BESIDE = re.compile(r"[^\w\n\[]*\[{1,2}\s*([^\[\]\n]{1,20}?)\s*\]")
_LAST = re.compile(r"\[{1,2}\s*([^\[\]\n]{1,20}?)\s*\]\W*\Z")
_BRACES = 4


class Member(NamedTuple):
    """A key of an object with its value as written, at `text[start:end]`."""

    key: str
    value: object
    start: int
    end: int


class Object(NamedTuple):
    """A JSON object that starts at `start`, with its members in order."""

    start: int
    members: list[Member]


class Asked(NamedTuple):
    """What a kind of verdict looks like.

    `forms` has the groups `final` ("Final score: 4") and, for the value, `bracket`, `cued` or
    `line`; `called` finds everything that is called the final verdict. `value` gives the verdict
    behind a form, None for what is none (`[7]` of five levels); `member` the one behind a value of
    JSON; `keys` are the names it may have there, the first that is there counts. `otherwise` reads
    replies that end in no such form.
    `told` is a bracket with the text that explains it; only the bracket is kept.
    """

    forms: re.Pattern[str]
    called: re.Pattern[str]
    keys: tuple[str, ...]
    value: Callable[[str], str | None]
    member: Callable[[object], str | None]
    otherwise: Callable[[str], Reading]
    told: re.Pattern[str] | None = None


def forms(bracketed: str, plain: str, *, cues: str) -> re.Pattern[str]:
    """Return the pattern of a kind's forms; `bracketed` and `plain` are patterns of its values.

    Single brackets count at the start of a line and after the end of a sentence: "as source [4]
    says" is no verdict.
    """
    lead = r"(?:(?:so|thus|therefore|hence|my|the|overall)\s+){0,3}"
    hence = (
        r"\b(?i:so|thus|therefore|hence|overall|finally),?[ \t]+(?i:(?:it|is|it's|a|an)[ \t]+){0,3}"
    )
    free = rf"(?:^[^\w\n]*|(?<=[.!?:;–—=>\]-])[ \t]*|(?<=[.!?][\"')])[ \t]*|{hence})"
    cue = rf"(?:^[^\w\n]*|(?<=[.!?:;])\s+){lead}(?P<final>final\s+)?(?:{cues})\b{_SIGN}[\"'(\[]*"
    edge = r"\w\n\ufffc"  # beside what was taken away as an echo stands no verdict
    line = rf"^(?:[^{edge}+-]*|[^{edge}]*[+-]\s+)(?P<line>{plain})(?=[^{edge}:]*$)"
    return re.compile(
        rf"(?i:{cue})(?P<cued>{plain})|(?:{free}\[|\[\[)\s*(?P<bracket>{bracketed})\s*\]{{1,2}}|{line}",
        re.M,
    )


def called_final(plain: str) -> re.Pattern[str]:
    """Return the pattern of what calls itself the final verdict."""
    return re.compile(rf"(?i:\bfinal\s+{_FIRM}\b{_SIGN}[\"'(\[]*)(?P<cued>{plain})")


def read_final(text: str, asked: Asked) -> Reading:
    """Return the final verdict of a judge's reply, or None with the reason."""
    if (found := as_json(text, asked, whole=True)) is not None:
        return found
    source = prepare(text)
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    if (found := as_json(source.text, asked)) is not None:
        span = source.original(*found.span) if found.span else None
        return Reading(value=found.value, span=span, why=found.why)
    if asked.told:
        source = source.replaced(asked.told, lambda m: m[0].partition("]")[0] + "]")
    group = _closing(source.text, asked) or _own_lines(source.text, asked)
    if not group:
        reading = asked.otherwise(text)
        return _agreed(reading, _called(source.text, asked) | _beside(text, reading, asked))
    shown = group[-1][_form(group[-1])]
    values = {asked.value(m[_form(m)]) or m[_form(m)] for m in group}
    value = asked.value(shown)
    if len(values) > 1:
        return Reading(value=None, why=f"two final verdicts: {' and '.join(sorted(values))}")
    if value is None:
        return Reading(value=None, why=f"{shown.strip()} is no verdict on the scale")
    span = source.original(*group[-1].span(_form(group[-1])))
    reading = Reading(value=value, span=span, why="final verdict")
    return _agreed(reading, _called(source.text, asked))


def after_prose(head: str, named: frozenset[str] = frozenset(), *, numbers: bool = True) -> bool:
    """Return whether brackets after `head` are the only form: all before them is plain prose.

    They stand alone or after the end of a sentence whose last word introduces no verdict, is none
    of `named`, joins no two and, without `numbers`, is no number.
    """
    said = head.rstrip(" \t\n")
    if not said:
        return True
    if head.rstrip(" \t")[-1] not in _ENDED or not _PROSE.fullmatch(head):
        return False
    word = _WORD.search(said[-40:])
    if word is None or word[0].lower() in JOINERS | named or _CUES.fullmatch(word[0]):
        return False
    return (numbers or not word[0].isdigit()) and "final" not in head.lower()


def _form(found: re.Match[str]) -> str:
    return next(name for name in ("bracket", "cued", "line") if found[name] is not None)


def _closing(text: str, asked: Asked) -> list[re.Match[str]]:
    """Return the verdicts that the reply ends with: the last, and those that stand with it."""
    found = list(asked.forms.finditer(text, max(0, len(text) - _TAIL)))
    if not found or re.compile(r"\w").search(text, found[-1].end()):
        return []
    group = [found[-1]]
    for before in reversed(found[:-1]):
        if group[0]["final"] and not before["final"]:
            break
        if not _JOIN.fullmatch(text, before.end(), group[0].start()):
            break
        group.insert(0, before)
    return group


def _own_lines(text: str, asked: Asked) -> list[re.Match[str]]:
    """Return the verdicts in brackets that have a line of their own."""
    alone = re.compile(r"[^\w\n]*(?:\n|\Z)")
    found = asked.forms.finditer(text)
    return [
        m
        for m in found
        if m["bracket"] and _starts_line(text, m.start()) and alone.match(text, m.end())
    ]


def _starts_line(text: str, place: int) -> bool:
    return place == 0 or text[place - 1] == "\n"


def _called(text: str, asked: Asked) -> set[str]:
    found = asked.called.finditer(text)
    return {asked.value(m["cued"]) or m["cued"] for m in found}


def _beside(text: str, reading: Reading, asked: Asked) -> set[str]:
    """Return the verdicts in brackets right after what was read, and at the end: "4, so [5]"."""
    if reading.span is None:
        return set()
    end = reading.span[1]
    found = [m[1] for m in (_BESIDE.match(text, end), _LAST.search(text, end)) if m]
    return {value for shown in found if (value := asked.value(shown)) is not None}


def _agreed(reading: Reading, called: set[str]) -> Reading:
    """Return the reading, or none where something else is called the final verdict too."""
    if reading.value is None or called <= {reading.value}:
        return reading
    named = " and ".join(sorted({reading.value, *called}))
    return Reading(value=None, why=f"two final verdicts: {named}")


def as_json(text: str, asked: Asked, *, whole: bool = False) -> Reading | None:
    """Return what a reply that ends in a JSON object states, or None where it does not.

    With `whole`, the object must be all of the reply. Of the keys the first that is there counts;
    one that is there twice, or in an object right before, must agree with itself.
    """
    found = closing_object(text)
    if found is None or (whole and text[: found.start].strip()):
        return None
    named = _named(found, asked)
    if not named:
        alone = not text[: found.start].strip()
        return Reading(value=None, why=f"JSON without '{asked.keys[0]}'") if alone else None
    before = closing_object(text[: found.start])
    values = {asked.member(m.value) for m in (*named, *(_named(before, asked) if before else ()))}
    if len(values) > 1:
        return Reading(value=None, why=f"JSON: two answers to '{named[0].key}'")
    last, value = named[-1], values.pop()
    if value is None:
        shown = text[last.start : last.end][:40]
        return Reading(value=None, why=f"JSON: {shown} is no verdict")
    return Reading(value=value, span=(last.start, last.end), why="JSON")


def _named(found: Object, asked: Asked) -> list[Member]:
    """Return the members that hold the verdict: those of the first key that is there."""
    for key in asked.keys:
        if named := [member for member in found.members if member.key == key]:
            return named
    return []


def closing_object(text: str) -> Object | None:
    """Return the JSON object that the text ends with, if it does.

    A key that stands twice is there twice. Keys are in small letters.
    """
    start = text.find("{")
    for _ in range(_BRACES):
        if start < 0:
            break
        if members := _members(text, start):
            return Object(start, members)
        start = text.find("{", start + 1)
    return None


def _members(text: str, start: int) -> list[Member]:
    """Return the members of the object at `start`, when only punctuation follows it."""
    found: list[Member] = []
    place = _skip(text, start + 1)
    try:
        while True:
            if text[place] != '"':
                return []
            key, place = scanstring(text, place + 1, False)
            place = _skip(text, place)
            if text[place] != ":":
                return []
            begin = _skip(text, place + 1)
            value, place = _DECODER.raw_decode(text, begin)
            found.append(Member(key.lower(), value, begin, place))
            place = _skip(text, place)
            if text[place] != ",":
                break
            place = _skip(text, place + 1)
        whole = text[place] == "}" and not re.compile(r"\w").search(text, place + 1)
    except (ValueError, IndexError, RecursionError):
        return []
    return found if whole else []


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
