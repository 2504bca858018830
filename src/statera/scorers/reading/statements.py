"""Explicit final forms: the places where a reply states its answer.

A JSON field, a box, `[[B]]`, `<answer>`, "Answer: X", "The answer is X", a last line. They are
found without knowing what an answer looks like; what stands in them is read by each kind.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

KEYS = (
    r"(?:final[\s_-]?)?(?:answer|choice|option|winner|verdict|label|grade|result|rating|score|"
    r"prediction|decision|selection|selected|preferred|preference|better|best|chosen|judge?ment|classification|"
    r"correct[\s_-]?(?:answer|option|choice)|answer[\s_-]?(?:letter|choice)|"
    r"overall[\s_-]?(?:score|rating)|safety|evaluation|value)"
)
_NOUN = (
    r"(?:answers?|verdict|choice|option|winner|judge?ment|grade|rating|score|decision|conclusion|"
    r"label|classification|result|prediction|selection|preference|pick|solution|assessment|evaluation|"
    r"(?:better|best|preferred|winning|stronger)\s+(?:response|assistant|answer|one|model|option)|"
    r"Antwort|Réponse|Respuesta|Risposta|Resposta|Ответ|答案|正解|正确答案)"
)
_TO = r"(?:to|for)\s+(?:this|the|your|that)\s+(?:\w+\s+){0,2}?(?:question|problem|prompt|task)"
_BE = r"(?:is(?:\s+still)?|remains|stays|"
_BE += r"was|would\s+be|should\s+be|must\s+be|will\s+be|lautet|ist|est|es|是)"
_COLON = re.compile(
    rf"(?<![\w-]){_NOUN}(?![\w-])"
    rf"(?:\s+(?:letter|choice|option|number|here|then|therefore|{_TO}|{_BE}))"
    r"{0,3}(?:\s*\([^()\n]{0,30}\))?[\"']?\s*(?::(?!:)|=(?!=)|->|→|\s[–—-]\s)[ \t]*",
    re.I,
)
_SO = (
    r"(?:so|thus|therefore|hence|then|consequently|accordingly|finally|clearly|overall|and|but|now|"
)
_SO += r"in\s+(?:conclusion|summary|short)|as\s+a\s+result|based\s+on\s+(?:this|that|the\s+above))"
_IS = re.compile(
    rf"(?:(?:\A|[.!?;)\]:]\s|\n)\s{{0,9}}(?:{_SO},?\s+){{0,2}}|,?\s(?:{_SO},?\s{{1,4}}){{1,3}})"
    r"(?:(?:the|my|our|its?|la|die|das|el)\s+)?"
    rf"(?:(?:final|correct|best|right|overall|only|most\s+likely|"
    rf"richtige|korrekte|bonne|mejor)\s+){{0,2}}"
    rf"{_NOUN}(?:\s+(?:choice|option|letter|correcta|correcte|finale?|{_TO}))?,?\s+(?:{_SO},?\s+)?{_BE}\s+",
    re.I,
)
_SHORT_CUE = re.compile(
    r"(?<![\w-])ans\s*[.:)]\s*|选(?:择)?\s*:?\s*(?=[A-Z]\b)|答案(?:应该|应)?(?:是|为)\s*:?\s*|答えは\s*|정답은?\s*:?\s*",
    re.I,
)
_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{((?:[^{}]|\{[^{}]*\}){0,300})(?:\}|\Z)")
_BRACKETS = re.compile(r"\[\[([^\[\]\n]{1,60})\]\]")
_TAG = re.compile(
    r"<(answer|final[_-]?answer|verdict|choice|score|rating|label|result|grade|decision|winner|judge?ment)>"
    r"(.*?)(?:</\1\s*>|\Z|\n\s*\n)",
    re.I | re.S,
)
_FIELD = re.compile(
    rf"[\"'](?P<key>{KEYS})[\"']\s*:\s*(?:\"(?P<a>(?:[^\"\\]|\\.)*)\"|'(?P<b>(?:[^'\\]|\\.)*)'"
    r"|(?P<c>-?[\w.+-]+)|\[(?P<d>[^\[\]]*)\])",
    re.I,
)
_OBJECT = re.compile(r"\{(?=\s*[\"'])")
_SUPPOSED = re.compile(
    r"\b(?:if|unless|suppose\w*|assum\w+|mistak\w+|tempt\w*|for\s+example|e\.g|whether|"
    r"(?:might|may|could)\s+(?:think|believe|expect))\b",
    re.I,
)
_UNASKED = re.compile(
    r"(?:\b(?:might|may|could|wrong|incorrect|not|isn't|format|example|reference|gold(?:en)?|"
    r"expected|initial|previous|original|candidate|submitted|distractor|possible|typical|user|"
    r"students?|common|(?:down|up|de)grad\w+)(?:'?s)?(?:[ \t]+[\w']+){0,2}[ \t]*)$",
    re.I,
)
_REACH = 400  # characters: how far from its cue an answer may stand
_HENCE = re.compile(r"\b(?:so|thus|therefore|hence|consequently|accordingly)\b", re.I)


class Statement(NamedTuple):
    """An explicit form; the answer is expected in `text[start:end]`.

    `strict` forms ("The answer is …") state an answer only when it stands first in them.
    `key` is a JSON field's name.
    """

    start: int
    end: int
    form: str
    strict: bool = False
    key: str = ""


def statements(text: str) -> list[Statement]:
    """Return the explicit forms of a cleaned text in order; what lies in JSON is read as JSON."""
    objects = list(_objects(text))
    inside = [s for start, end in objects for s in _fields(text, start, end)]
    hidden = [(o[0], o[1]) for o in objects if any(o[0] <= s.start < o[1] for s in inside)]
    free = [s for s in _free(text) if not any(a <= s.start < b for a, b in hidden)]
    return sorted((*inside, *free), key=lambda s: (s.start, -s.end))


def doubted(text: str, start: int, end: int) -> bool:
    """True when what is said at `text[start:end]` is only supposed, quoted or denied there."""
    if _HENCE.search(text, start, end):
        return False
    if supposed(text, end):
        return True
    return bool(_UNASKED.search(text[max(0, start - 40) : start]))


def supposed(text: str, place: int) -> bool:
    """True when the sentence that leads to `place` is an "if" or tells of a mistake."""
    far = max(0, place - _REACH)
    opening = max(text.rfind(sign, far, place) for sign in (". ", "\n", "? ", "! ", ";"))
    return bool(_SUPPOSED.search(text, max(far, opening), place))


def lines(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the non-empty lines, without surrounding space."""
    found = ((m.start(), m.end()) for m in re.finditer(r"[^\n]+", text))
    return [_trimmed(text, *place) for place in found if text[slice(*place)].strip()]


