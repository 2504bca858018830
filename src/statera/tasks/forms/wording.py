"""Paraphrase by rule: a polite frame, contractions, other words of the same meaning, figures.

Rules that hold in any sentence, so that nobody has to check what they make: no rule touches a
content word, and what is in quotation marks stays as it is.

>>> reworded("What is the largest planet?", 0.0)
'Could you please help me with this question? What\\'s the largest planet?'
>>> refigured("Two men carry 12,000 bricks in 3 days.")
'2 men carry 12000 bricks in 3 days.'
"""

import re
from collections.abc import Callable, Iterable, Mapping

FRAMES = (
    "Could you please help me with this question? {}",
    "I would be grateful for an answer to the following. {}",
    "Here is something that I would like to know. {}",
    "Please take a look at this. {}",
)
_SHORT: Mapping[str, str] = {
    "what is": "what's",
    "who is": "who's",
    "that is": "that's",
    "it is": "it's",
    "does not": "doesn't",
    "do not": "don't",
    "did not": "didn't",
    "is not": "isn't",
    "are not": "aren't",
    "was not": "wasn't",
    "were not": "weren't",
    "has not": "hasn't",
    "have not": "haven't",
    "cannot": "can't",
    "will not": "won't",
}
_OTHER: Mapping[str, str] = {
    "in all": "altogether",
    "in total": "altogether",
    "each day": "every day",
    "each week": "every week",
    "each month": "every month",
    "each year": "every year",
    "almost": "nearly",
    "nearly": "almost",
    "mainly": "mostly",
    "until": "till",
    "which of these": "which of the following",
    "because": "as",
    "has to": "must",
    "have to": "must",
    "wants to": "would like to",
    "afterwards": "after that",
    "so that": "in such a way that",
}
_LONG = {short: long for long, short in _SHORT.items() if short.endswith("n't")}
_SAID = {**_SHORT, **_LONG, **_OTHER}
WORTH: Mapping[str, str] = {
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
}
"""What the number words are worth that are written in figures; "one" is too often a pronoun."""

_SIGNS = frozenset("\"“`'‘")
_QUOTED = re.compile(r""""[^"\n]*"|“[^”\n]*”|`[^`\n]*`|(?<!\w)'[^'\n]+'(?!\w)|‘[^’\n]+’""")
_PHRASE = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(_SAID, key=len)[::-1]))})\b", re.I)
_WORD = re.compile(
    rf"(?<![\w-])(?:{'|'.join(WORTH)})(?![\w-])"
    r"(?!\s+(?:hundred|thousand|million|billion|dozen|thirds?|quarters?|fifths?|and\s+a\s+half)\b)",
    re.I,
)
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])(?!\.\d)")
_PLAIN = re.compile(r"(?<![\d.,:/-])(?:[3-9]\d{3}|[1-9]\d{4,8})(?![\d:/-])(?![.,]\d)")


def reworded(text: str, draw: float) -> str:
    """Return the text with other function words, in the frame that `draw` in [0, 1) picks."""
    said = outside_quotes(text, lambda part: _PHRASE.sub(_same_case, part))
    return FRAMES[int(draw * len(FRAMES))].format(said)


def refigured(text: str) -> str:
    """Return the text with number words as figures, and thousands grouped where they were not."""
    return outside_quotes(text, _figures)


def _figures(part: str) -> str:
    part = _WORD.sub(lambda found: WORTH[found[0].lower()], part)
    if _GROUPED.search(part):
        return _GROUPED.sub(lambda found: found[0].replace(",", ""), part)
    return _PLAIN.sub(lambda found: f"{int(found[0]):,}", part)


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """Return the text with every part that is not in quotation marks changed."""
    found, start = [], 0
    for quoted in _quoted(text):
        found += [change(text[start : quoted.start()]), quoted[0]]
        start = quoted.end()
    return "".join((*found, change(text[start:])))


def quotes(text: str) -> list[str]:
    """Return what stands in quotation marks, marks included, in order."""
    return [found[0] for found in _quoted(text)]


def _quoted(text: str) -> Iterable[re.Match[str]]:
    """Yield what stands in quotation marks; most texts have none, which is seen at once."""
    return () if _SIGNS.isdisjoint(text) else _QUOTED.finditer(text)


def _same_case(found: re.Match[str]) -> str:
    """Return what is said instead, with a capital where there was one."""
    instead = _SAID[found[0].lower()]
    return instead[0].upper() + instead[1:] if found[0][0].isupper() else instead
