"""Regular expressions by RE2: linear time, so that no pattern can hang.

>>> compiled("(a|b)+c").search("abac") is not None
True
>>> sorted(signs("a+b", "c", "b$")("xaab"))
[0, 2]
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import re2


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Any:
    """Return the compiled pattern; ValueError with RE2's own words for what is none."""
    try:
        return re2.compile(pattern, _quiet())
    except re2.error as error:
        told = error.args[0] if error.args else "not valid"
        raise ValueError(told.decode() if isinstance(told, bytes) else str(told)) from None


def signs(*patterns: str) -> Callable[[str], Sequence[int]]:
    """Return what tells, in one pass, which of the patterns are in a text: their numbers.

    A number is there if and only if `compiled(pattern).search(text)` finds something; all together
    cost less than one search, since nothing is said of the places. ValueError for what is none.
    """
    found = re2.Set.SearchSet(_quiet())
    for pattern in patterns:
        compiled(pattern)
        found.Add(pattern)
    found.Compile()
    match = found.Match
    return lambda text: match(text.encode()) or ()


def _quiet() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options
