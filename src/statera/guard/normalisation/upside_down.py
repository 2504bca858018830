"""Letters turned upside down, which are read from the end: `qɯoq ɐ ǝʞɐɯ oʇ ʍoɥ`."""

import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.language import Count
from statera.guard.normalisation.surface import Surface

_TURNED = "ɐqɔpǝɟƃɥᴉɾʞןɯuodbɹsʇnʌʍxʎzɓıʃʅ"
_UPRIGHT = "abcdefghijklmnopqrstuvwxyzgill"
_TO_UPRIGHT = str.maketrans(_TURNED + "˙‘,¿¡", _UPRIGHT + ".,'?!")
SIGN = "[ɐɔǝɟƃɥᴉɾʞןɯɹʇʌʍʎ]"
"""Without this in it (RE2) a text has none."""
_ONLY_TURNED = re.compile(SIGN)
_LETTER = f"[{_TURNED}˙‘,'¿¡0-9]"
_RUN = re.compile(rf"(?<!\S){_LETTER}++(?:[ \n]{_LETTER}++(?!\S))*+")
_FEWEST = 3
_TOKENS = 2.5
"""At least so many characters a token; turned letters are no tokens at all."""


def replacements(seen: Surface, count: Count) -> list[Replacement]:
    """Return the runs with at least three turned letters, upright, if they are more like words."""
    if not _ONLY_TURNED.search(seen.beyond):
        return []
    found = []
    for run in _RUN.finditer(seen.text):
        text = run[0].translate(_TO_UPRIGHT)[::-1]
        if len(_ONLY_TURNED.findall(run[0])) >= _FEWEST and count(text) * _TOKENS <= len(text):
            found.append(Replacement(*run.span(), text))
    return found
