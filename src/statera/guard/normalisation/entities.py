"""Character references of HTML that hide letters: `&#104;`, `&#x68;`, `b&shy;omb`, `&amp;#104;`."""

import html
import re

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.invisible import INVISIBLE
from statera.guard.normalisation.surface import Surface

_ENTITY = re.compile(
    "&(?:amp;){0,3}+(?P<name>#0{0,64}[0-9]{1,7};?|#[xX]0{0,64}[0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)"
    "|&amp;"
)
_HIDING = re.compile(f"[a-zA-Z0-9{INVISIBLE}]")
SIGN = "&"
"""Without this in it (RE2) a text has none."""


def replacements(seen: Surface) -> list[Replacement]:
    """Return all references with their characters, if one is a letter, a digit or invisible."""
    if "&" not in seen.odd:
        return []
    found = [
        Replacement(*one.span(), html.unescape(f"&{one['name'] or 'amp;'}"))
        for one in _ENTITY.finditer(seen.text)
    ]
    return found if any(_HIDING.search(one.text) for one in found) else []
