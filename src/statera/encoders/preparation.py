"""A text as the encoder's tokenizer can read it, and where each character came from.

The vocabulary knows no emoji: each is spelled out by its Unicode name. A word of more than 100
characters would be one unknown token, whatever it says: it is read in pieces.

>>> prepared("I 😡 you").text
'I  pouting face  you'
>>> prepared("I 😡 you").raw_span(3, 15)
(2, 3)
"""

import re
import unicodedata
from bisect import bisect_right
from typing import NamedTuple

LONGEST_WORD = 90
"""Characters of a word that are read as one; the tokenizer gives up beyond 100."""

_EMOJI = "[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_WORD = rf"[^\W_]{{{LONGEST_WORD}}}(?=[^\W_])"
_UNREADABLE = re.compile(rf"{_EMOJI}|{_WORD}")


class Prepared(NamedTuple):
    """What is tokenized; `places` are (start in `text`, start in the raw text), ascending.

    Between two places the characters stand for each other one by one; within what was put in for
    one raw character, all of it stands for that character.
    """

    text: str
    places: tuple[tuple[int, int], ...]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the characters of the raw text behind `text[start:end]`, `end` exclusive."""
        if not self.places:
            return start, end
        return self._raw(start), self._raw(end - 1) + 1 if end > start else self._raw(start)

    def _raw(self, place: int) -> int:
        number = bisect_right(self.places, (place, 1 << 62)) - 1
        if number < 0:
            return place
        here, raw = self.places[number]
        last = self.places[number + 1][1] - 1 if number + 1 < len(self.places) else 1 << 62
        return min(raw + place - here, max(raw, last))


def prepared(text: str) -> Prepared:
    """Return the text with emoji spelled out and endless words broken; both rarely cost a copy."""
    pieces, places, done, size = [], [], 0, 0
    for found in _UNREADABLE.finditer(text):
        start, end = found.span()
        inserted = _spelled(found[0])
        pieces += [text[done:start], inserted]
        size += start - done
        places.append((size, start))
        size += len(inserted)
        places.append((size, end))
        done = end
    if not pieces:
        return Prepared(text, ())
    pieces.append(text[done:])
    return Prepared("".join(pieces), tuple(places))


def _spelled(found: str) -> str:
    """Return the name of an emoji between spaces; of a word's beginning, itself and a space."""
    if len(found) > 1:
        return f"{found} "
    name = unicodedata.name(found, "").lower().replace("emoji modifier fitzpatrick", "skin")
    return f" {name} "
