"""Text written backwards: as a whole (`llik`, last word first), or each word in its place."""

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.bigrams import backwards, turned
from statera.guard.normalisation.language import (
    COMMON,
    FUNCTION_WORDS,
    Count,
    cased,
    disguised,
    unsure,
)
from statera.guard.normalisation.surface import Surface

_SIGNS = frozenset(word[::-1] for word in cased(FUNCTION_WORDS)) - COMMON - cased(("era", "nac"))


def whole(seen: Surface, count: Count) -> list[Replacement]:
    """Return the runs of words that are written backwards, each turned as one."""
    return [
        Replacement(start, end, seen.text[start:end][::-1])
        for start, end in _backwards(seen, count)
    ]


def by_word(seen: Surface, count: Count) -> list[Replacement]:
    """Return the same runs with each word turned in its place."""
    return [
        Replacement(start, end, " ".join(word[::-1] for word in seen.text[start:end].split(" ")))
        for start, end in _backwards(seen, count)
    ]


def by_word_guessed(seen: Surface, count: Count) -> list[Replacement]:
    """Return the same, for a count that is a guess: nothing where no function words turn up."""
    return by_word(seen, count) if turned(seen) else []


def throughout(seen: Surface, count: Count) -> list[Replacement]:
    """Return the whole text turned, if its function words tell that it stands backwards."""
    del count
    return [Replacement(0, len(seen.text), seen.text[::-1])] if backwards(seen) else []


def _backwards(seen: Surface, count: Count) -> list[tuple[int, int]]:
    if seen.words.isdisjoint(_SIGNS) and not unsure(seen):
        return []
    return disguised(seen.text, lambda word: word[::-1], count)
