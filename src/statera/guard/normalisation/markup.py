"""HTML: tags and comments, which split words (`bo<b></b>mb`) and drown a text in signs.

The tags of blocks leave a space, those inside a line nothing.
"""

import re

from statera.guard.normalisation.alignment import Replacement, rewritten
from statera.guard.normalisation.language import Count, falls
from statera.guard.normalisation.surface import Surface

_INLINE = (
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|"
    "strong|sub|sup|tt|u|var|wbr"
)
_BLOCK = (
    "address|article|aside|blockquote|body|br|button|details|div|dl|dt|dd|fieldset|footer|form|"
    "h[1-6]|head|header|hr|html|iframe|img|input|label|legend|li|link|main|meta|nav|ol|option|p|"
    "pre|script|section|select|style|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul"
)
_INSIDE = rf"(?:</?(?:{_INLINE})(?=[\s/>])[^<>]*>|<!--[^<>]*-->)"
_TAG = re.compile(rf"{_INSIDE}|(?P<block></?(?:{_BLOCK})(?=[\s/>])[^<>]*>)", re.I)
_WORD = re.compile(rf"(?<![A-Za-z])[a-z]++(?:{_INSIDE}++[a-z]++)++", re.I)
_SHORTEST = 4
_LONGEST = 32


def replacements(seen: Surface, count: Count | None) -> list[Replacement]:
    """Return all tags, if one splits a word or the text without them is more like language.

    Whether a word was split is told by the counter, and without one by its having four letters.
    """
    if "<" not in seen.odd:
        return []
    found = [
        Replacement(*tag.span(), " " if tag["block"] else "") for tag in _TAG.finditer(seen.text)
    ]
    if not found or any(_split(word[0], count) for word in _WORD.finditer(seen.text)):
        return found
    after = rewritten(seen.text, found).text
    return found if count and after.strip() and falls(seen.text, after, count) else []


def _split(run: str, count: Count | None) -> bool:
    """Return whether the letters between tags are one word."""
    word = _TAG.sub("", run)
    return _SHORTEST <= len(word) <= _LONGEST and (count is None or count(word) == 1)
