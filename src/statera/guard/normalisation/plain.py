"""The normalised plain text: the first view, to which all others are made.

Tags are spelled out; marks without a picture dropped; emoji letters, compatibility forms (NFKC) and
small capitals written as letters; marks heaped on a letter dropped; look-alikes in words of mixed
script replaced. Doing it again changes nothing.
"""

import re
from collections.abc import Callable

from statera.guard.normalisation import (
    compatibility,
    confusables,
    invisible,
    letters,
    marks,
    tags,
)
from statera.guard.normalisation.alignment import Edits, Replacing, rewritten
from statera.guard.normalisation.surface import beyond_ascii

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_STEPS: tuple[tuple[Callable[[str], object], Replacing], ...] = (
    (tags.present, tags.replacements),
    (invisible.present, invisible.replacements),
    (letters.present, letters.replacements),
    (marks.present, marks.heaps),
    (bool, compatibility.replacements),
    (marks.present, marks.heaps),
    (confusables.small_present, confusables.small_capitals),
    (marks.present, marks.on_ascii),
    (confusables.foreign_present, confusables.replacements),
    (marks.present, marks.on_ascii),
)
"""Whether any of a text's characters beyond ASCII calls for a step, and the step."""


def plain(text: str) -> tuple[str, tuple[Edits, ...]]:
    """Return the plain text and the edits that made it, in order; ASCII text is only searched."""
    made: list[Edits] = []
    if _CONTROL.search(text):
        text = _done(text, invisible.replacements, made)
    if text.isascii():
        return text, tuple(made)
    beyond = beyond_ascii(text)
    for called_for, step in _STEPS:
        if called_for(beyond):
            before, text = text, _done(text, step, made)
            beyond = beyond if text is before else beyond_ascii(text)
    return text, tuple(made)


def _done(text: str, step: Replacing, made: list[Edits]) -> str:
    """Return the text after a step, whose edits are added to those made."""
    after, edits = rewritten(text, step(text))
    if edits:
        made.append(edits)
    return after
