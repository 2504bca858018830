"""Digits that a person would read as one number: with spaces, hyphens, dots, slashes, brackets.

>>> [one.digits for one in numbers("call 020 7946 0958 or 4")]
['02079460958']
"""

import re
from collections.abc import Iterator
from itertools import pairwise

_BETWEEN = r"(?:[ \xa0]{1,2}|[.\-/]| - | ?\(|\)[ \-/]?)?"
_RUN = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{5,}}+")
_GROUP = re.compile(r"[0-9]+")


class Number:
    """A run of at least six digits in a text, from `start` to `end`, as it is `written`.

    `groups` are where its groups of digits lie in the text, `sizes` how many digits each has,
    `separators` what stands between them, `digits` the digits alone.
    """

    __slots__ = ("_text", "digits", "end", "groups", "separators", "sizes", "start", "written")

    def __init__(self, text: str, start: int, end: int) -> None:
        self.start, self.end = start, end
        self.written = written = text[start:end]
        self._text = text
        if written.isdigit():
            self.groups, self.digits = [(start, end)], written
            self.sizes, self.separators = [end - start], []
        else:
            self.groups = [one.span() for one in _GROUP.finditer(text, start, end)]
            self.digits = self.part(0, len(self.groups))
            self.sizes = [end - start for start, end in self.groups]
            self.separators = [text[left[1] : right[0]] for left, right in pairwise(self.groups)]

    def part(self, first: int, last: int) -> str:
        """Return the digits of the groups from `first` to `last`, exclusive."""
        return "".join([self._text[start:end] for start, end in self.groups[first:last]])

    def since(self, group: int) -> "Number":
        """Return the rest of it, from the group of that place on."""
        return Number(self._text, self.groups[group][0], self.end)

    @property
    def alone(self) -> bool:
        """Whether it is no part of a longer word, such as a hash or an identifier."""
        return stands_alone(self._text, self.start, self.end)


def numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of a text; linear in its length."""
    for found in _RUN.finditer(text):
        yield Number(text, found.start(), found.end())


def stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether neither a letter, a digit nor `_` stands on either side."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() or before == "_" or after.isalnum() or after == "_")
