"""Letters that look like those of ASCII: small capitals, and look-alikes of other scripts.

A look-alike of another script is taken for its double only inside a word that also has a letter of
ASCII: Cyrillic, Greek and the others stay what they are. The pairs are those of UTS 39
(confusables.txt) for single letters of the scripts named below, with the small letters that only
resemble capitals added (`к` for k, `т` for t).
"""

import re
from functools import cache

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import Count
from statera.guard.normalisation.marks import mark_class
from statera.guard.normalisation.surface import Surface

_FOREIGN = {  # Cyrillic, Greek, Armenian, Cherokee, Coptic, Lisu, Georgian
    "a": "αа", "A": "ΑАᎪꓮ", "b": "ЬьᏏвβ", "B": "ΒВᏴꓐ", "c": "ⲥсꮯς", "C": "ⲤСᏟꓚ", "d": "ԁᏧꓒ",
    "D": "Ꭰꓓ", "e": "еҽεє", "E": "ΕЕᎬꓰ", "f": "ք", "F": "Ϝꓝ", "g": "ց", "G": "ԌᏀᏳꓖ", "h": "һհᏂн",
    "H": "ΗⲎНᎻꓧ", "i": "ιіꙇӏꭵᎥї", "I": "ΙⲒІӀꓲ", "j": "ϳј", "J": "ͿЈᎫꓙ", "k": "кκҝ", "K": "ΚⲔКᏦꓗ",
    "L": "ⳐᏞꓡ", "m": "м", "M": "ΜϺⲘМᎷꓟ", "n": "ոռпη", "N": "ΝⲚꓠ", "o": "οσⲟоჿօ", "O": "ΟⲞОՕꓳ",
    "p": "ρⲣр", "P": "ΡⲢРᏢꓑ", "q": "ԛգզ", "r": "ᴦⲅгꮁ", "R": "ᎡᏒꓣ", "s": "ѕꮪ", "S": "ЅՏᏕᏚꓢ",
    "t": "тτ", "T": "ΤⲦТᎢꓔ", "u": "υս", "U": "Սꓴ", "v": "νѵꮩ", "V": "ѴᏙꓦ", "w": "ѡԝաꮃω",
    "W": "ԜᎳᏔꓪ", "x": "хχ", "X": "ΧⲬХꓫ", "y": "γуүყ", "Y": "ΥⲨУҮᎩᎽꓬ", "z": "ꮓ", "Z": "ΖᏃꓜ",
}  # fmt: skip
_LATIN = {  # letters of languages written in Latin, and of phonetics
    "a": "ɑ", "b": "Ƅƀ", "B": "Ꞵ", "d": "đɗ", "e": "ꬲɇə", "f": "ꬵꞙẝƒ", "F": "Ꞙ", "g": "ɡᶃƍ",
    "h": "ħɦ", "i": "ıɩɨ", "J": "Ʝ", "k": "ƙ", "l": "Ɩǀłƚ", "n": "ɲƞ", "o": "ᴑꬽøɵ", "O": "Ø",
    "r": "ꭇꭈɾ", "R": "Ʀ", "s": "ƽʂ", "t": "ŧƭ", "u": "ꞟꭎꭒʋʉ", "w": "ɯ", "X": "Ꭓ", "y": "ɣᶌỿꭚ",
    "z": "ƶʐ",
}  # fmt: skip
_SMALL = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ"


def _table(doubles: dict[str, str]) -> dict[str, str]:
    return {one: letter for letter, like in doubles.items() for one in like}


_OF_FOREIGN = _table(_FOREIGN)
_OF_ANY = _OF_FOREIGN | _table(_LATIN)
_TO_SMALL = str.maketrans(dict(zip(_SMALL, "abcdefghijklmnopqrstuvwxyz", strict=True)))
_TO_FOREIGN = str.maketrans(_OF_FOREIGN)
_TO_ANY = str.maketrans(_OF_ANY)
_SMALL_LETTER = re.compile(f"[{_SMALL.replace('x', '')}]+")
_FOREIGN_LETTER = re.compile(f"[{''.join(_OF_FOREIGN)}]")
SIGN = f"[{''.join(_OF_ANY)}]"
"""Without this in it (RE2) a text has none."""
_ANY_LETTER = re.compile(SIGN)
_MOST = 2 / 3
_LENGTH = 3
_ASCII_LETTER = re.compile("[A-Za-z]")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(rf"[\w{mark_class()}]+")


def small_present(characters: str) -> bool:
    """Return whether any of the characters is a small capital."""
    return bool(_SMALL_LETTER.search(characters))


def foreign_present(characters: str) -> bool:
    """Return whether any of the characters is a look-alike of another script."""
    return bool(_FOREIGN_LETTER.search(characters))


def small_capitals(text: str) -> list[Replacement]:
    """Return every small capital with its letter of ASCII."""
    return [_clear(run, _TO_SMALL) for run in _SMALL_LETTER.finditer(text)]


def replacements(text: str) -> list[Replacement]:
    """Return the look-alikes of other scripts in words of mixed script, with their doubles.

    Beside such a word, words that are look-alikes throughout are taken for disguised as well, if
    hardly any word has letters of its own.
    """
    words = _beyond_ascii(text)
    mixed = [
        word for word in words if _ASCII_LETTER.search(word[0]) and _FOREIGN_LETTER.search(word[0])
    ]
    if mixed and _most_clear(words):
        mixed = words
    return [_clear(word, _TO_FOREIGN) for word in mixed if _FOREIGN_LETTER.search(word[0])]


def lookalikes(seen: Surface, count: Count) -> list[Replacement]:
    """Return the look-alikes in words that are ASCII and as much language without them.

    In a language of that script many words have letters of its own: nothing where a third do. At
    least one word of three letters must become one token.
    """
    if not _ANY_LETTER.search(seen.beyond):
        return []
    words = _beyond_ascii(seen.text)
    clear = [word for word in words if _better(word[0], count)]
    if not _most_clear(words) or not any(_sure(word[0], count) for word in clear):
        return []
    return [_clear(word, _TO_ANY) for word in clear]


def _beyond_ascii(text: str) -> list[re.Match[str]]:
    return [word for word in _word().finditer(text) if not word[0].isascii()]


def _most_clear(words: list[re.Match[str]]) -> bool:
    """Return whether at least two words of three are ASCII without their look-alikes."""
    return sum(word[0].translate(_TO_ANY).isascii() for word in words) >= _MOST * len(words)


def _better(word: str, count: Count) -> bool:
    clear = word.translate(_TO_ANY)
    return clear.isascii() and count(clear) <= count(word)


def _sure(word: str, count: Count) -> bool:
    return len(word) >= _LENGTH and count(word.translate(_TO_ANY)) == 1


def _clear(word: re.Match[str], table: dict[int, str]) -> Replacement:
    return Replacement(*word.span(), word[0].translate(table), exact=True)
