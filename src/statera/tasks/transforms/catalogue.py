"""Which transforms there are, by name, and those that are made of several: `base64+role_play`."""

from collections.abc import Mapping

from statera.errors import DeclarationError, unknown
from statera.tasks.transforms.encodings import BASE64, LEETSPEAK, ROT13
from statera.tasks.transforms.frames import MANY_SHOT, PREFIX_INJECTION, ROLE_PLAY
from statera.tasks.transforms.split import PAYLOAD_SPLIT
from statera.tasks.transforms.transform import Chain, Transform
from statera.tasks.transforms.translation import Translation

PLUS = "+"
TRANSLATION = "translation"

_FIXED: Mapping[str, Transform] = {
    one.name: one
    for one in (BASE64, ROT13, LEETSPEAK, ROLE_PLAY, PAYLOAD_SPLIT, PREFIX_INJECTION, MANY_SHOT)
}

NAMES = (*_FIXED, TRANSLATION)


def find(name: str, phrases: Mapping[str, str]) -> Transform:
    """Return the transform of that name, or several joined by `+`, the first next to the text.

    `phrases` are the translations that there are. A translation looks up whole texts, so that it
    comes first. DeclarationError gives the nearest name.
    """
    parts = tuple(_one(part.strip(), phrases) for part in name.split(PLUS))
    if any(part.name == TRANSLATION for part in parts[1:]):
        raise DeclarationError(f"transform '{name}': a translation comes first")
    return parts[0] if len(parts) == 1 else Chain(parts)


def _one(name: str, phrases: Mapping[str, str]) -> Transform:
    if name == TRANSLATION:
        return Translation(phrases)
    if name not in _FIXED:
        raise unknown("transform", name, NAMES)
    return _FIXED[name]
