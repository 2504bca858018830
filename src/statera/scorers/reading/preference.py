"""Which of two replies a judge prefers: `[[A]]`, `[[B]]` or `[[TIE]]` at the end of its reply.

Stricter than `pairwise`, which reads it where no such form is there: two final verdicts are none.

>>> read("[[A]] has the better style, but B is right. [[B]]").value, read("[[A]] or [[B]]").value
('B', None)
"""

import re
from functools import lru_cache

from statera.records.scores import Reading
from statera.scorers.reading import pairwise
from statera.scorers.reading.final import (
    Asked,
    after_prose,
    as_json,
    called_final,
    forms,
    read_final,
)

LABELS = ("A", "B", "TIE")
_TIES = r"(?i:tie|tied|draw|equal|equally\s+good)"
_SIDE = r"(?:(?i:assistant|response|answer|reply|model|option|candidate)\s+)?"
_BRACKETED = rf"(?:{_SIDE}[ABCab]|{_TIES}|[AB]\s*[<>=]{{1,2}}\s*[AB])"
_PLAIN = rf"(?:{_SIDE}[AB]|{_TIES})(?!\w|['’-]\w|\s*[<>=/&]\s*[AB])"
_CUES = r"(?:verdict|winner|answer|decision|judge?ment|preference|choice|better|best|preferred)"
_KEYS = ("winner", "verdict", "preference", "preferred", "better", "answer", "choice", "decision")
_QUICK = re.compile(r"\[\[(A|B|TIE)\]\]\.?\s*")


def read(text: str) -> Reading:
    """Return `A`, `B` or `TIE`, or None and why; nothing is guessed."""
    return quick(text) or read_slowly(text)


def quick(text: str) -> Reading | None:
    """Return what `read_slowly` reads, where a glance at the end of the reply tells it."""
    if text[:1] == "{":
        return as_json(text, _ASKED, whole=True)
    place = text.rfind("[[")
    found = _QUICK.fullmatch(text, place) if place >= 0 else None
    if found is None or not after_prose(text[:place], _NAMED):
        return None
    return Reading(value=found[1], span=found.span(1), why="final verdict")


def read_slowly(text: str) -> Reading:
    """Return the verdict with all forms looked at."""
    return read_final(text, _ASKED)


@lru_cache(maxsize=64)
def _label(text: str) -> str | None:
    shown = " ".join(text.split())
    return pairwise.read(f"[[{shown}]]").value


def _member(value: object) -> str | None:
    return _label(value[:40]) if isinstance(value, str) else None


_NAMED = frozenset(("tie", "tied", "draw", "equal", "good"))
_ASKED = Asked(
    forms=forms(_BRACKETED, _PLAIN, cues=_CUES),
    called=called_final(_PLAIN),
    keys=_KEYS,
    value=_label,
    member=_member,
    otherwise=pairwise.read,
)
