"""Words beside a number that say what it is."""

import re
from typing import Protocol

_BEFORE, _AFTER = 48, 16
_NUMBER = re.compile(r"[0-9]+")


class Pattern(Protocol):
    """A compiled pattern of `re` or RE2."""

    def search(self, text: str, /) -> object: ...  # noqa: D102


def told(text: str, start: int, end: int, words: Pattern) -> bool:
    """Say whether one of `words` stands close before a place, or just behind it.

    Between them and the place there is no other number.
    """
    before = _NUMBER.split(text[max(0, start - _BEFORE) : start])[-1]
    after = _NUMBER.split(text[end : end + _AFTER], maxsplit=1)[0]
    return bool(words.search(f"{before} # {after}"))
