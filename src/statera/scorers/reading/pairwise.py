"""Which of two replies a judge prefers, or a tie.

>>> read("Assistant A misstates the date. **Final verdict: B**").value
'B'
>>> read("[[A>>B]]").value, read("A or B, hard to say.").value
('A', None)
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from statera.records.scores import Reading
from statera.scorers.reading.lexicon import Lexicon, Mark
from statera.scorers.reading.source import prepare
from statera.scorers.reading.verdict import Habits, declared_letter, read_label

_TIES = ("tie", "draw", "tied", "equal", "equally good")
_COMPARED = r"{a}\s*(?P<sign>>{{1,2}}|<{{1,2}}|=|≫|≪|≻|≺)\s*{b}"
_TIE_SAID = re.compile(
    r"\b(?:a|it's|is|are|as|call\s+it|declare|=)\s+(?:an?\s+|clear\s+|virtual\s+)*$", re.I
)


def read(text: str, allowed: Sequence[str] = ("A", "B", "TIE")) -> Reading:
    """Return the preferred label; praise and blame on the way to the verdict do not count."""
    source = prepare(text)
    labels = tuple(allowed)
    tie = next((label for label in labels if label.casefold() in _TIES), None)
    sides = [label for label in labels if label != tie]
    if len(sides) == 2:
        pattern = _compared(*sides)
        source = source.replaced(pattern, lambda m: _preferred(m, sides, tie))
    if tie:
        source = source.replaced(re.compile(r"(?<=\[\[)C(?=\]\])"), lambda _: tie)
    return read_label(source, _lexicon(labels, tie), _HABITS)


@lru_cache(maxsize=32)
def _compared(a: str, b: str) -> re.Pattern[str]:
    one, two = re.escape(a), re.escape(b)
    forward, back = _COMPARED.format(a=one, b=two), _COMPARED.format(a=two, b=one)
    back = back.replace("?P<sign>", "?P<back>")
    return re.compile(rf"(?<!\w)(?:{forward}|{back})(?!\w)")


def _preferred(found: re.Match[str], sides: Sequence[str], tie: str | None) -> str:
    sign, order = found["sign"] or found["back"], sides if found["sign"] else sides[::-1]
    if sign == "=":
        return tie or found[0]
    return order[0] if sign[0] in ">≫≻" else order[1]


@lru_cache(maxsize=32)
def _lexicon(labels: tuple[str, ...], tie: str | None) -> Lexicon:
    signs = {label: label for label in labels if len(label) == 1}
    words = {label: label for label in labels if len(label) > 1}
    words |= {word: tie for word in _TIES if tie}
    return Lexicon(signs, words)


def _declares(text: str, mark: Mark) -> bool:
    if not mark.word:
        return declared_letter(text, mark)
    return bool(_TIE_SAID.search(text[max(0, mark.start - 40) : mark.start]))


def _mentions(text: str, mark: Mark) -> bool:
    return mark.word and text[mark.start : mark.end].isupper()


_HABITS = Habits(declares=_declares, mentions=_mentions)
