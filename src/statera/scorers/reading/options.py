"""Where a text repeats the full text of a choice.

Of choices that lie inside one another ("Paris" and "Paris, Texas") the longest that fits counts.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from statera.scorers.reading.lexicon import Mark

Options = tuple[tuple[str, str], ...]

_NOT = re.compile(
    r"(?:\b(?:not|never|neither|nor|rather\s+than|instead\s+of|unlike|except)|n't)"
    r"\s+(?:\w+\s+){0,2}[\"']?$",
    re.I,
)


def options_named(
    text: str, start: int, end: int, options: Options, *, prose: bool = False
) -> list[Mark]:
    """Return where `text[start:end]` repeats an option, in order; denied ones are left out.

    `options` are pairs of full text and value. With `prose`, options that cannot be told from other
    words of running text (numbers, one or two letters) do not count.
    """
    if not options:
        return []
    pattern, values = _pattern(options)
    found: list[Mark] = []
    for place in pattern.finditer(text, start, end):
        denied = _NOT.search(text[max(start, place.start() - 30) : place.start()])
        if not denied and not (prose and not _told_apart(place[0])):
            found += [Mark(value, *place.span(), word=True) for value in values[_folded(place[0])]]
    return found


def _told_apart(option: str) -> bool:
    return bool(re.search(r"[^\W\d]{3}", option))


@lru_cache(maxsize=512)
def _pattern(options: Options) -> tuple[re.Pattern[str], Mapping[str, Sequence[str]]]:
    values: dict[str, list[str]] = {}
    for shown, value in options:
        if folded := _folded(shown):
            values.setdefault(folded, []).append(value)
    spelled = (
        r"\s+".join(re.escape(word) for word in text.split())
        for text in sorted(values, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled) or '(?!)'})(?!\w)", re.I), values


def _folded(text: str) -> str:
    return " ".join(text.strip(" .\t\n").lower().split())