def sentence_end(text: str, start: int, end: int) -> int:
    """Return where the first sentence of `text[start:end]` ends."""
    stop = re.compile(
        r"(?<=\w\w)[.!?](?=\s)|(?<=[)\]\"'])[.!?](?=\s)|(?<=\b\w)[.!?](?=\s+[A-Z])|\n"
    )
    found = stop.search(text, start, end)
    return found.start() if found else end


def _free(text: str) -> Iterator[Statement]:
    yield from (Statement(*m.span(1), "box") for m in _BOX.finditer(text))
    yield from (Statement(*m.span(1), "double brackets") for m in _BRACKETS.finditer(text))
    for tag in _TAG.finditer(text):
        yield Statement(tag.start(2), min(tag.end(2), tag.start(2) + _REACH), f"<{tag[1].lower()}>")
    yield from (
        Statement(m.end(), _line_end(text, m.end()), "answer") for m in _SHORT_CUE.finditer(text)
    )
    yield from _cued(text)
    for found in _IS.finditer(text):
        if not doubted(text, *found.span()):
            end = sentence_end(text, found.end(), _line_end(text, found.end()))
            yield Statement(found.end(), end, "the answer is", strict=True)


def _cued(text: str) -> Iterator[Statement]:
    cues = [m for m in _COLON.finditer(text) if not doubted(text, *m.span())]
    for cue, after in zip(cues, [*cues[1:], None], strict=False):
        start = cue.end()
        if not text[start : _line_end(text, start)].strip(" \t-:"):
            after_space = re.compile(r"\s*").match(text, start)
            start = after_space.end() if after_space else start
        end = min(_line_end(text, start), after.start() if after else len(text))
        yield Statement(start, max(start, end), "final statement")


def _line_end(text: str, start: int) -> int:
    """Return where the line ends, or as far as an answer may reach."""
    far = min(len(text), start + _REACH)
    end = text.find("\n", start, far)
    return far if end < 0 else end


def _objects(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of JSON objects; one that is cut off goes to the end."""
    done = 0
    for found in _OBJECT.finditer(text):
        if found.start() >= done:
            done = _closing(text, found.start())
            yield found.start(), done


def _closing(text: str, start: int) -> int:
    depth = 0
    for token in re.compile(r"\"(?:[^\"\\]|\\.)*\"|[{}]", re.S).finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0 and token[0] == "}":
            return token.end()
    return len(text)


def _fields(text: str, start: int, end: int) -> Iterator[Statement]:
    for found in _FIELD.finditer(text, start, end):
        group = next(name for name in "abcd" if found[name] is not None)
        begin, stop = found.span(group)
        yield Statement(begin, min(stop, begin + _REACH), "JSON field", key=found["key"].lower())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())
