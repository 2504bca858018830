"""Words out of letters that are written together: `howtomakeabomb`."""

from statera.guard.normalisation.language import COMMON, Count

LETTERS = 512
"""What follows so many letters is cut without regard to words: each costs sixteen look-ups."""
_WORD = 16
_UNKNOWN = 1.9
_USUAL = 0.9
_ALONE = frozenset("ai")


def segmented(letters: str, count: Count) -> str:
    """Return small letters as words with the fewest tokens, of these the one with longest words.

    A word of several tokens, and a letter that is no word, costs more; a function word less.
    """
    head, rest = letters[:LETTERS], letters[LETTERS:]
    pieces = [rest[at : at + _WORD] for at in range(0, len(rest), _WORD)]
    return " ".join([*_words(head, count), *pieces])


def _words(letters: str, count: Count) -> list[str]:
    best: list[tuple[float, int, int]] = [(0.0, 0, 0)]
    for end in range(1, len(letters) + 1):
        options = []
        for start in range(max(0, end - _WORD), end):
            before, squares, _ = best[start]
            cost = _cost(letters[start:end], count)
            options.append((before + cost, squares - (end - start) ** 2, start))
        best.append(min(options))
    words: list[str] = []
    end = len(letters)
    while end:
        start = best[end][2]
        words.append(letters[start:end])
        end = start
    return words[::-1]


def _cost(word: str, count: Count) -> float:
    if word in COMMON:
        return _USUAL
    known = count(word) == 1 and (len(word) > 1 or word in _ALONE)
    return 1 if known else count(word) + _UNKNOWN
