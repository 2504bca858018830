"""All that a text may say: its plain view first, then what its disguises hide.

Each view is taken for a text of its own and searched again, three layers deep. A harmless text has
its plain view only. No view is silently cut: a text grows at most `compatibility.GROWTH` times by
its plain form, decoded pieces are never longer than what they replace (pieces put together are
bounded). Views beyond the eighth, and those with which all would have more than `CHARACTERS`
characters, are not made: cap a text before, and say so.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from statera.guard.normalisation import (
    base32_runs,
    base64_runs,
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

Decoder = Callable[[Surface], list[Replacement]]
Weigher = Callable[[Surface, Count], list[Replacement]]

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
"""What only a tokenizer can tell; a view each."""


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


def views(text: str, token_count: Count | None = None) -> tuple[View, ...]:
    """Return the plain view and every view in which a disguise is taken off, at most eight.

    `token_count` is the encoder's (see `language.Count`). Without it nothing is tried that only a
    tokenizer can tell: turned alphabets, reversal, leet, letters set apart, decimal codes, turned
    letters, whole words of look-alikes.
    """
    count = None if token_count is None else lru_cache(_REMEMBERED)(token_count)
    layer = list(_first(text, count))
    found = {view.text: view for view in layer}
    for _ in range(LAYERS):
        if not layer:
            break
        layer = _below(layer, found, count)
    return tuple(found.values())


def _below(layer: list[View], found: dict[str, View], count: Count | None) -> list[View]:
    """Return the new views one layer below, which are added to those found, within the bounds."""
    fresh = []
    room = CHARACTERS - sum(map(len, found))
    for child in (child for view in layer for child in _children(view, count)):
        if len(found) == VIEWS:
            break
        if child.text not in found and len(child.text) <= room:
            room -= len(child.text)
            found[child.text] = child
            fresh.append(child)
    return fresh


def _first(text: str, count: Count | None) -> Iterator[View]:
    """Yield the plain view, and one with zero width as spaces if that reads as well."""
    first = View(PLAIN, *plain(text))
    yield first
    spaced = _changed(View("", text), "zero width", invisible.as_spaces(text))
    if spaced and count and count(spaced.text) <= count(first.text):
        yield spaced


def _children(view: View, count: Count | None) -> Iterator[View]:
    """Yield what one step takes off a view."""
    seen = surface(view.text)
    if not (count or seen.odd or seen.long or seen.beyond):
        return
    if decoded := _decoded(view, seen):
        yield decoded
    for name, step in _EITHER.items():
        if child := _changed(view, name, step(seen, count)):
            yield child
    if count:
        for name, find in _WEIGHED.items():
            if child := _changed(view, name, find(seen, count)):
                yield child


def _decoded(view: View, seen: Surface) -> View | None:
    """Return the view with every encoded run decoded in its place, or None if there is none."""
    text, offsets, names = view.text, view.offsets, []
    for name, decoder in _DECODERS.items():
        if found := decoder(seen):
            text, edits = rewritten(text, found)
            offsets += (edits,) if edits else ()
            names.append(name)
            seen = surface(text)
    return _plainly(view, "+".join(names), text, offsets) if names else None


def _changed(view: View, name: str, found: list[Replacement]) -> View | None:
    if not found:
        return None
    text, edits = rewritten(view.text, found)
    return _plainly(view, name, text, view.offsets + ((edits,) if edits else ()))


def _plainly(parent: View, name: str, text: str, offsets: tuple[Edits, ...]) -> View:
    """Return a new view with its text made plain."""
    path = name if parent.name in ("", PLAIN) else f"{parent.name}+{name}"
    clear, more = plain(text)
    return View(path, clear, offsets + more)
