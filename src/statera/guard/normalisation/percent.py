"""Percent-encoding (RFC 3986), from three encoded bytes on, or of a letter inside a word."""

import re
from urllib.parse import unquote_to_bytes

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.surface import Surface

_ESCAPE = re.compile("%[0-9a-fA-F]{2}")
_RUN = re.compile("(?:%[0-9a-fA-F]{2})+")
_LETTER = re.compile("[A-Za-z]%(?:[46][1-9a-fA-F]|[57][0-9aA])[A-Za-z]")
FEWEST = 3
SIGN = "%[0-9a-fA-F]{2}"
"""Without this in it (RE2) a text has none."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return the runs that are UTF-8, with the text; not for a sign or two."""
    if not _ESCAPE.search(seen.odd):
        return []
    runs = list(_RUN.finditer(seen.text))
    if sum(len(run[0]) for run in runs) < 3 * FEWEST and not _LETTER.search(seen.odd):
        return []
    decoded = ((run, unquote_to_bytes(run[0]).decode(errors="ignore")) for run in runs)
    return [Replacement(*run.span(), text) for run, text in decoded if text]
