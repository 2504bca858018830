"""Whether a text reads more like language than another: by the tokens that an encoder needs.

A tokenizer learned from a language needs few tokens for it and many for noise. A transformation
that anything can undergo (a rotated alphabet, reversal) is taken for a disguise only where it lets
the tokens per character fall by more than a fifth.
"""

import re
from collections.abc import Callable
from itertools import islice

from statera.guard.normalisation.surface import Surface

Count = Callable[[str], int]
"""The number of tokens of a text, without special tokens and never truncated."""

FALL = 0.2
_RUN_FALL = 0.3
"""Words that are chosen out of a text for what they win have to win more."""
WORDS = 4096
"""So many words of a text are weighed one by one; what comes after them is not."""
_FEWEST_LETTERS = 8
_LETTERS = 2.5
"""Language has at least so many letters a token."""
_DROP = 3
"""A run ends where its words lost so many tokens since its best end, or `_PATIENCE` words on."""
_PATIENCE = 8
_UNSURE = 64
_WORD = re.compile(r"(?<!\w)[A-Za-z]++(?:'[A-Za-z]++)?(?!\w)")

_FUNCTION_WORDS = (
    "the and you how for what make with your this that from are can who why when where give tell "
    "write have will about"
)
FUNCTION_WORDS = tuple(_FUNCTION_WORDS.split())
"""Words without which hardly a sentence is written, from three letters on."""
SHORT_WORDS = ("to", "is", "of", "in", "me", "my", "it", "on", "be", "do", "an", "at", "by", "if")
_ELSEWHERE = (
    "le la les des et une est que qui pour dans avec je der die das und ist nicht ein eine mit ich "
    "el los las en con por para una como il di che per non sono os um uma não het een van nie jest "
    "và là của không cho một có ve bir bu için och att det som yang dan untuk"
)
"""Function words of other languages in Latin letters."""
_CALLED = (
    "rot13 rot-13 caesar cipher ciphered decode decoded decoding decrypt decipher encoded "
    "encrypted atbash reverse reversed backward backwards flipped mirrored leet leetspeak 1337"
)


def cased(words: tuple[str, ...]) -> frozenset[str]:
    """Return the words in small letters, capitalised and in capitals."""
    return frozenset(form for one in words for form in (one, one.capitalize(), one.upper()))


COMMON = cased((*FUNCTION_WORDS, *SHORT_WORDS))
_WORDS_OF_LANGUAGES = COMMON | cased(tuple(_ELSEWHERE.split()))
_NAMED = cased(tuple(_CALLED.split()))


def unsure(seen: Surface) -> bool:
    """Return whether every word has to be weighed: a cipher is named, or nothing is language."""
    return not seen.words.isdisjoint(_NAMED) or (
        len(seen.words) <= _UNSURE and seen.words.isdisjoint(_WORDS_OF_LANGUAGES)
    )


def falls(before: str, after: str, count: Count) -> bool:
    """Return whether the tokens per character fall by more than a fifth."""
    return count(after) * len(before) < (1 - FALL) * count(before) * len(after)


def disguised(text: str, change: Callable[[str], str], count: Count) -> list[tuple[int, int]]:
    """Return the spans of the longest runs of words that, each changed, are more like language.

    A run may hold words that the change makes worse, as long as it wins more before and after.
    """
    words = list(islice(_WORD.finditer(text), WORDS))
    gains = [count(word[0]) - count(change(word[0])) for word in words]
    spans, at = [], 0
    while at < len(words):
        if gains[at] < 0:
            at += 1
            continue
        end = _end(gains, at)
        run = [word[0] for word in words[at:end]]
        if _convincing(run, [change(word) for word in run], count):
            spans.append((words[at].start(), words[end - 1].end()))
        at = end
    return spans


def _end(gains: list[int], start: int) -> int:
    """Return the index after the last word of the run that wins most."""
    total = best = 0
    end = start
    for index in range(start, len(gains)):
        total += gains[index]
        if total >= best:
            best, end = total, index + 1
        elif total <= best - _DROP or index - end >= _PATIENCE:
            break
    return end


def _convincing(before: list[str], after: list[str], count: Count) -> bool:
    letters = sum(map(len, before))
    return (
        letters >= _FEWEST_LETTERS
        and sum(map(count, after)) < (1 - _RUN_FALL) * sum(map(count, before))
        and sum(map(count, after)) * _LETTERS <= letters
    )
