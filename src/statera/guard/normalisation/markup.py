"""HTML: tags and comments, which split words (`bo<b></b>mb`) and drown a text in signs.

The tags of blocks leave a space, those inside a line nothing. A tag is known by its name, by a
hyphen in that, by having nothing in it (`<q></q>`) or by ending at once (`<q/>`).
"""

import re
from collections.abc import Iterator
from sys import maxsize
from typing import NamedTuple

from statera.guard.normalisation.alignment import Replacement, rewritten
from statera.guard.normalisation.language import Count, falls
from statera.guard.normalisation.surface import Surface

LONGEST = 4096
"""A tag or a comment has at most so many characters: what goes on for longer is none."""
_INLINE = (
    "a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|"
    "strong|sub|sup|tt|u|var|wbr"
)
_BLOCK = (
    "address|article|aside|blockquote|body|br|button|details|div|dl|dt|dd|fieldset|footer|form|"
    "h[1-6]|head|header|hr|html|iframe|img|input|label|legend|li|link|main|meta|nav|ol|option|p|"
    "pre|script|section|select|style|summary|svg|table|tbody|td|textarea|tfoot|th|thead|title|tr|ul"
)
_OWN = "[a-z][a-z0-9]{0,15}-[a-z0-9-]{0,15}"
_NAMED = rf"/?(?:{_INLINE}|{_OWN}|(?P<block>{_BLOCK}))(?=[\s/>])"
_BODY = r"(?:[^<>=]++|=\s*+(?:\"[^\"<]*+\"|'[^'<]*+'|(?![\"'])))*+"
_OTHER = rf"(?!(?:{_BLOCK})[\s/>])[a-z]\w{{0,15}}"
_TAG = re.compile(rf"<(?:{_NAMED}{_BODY}|{_OTHER}(?:/|></{_OTHER}))>", re.I)
_BEGUN = re.compile(
    rf"<(?:(?:!-?|/?[a-z][\w-]{{0,32}}|/?)\Z|{_NAMED}{_BODY}(?:=\s*+(?:\"[^\"<]*+|'[^'<]*+))?\Z)",
    re.I,
)
_COMMENT, _END = "<!--", "-->"
SIGN = "<"
"""Without this in it (RE2) a text has none."""
_INSIDE = "\x00"
"""Stands for a piece that leaves nothing; no plain text has it."""
_WORD = re.compile(rf"(?<![A-Za-z])[a-z]++(?:{_INSIDE}++[a-z]++)++", re.I)
_SHORTEST = 4
_LONGEST_WORD = 32


class Piece(NamedTuple):
    """A tag or a comment, the tag of a block with `block`; without `end`, none can be seen yet."""

    start: int
    end: int | None
    block: bool = False


def pieces(text: str, start: int = 0) -> Iterator[Piece]:
    """Yield the tags and comments from a place on; linear in the text.

    One has no end where only what comes after the text says whether it is one.
    """
    closed = 0
    while (start := text.find("<", start)) >= 0:
        if text.startswith(_COMMENT, start):
            if closed < start + len(_COMMENT) + len(_END):
                found = text.find(_END, start + len(_COMMENT))
                closed = maxsize if found < 0 else found + len(_END)
            piece = _comment(text, start, closed)
        else:
            piece = _tag(text, start)
        start = (piece and piece.end) or start + 1
        if piece:
            yield piece


def _comment(text: str, start: int, closed: int) -> Piece | None:
    if closed - start <= LONGEST:
        return Piece(start, closed)
    return Piece(start, None) if closed == maxsize and len(text) - start < LONGEST else None


def _tag(text: str, start: int) -> Piece | None:
    tag = _TAG.match(text, start, start + LONGEST)
    if tag:
        return Piece(start, tag.end(), tag["block"] is not None)
    unsure = len(text) - start < LONGEST and _BEGUN.match(text, start)
    return Piece(start, None) if unsure else None


def replacements(seen: Surface, count: Count | None) -> list[Replacement]:
    """Return all tags, if one splits a word or the text without them is more like language.

    Whether a word was split is told by the counter, and without one by its having four letters.
    """
    if "<" not in seen.odd:
        return []
    found = [
        Replacement(one.start, one.end, " " if one.block else "")
        for one in pieces(seen.text)
        if one.end is not None
    ]
    if not found or _splits(seen.text, found, count):
        return found
    after = rewritten(seen.text, found).text
    return found if count and after.strip() and falls(seen.text, after, count) else []


def _splits(text: str, found: list[Replacement], count: Count | None) -> bool:
    """Return whether letters between tags are one word."""
    marked = rewritten(text, (one._replace(text=one.text or _INSIDE) for one in found)).text
    words = (run[0].replace(_INSIDE, "") for run in _WORD.finditer(marked))
    return any(
        _SHORTEST <= len(word) <= _LONGEST_WORD and (count is None or count(word) == 1)
        for word in words
    )
