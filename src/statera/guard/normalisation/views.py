"""All that a text may say: its plain view first, then what its disguises hide.

All disguises that are found are taken off one after another, a view each, and what is left then is
searched again, three layers deep. A step that finds less for what others took off has a view of its
own aside. A harmless text has its plain view only.

A text grows at most `compatibility.GROWTH` times by its plain form, decoded pieces are never longer
than what they replace (pieces put together are bounded). Views beyond the eighth, those with which
all would have more than `CHARACTERS` characters, and those of a fourth layer are not made: the
views say then that they are not `whole`.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple, TypeVar

import msgspec

from statera.codec.patterns import signs
from statera.guard.normalisation import (
    base32_runs,
    base64_runs,
    bigrams,
    binary_digits,
    braille,
    concatenation,
    confusables,
    decimal_codes,
    emphasis,
    entities,
    escapes,
    hexadecimal,
    invisible,
    leet,
    markup,
    morse,
    percent,
    reversal,
    rotation,
    spacing,
    upside_down,
)
from statera.guard.normalisation.alignment import (
    Edits,
    Replacement,
    rewritten,
    span_before,
)
from statera.guard.normalisation.language import Count
from statera.guard.normalisation.plain import plain
from statera.guard.normalisation.surface import Surface, surface

LAYERS = 3
VIEWS = 8
CHARACTERS = 2**21
PLAIN = "plain"
_REMEMBERED = 16_384

C = TypeVar("C", Count, Count | None)
Decoder = Callable[[Surface], list[Replacement]]
Weigher = Callable[[Surface, Count], list[Replacement]]

_SIGNS = {
    "concatenation": concatenation.SIGN,
    "entities": entities.SIGN,
    "percent": percent.SIGN,
    "escapes": escapes.SIGN,
    "binary": binary_digits.SIGN,
    "hexadecimal": hexadecimal.SIGN,
    "base32": base32_runs.SIGN,
    "base64": base64_runs.SIGN,
    "morse": morse.SIGN,
    "braille": braille.SIGN,
    "markup": markup.SIGN,
    "emphasis": emphasis.SIGN,
    "look-alikes": confusables.SIGN,
    "rotation": "",
    "reversal": "",
    "reversed words": "",
    "leet": leet.SIGN,
    "spacing": spacing.SIGN,
    "decimal": decimal_codes.SIGN,
    "upside down": upside_down.SIGN,
}
"""Without which there is nothing to take off, by RE2; what has none is always looked for."""
_NUMBERS = {name: number for number, name in enumerate(_SIGNS)}
_signs = signs(*_SIGNS.values())

_DECODERS: dict[str, Decoder] = {
    "concatenation": concatenation.replacements,
    "entities": entities.replacements,
    "percent": percent.replacements,
    "escapes": escapes.replacements,
    "binary": binary_digits.replacements,
    "hexadecimal": hexadecimal.replacements,
    "base32": base32_runs.replacements,
    "base64": base64_runs.replacements,
    "morse": morse.replacements,
    "braille": braille.replacements,
}
"""What tells by itself that it is encoded; all of them make one view together."""
_ENCODED = frozenset(_NUMBERS[name] for name in _DECODERS)

_EITHER: dict[str, Callable[[Surface, Count | None], list[Replacement]]] = {
    "markup": markup.replacements,
    "emphasis": emphasis.replacements,
}
"""What a tokenizer tells better, a view each."""

_WEIGHED: dict[str, Weigher] = {
    "look-alikes": confusables.lookalikes,
    "rotation": rotation.replacements,
    "reversal": reversal.whole,
    "reversed words": reversal.by_word,
    "leet": leet.replacements,
    "spacing": spacing.replacements,
    "decimal": decimal_codes.replacements,
    "upside down": upside_down.replacements,
}
"""What only a tokenizer can tell; a view each. Without one, `bigrams` says what it can."""
_UNCOUNTED: dict[str, Weigher] = {
    "rotation": rotation.guessed,
    "reversal": reversal.throughout,
    "reversed words": reversal.by_word_guessed,
}
"""What is told otherwise without a tokenizer."""


class View(msgspec.Struct, frozen=True):
    """A reading of a raw text: what made it, joined by `+`, its text and the way back."""

    name: str
    text: str
    offsets: tuple[Edits, ...] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the raw text that `[start, end)` of the view came from, in characters.

        Exact where marks were stripped or characters replaced one by one; all of an encoded run
        where the span touches what it holds. ValueError outside the view.
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"no span {start}:{end} in a view of {len(self.text)} characters")
        for edits in reversed(self.offsets):
            start, end = span_before(edits, start, end)
        return start, end


class Found(tuple[View, ...]):
    """The views of a text, the plain one first; not `whole` when there are more than were made."""

    whole: bool = True


def views(text: str, token_count: Count | None = None) -> Found:
    """Return the plain view and every view in which a disguise is taken off, at most eight.

    `token_count` is the encoder's (see `language.Count`). Without it turned alphabets, reversal,
    letters set apart, leet, decimal codes, turned letters and whole words of look-alikes are taken
    off only where function words of English turn up.
    """
    count = None if token_count is None else lru_cache(_REMEMBERED)(token_count)
    shelf = _Shelf()
    layer = [view for view in _first(text, count) if shelf.takes(view)]
    for _ in range(LAYERS):
        if not layer:
            return shelf.views()
        layer = [below for view in layer for below in _bared(view, count, shelf)]
    shelf.full = True
    for view in layer:
        _bared(view, count, shelf)
    return shelf.views()


class _Shelf:
    """The views found so far; what there is no room for is told."""

    def __init__(self) -> None:
        self.full = False
        self._found: dict[str, View] = {}
        self._room = CHARACTERS
        self._whole = True

    def takes(self, view: View) -> bool:
        """Add a view and return whether it was added; the first always is."""
        if view.text in self._found:
            return False
        full = self.full or len(self._found) == VIEWS or len(view.text) > self._room
        if full and self._found:
            self._whole = False
            return False
        self._room -= len(view.text)
        self._found[view.text] = view
        return True

    def views(self) -> Found:
        """Return all of them, in order."""
        found = Found(self._found.values())
        found.whole = self._whole
        return found


def _first(text: str, count: Count | None) -> Iterator[View]:
    """Yield the plain view, and one with zero width as spaces if that reads as well."""
    first = View(PLAIN, *plain(text))
    yield first
    spaces = invisible.as_spaces(text) if count else []
    if spaces and count:
        spaced = _changed(View("", text), "zero width", spaces)
        if count(spaced.text) <= count(first.text):
            yield spaced


def _bared(view: View, count: Count | None, shelf: _Shelf) -> list[View]:
    """Add the views one layer below a view; return those of which more may come."""
    seen = now = _seen(view.text)
    last, aside = view, []
    decoded = None if _ENCODED.isdisjoint(seen.signs) else _decoded(view, seen)
    if decoded and shelf.takes(decoded):
        last, now = decoded, _seen(decoded.text)
    for name, sign, step in _steps(count) if count else _GUESSED:
        found = step(now) if sign in now.signs else []
        if last is not view and sign in seen.signs and len(alone := step(seen)) > len(found):
            aside.append(_changed(view, name, alone))
        if found and shelf.takes(child := _changed(last, name, found)):
            last, now = child, _seen(child.text)
    below = [] if last is view else [last]
    return below + [one for one in aside if shelf.takes(one)]


def _seen(text: str) -> Surface:
    return surface(text, _signs(text))


class _Step(NamedTuple):
    """What takes off a disguise, and the number of its sign."""

    name: str
    sign: int
    find: Decoder


def _steps(count: Count | None) -> Iterator[_Step]:
    """Yield what takes off a disguise that is not simply decoded."""
    for name, either in _EITHER.items():
        yield _Step(name, _NUMBERS[name], _counting(either, count))
    if count:
        for name, weigher in _WEIGHED.items():
            yield _Step(name, _NUMBERS[name], _counting(weigher, count))


def _counting(find: Callable[[Surface, C], list[Replacement]], count: C) -> Decoder:
    return lambda seen: find(seen, count)


def _guessing(find: Weigher) -> Decoder:
    def telling(seen: Surface) -> list[Replacement]:
        found = find(seen, bigrams.count)
        return bigrams.telling(seen, found) if found else found

    return telling


_GUESSED = (
    *_steps(None),
    *(
        _Step(name, _NUMBERS[name], _guessing(find))
        for name, find in (_WEIGHED | _UNCOUNTED).items()
    ),
)
"""What is done without a tokenizer."""


def _decoded(view: View, seen: Surface) -> View | None:
    """Return the view with every encoded run decoded in its place, or None if there is none."""
    text, offsets, names = view.text, view.offsets, []
    for name, decoder in _DECODERS.items():
        if _NUMBERS[name] in seen.signs and (found := decoder(seen)):
            text, edits = rewritten(text, found)
            offsets += (edits,) if edits else ()
            names.append(name)
            seen = _seen(text)
    return _plainly(view, "+".join(names), text, offsets) if names else None


def _changed(view: View, name: str, found: list[Replacement]) -> View:
    text, edits = rewritten(view.text, found)
    return _plainly(view, name, text, view.offsets + ((edits,) if edits else ()))


def _plainly(parent: View, name: str, text: str, offsets: tuple[Edits, ...]) -> View:
    """Return a new view with its text made plain."""
    path = name if parent.name in ("", PLAIN) else f"{parent.name}+{name}"
    clear, more = plain(text)
    return View(path, clear, offsets + more)
