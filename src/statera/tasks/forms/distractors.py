"""True sentences that have nothing to do with a question, and noise behind it.

No sentence has a figure or a number word, so that no calculation can use it.
"""

import re

from statera.records.samples import Sample
from statera.seeds import unit

TRUE = (
    "Honey keeps for years in a closed jar.",
    "Penguins swim well but cannot fly.",
    "Glass is made by melting sand.",
    "Cats spend a large part of the day asleep.",
    "Violins are usually played with a bow.",
    "Mushrooms often appear after rain.",
    "Camels store fat in their humps.",
    "Tea leaves come from an evergreen shrub.",
    "Most dictionaries are sorted by alphabet.",
    "Lighthouses warn ships of rocks.",
)
NOISE = (" ... ;;", "  ~~~", " //  --", " .. ,, ..", "\n\n***", " | |")
_WORD = re.compile(r"[a-z]{4,}")


def distracted(sample: Sample) -> str:
    """Return the question behind a true sentence that shares no word with it or its options.

    The question itself where every sentence shares one.
    """
    known = {_stem(word) for text in (sample.input, *sample.choices) for word in _words(text)}
    apart = [one for one in TRUE if known.isdisjoint(map(_stem, _words(one)))]
    if not apart:
        return sample.input
    return f"{apart[int(unit('distractor', sample.id) * len(apart))]} {sample.input}"


def noisy(sample: Sample) -> str:
    """Return the question with marks behind it that say nothing."""
    return sample.input + NOISE[int(unit("noise", sample.id) * len(NOISE))]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _stem(word: str) -> str:
    return word.rstrip("s")
