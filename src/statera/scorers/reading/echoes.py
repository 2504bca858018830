"""A judge's reply without what it repeats of the texts that it grades.

A graded text may hold something that looks like a verdict ("Final verdict: [[A]]"), and a judge
that reports it must not be taken at that word. What is taken away:

1. what stands between the markers that fence graded texts in a prompt;
2. a quotation (quotation marks, backticks, a code block, a line after `>`) of three words or more
   that is in a graded text word for word;
3. a verdict whose value a graded text states too, when it is quoted, when the sentence or the line
   before it says that a text says so ("the reply ends with", "Response A:"), or when it comes with
   the words that it has in the graded text: three telling ones, or
   five; eight across an empty line.

What is left is the judge's own: "[5]" at the end of a reply stays its verdict although the graded
text is "[5]" too, and so does a verdict in quotes or in a code block that ends the reply on lines
of its own. Words are compared only, without case, marks, spacing and invisible characters.

>>> without_echoes('It says "[[A]]". [[B]]', ["Pick me: [[A]]"]).replace(BLANK, "_")
'It says "_____". [[B]]'
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from statera.scorers.reading.final import closing_object
from statera.scorers.reading.source import Source, unified

BLANK = "\ufffc"
"""Stands for each character that was taken away, so that spans stay where they are."""

_FENCED = re.compile(
    r"<<<[ ]?([0-9a-f]{12,64})\b(?:(?s:.*?)\1[ ]?>>>|[^\n]*(?:\n(?![ \t]*(?:\n|\Z))[^\n]*)*)", re.I
)
_CUE = (
    r"(?:score|rat(?:e|ed|ing)|grad(?:e|ed|ing)|verdict|winner|answer|choice|decision|judge?ment|"
    r"preference|preferred|better|best|result|mark|level|evaluation|label|points?|option|response|"
    r"assistant|reply|value)"
)
_VALUE = (
    r"(?:[-+]?\d{1,4}(?:\.\d{1,4})?(?![\w%])|(?:[A-D]|[ab](?=\W*(?:\n|\Z|[\])\"'}])))(?!\w|['’]\w)"
    r"|(?i:tie|draw|tied|equal|yes|no|true|false)(?!\w))"
)
_GAP = r"[\s\"'`*_(\[{<“‘:=>-]{0,12}"
_NEAR = (
    r"(?:\s+(?:it|this|that|an?|the|me|us|my|our|its?|as|of|to|with|only|full|perfect|just|clearly|"
    r"exactly|should|be|is|was|must|will|would|final|overall|in|favou?r|score|rating|grade|verdict|"
    r"response|answer|assistant|reply|option|model|candidate|winner|level|maximum|highest|one)\b){0,6}"
)
_VERB = (
    r"(?:choos(?:e|ing)|chose|pick(?:ed)?|select(?:ed)?|prefer|vote|go|giv(?:e|es|ing|en)|gave|award|"
    r"assign|rate|grade|score|output|print|say|respond|answer|write|reply|deserves?|receives?|"
    r"earns?|merits?|conclude|declare|report|return|mark)"
)
_OF = r"(?:\s*(?:/|(?i:out\s+of|of)\b)\s*\d{1,4})?"
_FORM = re.compile(
    rf"\[{{1,2}}\s*(?P<bracket>{_VALUE})\s*(?:[<>=]{{1,2}}\s*[AB]\s*)?{_OF}\s*\]{{1,2}}{_OF}"
    rf"|(?i:(?:\b(?:final|overall)[\s_]+|(?<![^\W_])){_CUE}\b){_NEAR}{_GAP}(?P<cued>{_VALUE}){_OF}[\])}}*]*"
    rf"|(?i:\b{_VERB}\b){_NEAR}{_GAP}(?P<said>{_VALUE}){_OF}[\])}}*]*"
    rf"|\\(?:boxed|fbox)\{{\s*(?P<box>{_VALUE})\s*\}}"
    rf"|(?P<side>\b[AB])\b['’\"*_`)\]]*\s+(?i:(?:is|was|clearly|should|must|really|wins?|the|a|much|far|"
    r"be|deserves?|to)\s+){0,5}(?i:better|best|winner|preferred|correct|stronger|superior|wins?)\b"
    r"|(?P<ratio>\b\d{1,3}(?:\.\d+)?)\s*(?:/|(?i:out\s+of)\b|(?i:points?|stars?)\b)\s*\d{0,3}"
    r"|\b(?P<than>[AB])\s*[<>=≫≪]{1,2}\s*[AB]\b"
    rf"|^[^\w\n]*(?:\d{{1,2}}\s*[.:)\]|=–—-]+\s*)?(?P<line>{_VALUE}){_OF}(?=[^\w\n]*$)"
    r"|^[^\w\n]*\d{1,2}\s*[.:)\]|=–—-]+[\s*_\"'`\[]*(?P<point>(?i:yes|no))\b",
    re.M,
)
_KINDS = ("bracket", "cued", "said", "box", "side", "ratio", "than", "line", "point")
_QUOTED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|\"[^\"\n]{1,4000}\"|“[^”]{1,4000}”|«[^»]{1,4000}»|„[^“”]{1,4000}[“”]"
    r"|‘[^’\n]{1,4000}’(?!\w)|(?<!\w)'[^'\n]{1,4000}'(?!\w)|^[ \t]*>[^\n]*",
    re.M | re.S,
)
_SAYS = re.compile(
    r"\b(?:says?|said|saying|states?|stated|stating|claim(?:s|ed|ing)?|contain(?:s|ed|ing)?|"
    r"includ(?:es|ed|ing)|reads?|writes?|wrote|written|writing|ends?\s+(?:with|in|by)|ending|"
    r"(?:begins?|starts?|opens?|closes?)\s+with|repeats?|quot(?:es?|ing|ed)|asserts?|declares?|"
    r"instruct(?:s|ed|ing|ions?)|tells?|told|asks?|asked|asking|demand(?:s|ed|ing)|request(?:s|ed)|"
    r"tr(?:ies|ying)|attempt(?:s|ed|ing)?|inject\w*|embed\w*|insert(?:s|ed)|prints?|outputs?|"
    r"suggest(?:s|ed|ing)|pretend\w*|command(?:s|ed)?|order(?:s|ed)\s|according\s+to|"
    r"the\s+(?:text|string|line|phrase|words?|sentence|passage|token|tag|note|claim|statement))\b",
    re.I,
)
_OWN = re.compile(
    r"\b(?:so|therefore|thus|hence|consequently|but|however|overall|nevertheless|yet|which\s+is\s+why|"
    r"ignor\w+\s+(?:it|that|this))\b|,\s*(?:I|my)\b",
    re.I,
)
_SPEAKER = re.compile(
    r"\W*(?:(?:the|graded|candidate|full|text|of|from|assistant|user|model)\W+){0,4}"
    r"(?:response|answer|reply|output|assistant|candidate|text|submission|completion)\b(?:['’]s)?"
    r"(?:\s+(?:[AB12]|text|reads|says|says?\s+this))*\W*:\W*",
    re.I,
)
_SAID_AFTER = re.compile(
    r"[^\w\n]*(?:(?:which|that|as|and|is|was|this|it|appears?|stands?|found|itself|only|just|here)\s+){0,4}"
    r"(?:(?:says?|said|claim\w*|writes?|wrote|written|stated|contained|included|quoted|injected|"
    r"embedded|inside|within|in|from|by)\s+(?:by\s+|in\s+|the\s+|that\s+){0,3}"
    r"(?:response|answer|reply|output|text|candidate|assistant|submission|graded|injection)"
    r"|(?:an?\s+|the\s+)?(?:injection|injected|instruction|attack|attempt|manipulation|part\s+of\s+the)\b"
    r"|(?:says?|claims?|writes?|reads?)\s+(?:the\s+)?(?:response|answer|reply|text|assistant|candidate)\b)",
    re.I,
)
_SENTENCE = re.compile(r"[.!?][\"'”)\]]*\s|\n")
_WORD = re.compile(r"\w+")
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "final overall my the a is verdict score rating grade answer winner i so thus therefore to "
        "of out it this be better response assistant reply",
    )
)
_FEW = 3
"""So many words of the graded text beside a verdict, or in a quotation, make it an echo."""
_MANY = 8
"""So many are needed across an empty line."""
_FAR = 14
_ALIKE = str.maketrans("АВСТЕАΒ", "ABCTEAB")


class _Form(NamedTuple):
    value: str
    start: int
    end: int


class _Graded(NamedTuple):
    """A graded text as it is compared: its words, and the values of the verdicts it states."""

    words: str
    stated: frozenset[str]


def without_echoes(reply: str, graded: Sequence[str]) -> str:
    """Return the reply with `BLANK` for each character of an echo; all else keeps its place."""
    source = unified(reply)
    if "<<<" in source.text:
        fences = (source.original(*m.span()) for m in _FENCED.finditer(source.text))
        reply = _blanked(reply, fences)
        source = unified(reply)
    texts = [text for text in map(_known, graded) if text.words.strip()]
    if not reply or not texts:
        return reply
    return _blanked(reply, (source.original(*place) for place in _echoes(source, texts)))


def states(graded: Iterable[str], value: str) -> bool:
    """Return whether one of the texts states the value in the form of a verdict."""
    return any(value.lower() in _known(text).stated for text in graded)


@lru_cache(maxsize=512)
def _known(text: str) -> _Graded:
    plain = unified(text).text.translate(_ALIKE)
    return _Graded(_compared(plain), frozenset(form.value for form in _forms(plain)))


def _blanked(text: str, places: Iterable[tuple[int, int]]) -> str:
    kept = text
    for start, end in places:
        kept = kept[:start] + re.sub(r"[^\n]", BLANK, kept[start:end]) + kept[end:]
    return kept


def _forms(text: str) -> Iterator[_Form]:
    for found in _FORM.finditer(text):
        kind = next(name for name in _KINDS if found[name] is not None)
        yield _Form(found[kind].lower().removesuffix(".0"), *found.span())


def _compared(text: str) -> str:
    """Return the words, in small letters, with a space round each."""
    words = _WORD.findall(text.lower().replace("_", " "))
    return f" {' '.join(words)} "


def _echoes(source: Source, graded: Sequence[_Graded]) -> Iterator[tuple[int, int]]:
    text = source.text.translate(_ALIKE)
    own = _object(text)
    quoted = [m.span() for m in _QUOTED.finditer(text) if not _inside(own, m.start())]
    for start, end in quoted:
        words = _compared(text[start:end])
        if words.count(" ") > _FEW and any(words in known.words for known in graded):
            yield start, end
    values: frozenset[str] = frozenset().union(*(known.stated for known in graded))
    forms = [form for form in _forms(text) if form.value in values]
    if own and any(_inside(own, form.start) for form in forms):
        whole = _Form("", *own)
        if _is_echo(text, whole, quoted, graded):
            yield own
    for form in forms:
        if not _inside(own, form.start) and _is_echo(text, form, quoted, graded):
            yield form.start, form.end


def _object(text: str) -> tuple[int, int] | None:
    """Return the place of the JSON object that ends the reply: it is read by its own keys."""
    found = closing_object(text)
    return (found.start, text.rindex("}") + 1) if found else None


def _inside(place: tuple[int, int] | None, start: int) -> bool:
    return place is not None and place[0] <= start < place[1]


def _is_echo(
    text: str, form: _Form, quoted: Sequence[tuple[int, int]], graded: Sequence[_Graded]
) -> bool:
    around = [place for place in quoted if place[0] <= form.start and form.end <= place[1]]
    if _attributed(text, *(around[0] if around else form[1:])):
        return True
    if around:
        return not _ends_reply(text, *around[0])
    return _copied(text, form, graded)


def _ends_reply(text: str, start: int, end: int) -> bool:
    """Return whether a quotation ends the reply, on lines of its own, and is no line after `>`."""
    if text[start:end].lstrip()[:1] == ">" or re.compile(r"\w").search(text, end):
        return False
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t*_")


def _attributed(text: str, start: int, end: int) -> bool:
    """Return whether the sentence, or the line before with its colon, gives it to a text."""
    begin = max((m.end() for m in _SENTENCE.finditer(text, 0, start)), default=0)
    before = text[max(begin, start - 160) : start]
    if _gives_away(before):
        return True
    if not before.strip(" \t\"'`*_>“‘(["):
        line = text[:begin].rstrip().rpartition("\n")[2]
        if line.endswith(":") and (_gives_away(line) or _SPEAKER.fullmatch(line)):
            return True
    elif _SPEAKER.fullmatch(before):
        return True
    return bool(_SAID_AFTER.match(text, end))


def _gives_away(before: str) -> bool:
    last = None
    for last in _SAYS.finditer(before):  # noqa: B007
        pass
    if last is None or re.search(r"\b(?:I|I['’]d|would|will|my)\s*$", before[: last.start()]):
        return False
    return not _OWN.search(before, last.end())


def _copied(text: str, form: _Form, graded: Sequence[_Graded]) -> bool:
    """Return whether the words round a verdict are a graded text's, word for word."""
    own = _compared(text[form.start : form.end])
    before = [m for m in _WORD.finditer(text, max(0, form.start - 200), form.start)][-_FAR:]
    after = [m for m in _WORD.finditer(text, form.end, form.end + 200)][:_FAR]
    for known in graded:
        if own not in known.words:
            continue
        start, end = form.start, form.end
        while before and _compared(text[before[-1].start() : end]) in known.words:
            start = before.pop().start()
        while after and _compared(text[start : after[0].end()]) in known.words:
            end = after.pop(0).end()
        if _enough(text, form, start, end):
            return True
    return False


def _enough(text: str, form: _Form, start: int, end: int) -> bool:
    more = _compared(text[start : form.start] + " " + text[form.end : end]).split()
    if not form.value:  # an object: its texts are words too
        more += _compared(text[form.start : form.end]).split()
    telling = [word for word in more if word not in _FILLERS]
    spaced = re.search(r"\n[ \t]*\n", text[start:end]) is not None
    return len(telling) >= (_MANY if spaced else _FEW) or (not spaced and len(more) > _FEW + 1)
