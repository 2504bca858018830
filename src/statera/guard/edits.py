"""Edits of a text: where they come from, which overlap, what the text becomes.

>>> edited("call 555-1234 now", [Edit(0, 5, 13, "[PHONE]")])
'call [PHONE] now'
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from statera.records.guarding import Edit


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with the edits made; they must not overlap, in any order."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda one: one.start):
        parts += [text[at : edit.start], edit.replacement]
        at = edit.end
    return "".join((*parts, text[at:]))


def merged(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """Return the edits by passage and place; those that overlap become one, as the first says."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.passage, one.start, -one.end)):
        last = kept[-1] if kept else None
        if last and last.passage == edit.passage and edit.start < last.end:
            kept[-1] = last._replace(end=max(last.end, edit.end))
        else:
            kept.append(edit)
    return tuple(kept)


class Taken(NamedTuple):
    """What is to be taken out; `returns` where it shall come back in the reply."""

    passage: int
    start: int
    end: int
    label: str
    returns: bool


def named(texts: Sequence[str], taken: Iterable[Taken]) -> tuple[Edit, ...]:
    """Return the edits that put names for what is taken out of the texts.

    What overlaps becomes one, which has the first label and returns only if all of it shall.
    """
    kept: list[Taken] = []
    for one in sorted(taken, key=lambda one: (one.passage, one.start, -one.end)):
        last = kept[-1] if kept else None
        if last and last.passage == one.passage and one.start < last.end:
            both = last.returns and one.returns
            kept[-1] = last._replace(end=max(last.end, one.end), returns=both)
        else:
            kept.append(one)
    names = Placeholders(texts)
    return tuple(
        Edit(at, start, end, names.name(label, texts[at][start:end], numbered=returns))
        for at, start, end, label, returns in kept
    )


class Placeholders:
    """Names for what is taken out: `[EMAIL]`, or `[EMAIL_1]` where it shall come back.

    A numbered name stands for one value and is none that the texts already hold.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._names: dict[tuple[str, str], str] = {}
        self._last: dict[str, int] = {}

    def name(self, label: str, value: str, *, numbered: bool) -> str:
        """Return the name for `value`."""
        if not numbered:
            return f"[{label}]"
        known = self._names.get((label, value))
        if known is None:
            known = self._names[label, value] = self._free(label)
        return known

    def _free(self, label: str) -> str:
        while True:
            self._last[label] = self._last.get(label, 0) + 1
            name = f"[{label}_{self._last[label]}]"
            if not any(name in text for text in self._texts):
                return name
