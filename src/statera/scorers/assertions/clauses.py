"""A text as clauses, each with the label that it stands under; what negation scopes reach over.

>>> [(c.label, c.text) for c in clauses("Allergies: penicillin. Stable; no fever.")]
[('Allergies', 'Allergies: penicillin'), ('', 'Stable'), ('', 'no fever')]
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

_MARKS = re.compile(r"[*_`#]+|^[ \t]*(?:[-•·+>]|\d{1,2}[.)])[ \t]+", re.M)
_HEADING = re.compile(
    r"^[ \t]*(#{1,6}[ \t]+|\*\*|__)([^*_#\n]{1,40}?)[ \t]*:?(\*\*|__)?:?[ \t]*$", re.M
)
_ROW = re.compile(r"^[ \t]*\|(.*)\|[ \t]*$", re.M)
_NO_HEADING = re.compile(r"(?:NKD?A|DNA?R|DNACPR|DNI|ICD|PPM|CRT-D)\b")
_LABEL = re.compile(
    r"\s*([A-Za-z][\w/&'’() -]{0,38}?[\w)])\s*(?::|\s[-–—](?=\s)|—)(?!\d)\s*"
    r"|\s*([A-Z][A-Z/& ]{2,28}[A-Z])\s*$"
)
_ENDS = re.compile(
    r"(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)(?<!\bSt)"
    r"[.!?](?=\s+[A-Z(\d]|\s*$)"
    r"|\n|[;|•]"
    r"|,?\s(?=(?:but|however|although|though|whereas|despite)\b)"
)
_LABELLED_WORDS = 5
_LONGEST = 400
"""A clause of more characters is read in parts, so that reading takes time in proportion."""


class Clause(NamedTuple):
    """A piece of text with its place; `label` names the field or section that it stands in.

    A label of its own is a part of its text; `value` is where the text goes on after it.
    """

    text: str
    start: int
    label: str = ""
    value: int = 0


def plain(text: str) -> str:
    """Return the text without accents, marks of Markdown and odd quotes, of the same length.

    Cells of a table's row become a label and what it says.
    """
    folded = "".join(_folded(char) for char in text)
    headed = _HEADING.sub(
        lambda found: f"{found[2]}:".ljust(len(found[0]))[: len(found[0])], folded
    )
    return _MARKS.sub(lambda found: _blank(found[0]), _ROW.sub(_row, headed))


@lru_cache(maxsize=256)
def clauses(text: str) -> tuple[Clause, ...]:
    """Return the clauses of the text, in its order; `text` has gone through `plain`."""
    return tuple(_clauses(text))


def _clauses(text: str) -> Iterator[Clause]:
    section = ""
    for start, line in _lines(text):
        if not line.strip():
            section = ""
            continue
        label, sentence = section, True
        for place, piece in _pieces(line):
            label = section if sentence else label
            value = 0
            if match := _label(piece):
                label, value = (match[1] or match[2]).strip(), match.end()
                if value >= len(piece.rstrip()) and place == 0:
                    section = label
            after = line[place + len(piece) : place + len(piece) + 1]
            sentence = after in (".", "!", "?")
            lead = len(piece) - len(piece.lstrip())
            yield Clause(piece.strip(), start + place + lead, label, max(0, value - lead))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _pieces(line: str) -> Iterator[tuple[int, str]]:
    start = 0
    for end in [*(found.span() for found in _ENDS.finditer(line)), (len(line), len(line))]:
        while end[0] - start > _LONGEST:
            cut = line.rfind(" ", start + 1, start + _LONGEST)
            cut = cut if cut > start else start + _LONGEST
            yield start, line[start:cut]
            start = cut
        if line[start : end[0]].strip():
            yield start, line[start : end[0]]
        start = end[1]


def _label(piece: str) -> re.Match[str] | None:
    match = _LABEL.match(piece)
    if match is None or _NO_HEADING.match((match[1] or match[2]).strip()):
        return None
    return match if len((match[1] or match[2]).split()) <= _LABELLED_WORDS else None


def _folded(char: str) -> str:
    if char in "‘’":
        return "'"
    if char in "‐‑\u00a0":
        return "-" if char != "\u00a0" else " "
    if char.isascii():
        return char
    base = unicodedata.normalize("NFD", char)[0]
    return base if base.isascii() else char


def _row(found: re.Match[str]) -> str:
    """Return a row of a table as `first cell : second cell`; the line below its head is blank."""
    cells = "" if set(found[1]) <= set("|-: ") else found[1].replace("|", ":")
    return found[0][: found.start(1) - found.start()].replace("|", " ") + (
        cells.ljust(len(found[1])) + " " + found[0][found.end(1) - found.start() + 1 :]
    )


def _blank(marks: str) -> str:
    return "".join(char if char == "\n" else " " for char in marks)
