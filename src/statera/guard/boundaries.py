r"""Where a growing text may be cut so that no check sees a split word, sign or form.

A cut lies before a space that ends a word, where tokens begin too, or between two signs of a script
that is written without spaces. What has no spaces in it, such as a base64 run, a token or a
placeholder, is not cut, nor is a comment, a tag or a private key. After a line of base64, or within
bytes that are spelt one by one, there is no cut before `EXTENSION` more characters, since more of
the same may follow; from there on one may also lie after quotes and brackets, or between letters
and emoji in which nothing is encoded. Where there is no place for `BOUND` characters the text is
cut by force, still between whole signs: what lies around that cannot be examined.

>>> cut("one two three", 0, 5, ended=False)
Cut(at=7, seen=7, forced=False)
"""

import re
from collections.abc import Iterator
from functools import cache
from heapq import merge
from operator import attrgetter
from typing import NamedTuple
from unicodedata import category, east_asian_width

from statera.guard.normalisation.invisible import INVISIBLE
from statera.guard.normalisation.marks import mark_class
from statera.guard.normalisation.markup import LONGEST, Piece, pieces

EXTENSION = 256
BOUND = 16_384
LOOKBACK = 24  # characters before a place that say whether it is one
_JOINED = 32  # marks and joined signs that one sign may trail, at most
_JOINER = "\u200d"
_MODIFIERS = range(0x1F3FB, 0x1F400)
_REGIONAL = range(0x1F1E6, 0x1F200)
_HANGUL = range(0xAC00, 0xD7B0)
_CODED = re.compile(
    r"[A-Za-z0-9+/=_%-]{24}|.*\s[A-Za-z0-9+/=_-]{16,}|.*\s[0-9A-Fa-fx.,:;\-]{1,8}"
    r"|(?=.*(?:[0-9+/]|[A-Za-z][A-Z]))(?:[A-Za-z0-9+/]{4}\s){4}[A-Za-z0-9+/]{4}",
    re.ASCII | re.DOTALL,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]++")
_HIDING = re.compile(r"[\x00-\x08\x0e-\x1f\x7f<]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]-?")
_UNCODED = frozenset("\"'()[]")
_KEY = "-----BEGIN"
_KEY_TEXT = re.compile(
    r"-----BEGIN[A-Z0-9 ]*+(?:-{0,4}\Z|-----(?:[A-Za-z0-9+/=\s\\:,.]|-[A-Za-z0-9])*+"
    r"(?:-----END[A-Z0-9 ]*+-{0,5})?+)?+"
)


class Cut(NamedTuple):
    """A place, or None when none is known yet; none lies before `seen`.

    A `forced` one lies in what would have to be examined as a whole.
    """

    at: int | None
    seen: int
    forced: bool = False


def cut(text: str, begin: int, least: int, *, ended: bool, seen: int = 0) -> Cut:
    """Return the first place at or after `least` where `text` may be cut, as it was at `begin`.

    Places before `seen` are known to be none. A longer text has the same place. The end of an ended
    text is one.
    """
    last = begin + BOUND
    at, stop = max(least, seen), min(last, len(text))
    while at < stop:
        end = at + 1
        if _between(text, at, long=at - least >= EXTENSION) and _whole(text, at):
            held = _held_until(text, begin, at)
            if held == at:
                return Cut(at, at)
            if held is None:
                break
            end = held
        at = end
    if len(text) > last + LONGEST:
        places = (one for one in range(last, last + _JOINED) if _whole(text, one))
        at = next(places, last + _JOINED)
        return Cut(at, at, forced=True)
    return Cut(len(text) if ended else None, at)


def reach(text: str, start: int, count: int) -> int:
    """Return the place `count` characters on, not counted what normalisation takes out.

    It lies past the end of the text where more of it must be known.
    """
    end = start + count
    if not _hides(text, start, end):
        return end
    for one in _hidden(text[start : start + BOUND + LONGEST]):
        if start + one.start >= end:
            break
        if one.end is None:
            return len(text) + 1
        end += one.end - one.start
    return end


def weight(text: str) -> int:
    """Return how many characters a text has, not counted what normalisation takes out."""
    if not _hides(text, 0, len(text)):
        return len(text)
    return len(text) - sum(one.end - one.start for one in _hidden(text) if one.end)


def _hides(text: str, start: int, end: int) -> bool:
    """Say whether there may be something that normalisation takes out."""
    if _HIDING.search(text, start, end):
        return True
    return not text.isascii() and any(one.search(text, start, end) for one in _hiding())


@cache
def _hiding() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return classes that match all that is hidden beyond ASCII; each by itself is fast."""
    low = _ASTRAL.sub("", INVISIBLE + mark_class())
    return re.compile(f"[{low}]"), re.compile("[\U00010000-\U0010ffff]")


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile(f"[{INVISIBLE}{mark_class()}]++")


def _hidden(text: str) -> Iterator[Piece]:
    """Yield marks without a picture, tags and comments, in order; what stands in one only once."""
    marks = _CONTROLS if text.isascii() else _unseen()
    unseen = (Piece(*run.span()) for run in marks.finditer(text))
    done = 0
    for one in merge(unseen, pieces(text), key=attrgetter("start")):
        if one.start >= done:
            yield one
            done = one.end or done


def _held_until(text: str, begin: int, at: int) -> int | None:
    """Return where the comment, tag or key ends in which `at` lies, `at` itself where in none.

    None when it has not ended yet.
    """
    for one in pieces(text, begin) if "<" in text[begin:at] else ():
        if one.start >= at:
            break
        if one.end is None or one.end > at:
            return one.end
    start = text.find(_KEY, begin, at)
    while start >= 0:
        key = _KEY_TEXT.match(text, start)
        end = key.end() if key else at
        if end == len(text) or end > at:
            return None if end == len(text) else end
        start = text.find(_KEY, end, at)
    return at


def _between(text: str, at: int, *, long: bool) -> bool:
    """Say whether two words, or two signs that are like words, part at a place."""
    before, after = text[at - 1], text[at]
    if after.isspace():
        coded = not long and _CODED.fullmatch(text, max(0, at - LOOKBACK), at)
        return not (coded or before.isspace())
    if long and (before in _UNCODED or (_uncoded(before) and _uncoded(after))):
        return True
    return _unspaced(before) and (_unspaced(after) or category(after).startswith("P"))


def _uncoded(sign: str) -> bool:
    """Say whether a sign is a letter without case or an emoji: no letter in another dress."""
    kind = "" if sign.isascii() else category(sign)
    return kind == "Lo" or (kind == "So" and east_asian_width(sign) == "W")


def _whole(text: str, at: int) -> bool:
    """Say whether no sign is split: marks, joined and coloured emoji, flags, surrogates."""
    before, after = text[at - 1], text[at]
    if after.isascii() and before.isascii():
        return True
    code = ord(after)
    return not (
        category(after) in ("Mn", "Mc", "Me", "Cf", "Cs")
        or before == _JOINER
        or code in _MODIFIERS
        or (code in _REGIONAL and ord(before) in _REGIONAL)
    )


def _unspaced(sign: str) -> bool:
    """Say whether the sign is of a script written without spaces, as Chinese or Japanese."""
    return (
        east_asian_width(sign) in ("W", "F")
        and category(sign) in ("Lo", "Po", "Pe", "Ps")
        and ord(sign) not in _HANGUL
    )
