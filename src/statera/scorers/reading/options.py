"""Where a text repeats the full text of a choice.

Of choices that lie inside one another ("Paris" and "Paris, Texas") the longest that fits counts.
"""

import re
from collections.abc import Sequence

from statera.scorers.reading.lexicon import Mark

_NOT = re.compile(
    r"(?:\b(?:not|never|neither|nor|rather\s+than|instead\s+of|unlike|except)|n't)\s+(?:\w+\s+){0,2}[\"']?$",
    re.I,
)


def options_named(
    text: str,
    start: int,
    end: int,
    options: Sequence[tuple[str, str]],
    *,
    prose: bool = False,
) -> list[Mark]:
    """Return where `text[start:end]` repeats an option, in order; denied ones are left out.

    With `prose`, options too short to be recognised in running text (numbers, one or two
    characters) do not count.
    """
    found = [m for shown, value in options for m in _places(text, start, end, shown, value, prose)]
    longest = [m for m in found if not any(_inside(m, other) for other in found)]
    kept = [m for m in longest if not _NOT.search(text[max(start, m.start - 30) : m.start])]
    return sorted(kept, key=lambda m: m.start)


def _places(text: str, start: int, end: int, shown: str, value: str, prose: bool) -> list[Mark]:
    words = shown.strip(" .").split()
    if not words or (prose and not re.search(r"[^\W\d]{3}", shown)):
        return []
    pattern = r"\s+".join(re.escape(word) for word in words)
    bounded = re.compile(rf"(?<!\w){pattern}(?!\w)", re.I)
    return [Mark(value, *m.span(), word=True) for m in bounded.finditer(text, start, end)]


def _inside(mark: Mark, other: Mark) -> bool:
    wider = other.end - other.start > mark.end - mark.start
    return wider and other.start <= mark.start and mark.end <= other.end
