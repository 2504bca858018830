"""How long a text is and how it is laid out: what a ranking can hold equal between two replies.

Counted as LMArena's style control does (lm-sys/FastChat, `fastchat/serve/monitor`:
`add_markdown_info.py`, `rating_systems.py`): headers, bold passages and list entries of Markdown,
code between fences left out. Of two counts the difference stands over their sum and one, which lies
in (-1, 1); of two lengths the logarithm of their ratio, so that a coefficient has a unit. Unlike
there, nothing is centred: 0 means equal.

>>> traits("# Plan\\n\\n1. **Buy** milk\\n2. **Go** home")
Traits(length=38, headers=1, bold=2, lists=2)
>>> covariate("bold", [2, 0], [1, 0]).tolist()
[0.25, 0.0]
"""

import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from statera.errors import DeclarationError, unknown

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LENGTH, PLACE = "length", "place"
STYLE = ("headers", "bold", "lists")
NAMES = (LENGTH, "style", *STYLE)
"""What can be held equal of texts; `style` is all of `STYLE`."""

_CODE = re.compile(r"```[^`]*```")
_HEADER = re.compile(r"^#{1,6}\s", re.M)
_BOLD = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")
_LIST = re.compile(r"^[ \t]*(?:\d+\.|[-*+])\s", re.M)


class Traits(NamedTuple):
    """Characters of a text, and its headers, bold passages and list entries."""

    length: int
    headers: int
    bold: int
    lists: int


def traits(text: str) -> Traits:
    """Return what is counted of a text; all of its characters, code included."""
    prose = _CODE.sub("", text)
    found = (len(pattern.findall(prose)) for pattern in (_HEADER, _BOLD, _LIST))
    return Traits(len(text), *found)


def covariate(name: str, ours: "ArrayLike", theirs: "ArrayLike") -> np.ndarray:
    """Return what is held equal of pairs, above 0 where ours has more: numbers of at least 0.

    `place` is 1 for every pair: ours was shown first. An empty text is not a short one: beside it
    there is no length to hold equal, 0.
    """
    left, right = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if name == PLACE:
        return np.ones(len(left))
    if name == LENGTH:
        ratio: np.ndarray = np.log(np.maximum(left, 1) / np.maximum(right, 1))
        return np.where((left > 0) & (right > 0), ratio, 0.0)
    found: np.ndarray = (left - right) / (left + right + 1)
    return found


def controls_of(names: Iterable[str], known: Collection[str] | None = NAMES) -> tuple[str, ...]:
    """Return the names with `style` written out, each once; known None takes any name.

    DeclarationError for a name that is not known, or an empty one.
    """
    found: list[str] = []
    for name in names:
        if not name:
            raise DeclarationError(f"a control without a name. Allowed: {', '.join(NAMES)}")
        if known is not None and name not in known:
            raise unknown("control", name, known)
        found += STYLE if name == "style" else (name,)
    return tuple(dict.fromkeys(found))


def unit(name: str) -> str:
    """Return in what a covariate is measured, after `per`."""
    if name == PLACE:
        return "first place"
    if name == LENGTH:
        return "log-ratio of lengths (0.69: twice as long)"
    return f"(a - b) / (a + b + 1) of {name}"
