"""What one pass over the words of a text shows, so that each transformation can pass it by."""

from collections.abc import Sequence

import msgspec

LONG = 8


class Surface(msgspec.Struct, frozen=True):
    """A text and its distinct words, as split by white space.

    `long` joins the words of at least eight characters, `odd` those that are not all letters, and
    `beyond` the distinct characters beyond ASCII; `signs` are those that `views` looks for.
    """

    text: str
    words: frozenset[str]
    long: str
    odd: str
    beyond: str
    signs: Sequence[int] = ()


def surface(text: str, signs: Sequence[int] = ()) -> Surface:
    """Return the surface of a text; linear in its length."""
    words = frozenset(text.split())
    long = " ".join([word for word in words if len(word) >= LONG])
    odd = " ".join([word for word in words if not word.isalpha()])
    return Surface(text, words, long, odd, beyond_ascii(text), signs)


def beyond_ascii(text: str) -> str:
    """Return the distinct characters beyond ASCII, in any order."""
    return "" if text.isascii() else "".join([one for one in set(text) if one > "\x7f"])
