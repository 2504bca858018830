"""A text after one transformation."""

from statera.guard.normalisation.alignment import Replacing, rewritten
from statera.guard.normalisation.surface import surface
from statera.guard.normalisation.views import Decoder, Weigher
from tests.guard.normalisation.tokenizer import token_count


def after(step: Replacing, text: str) -> str:
    """Return the text after a step of the plain view."""
    return rewritten(text, step(text)).text


def decoded(decoder: Decoder, text: str) -> str:
    """Return the text with its encoded runs decoded."""
    return rewritten(text, decoder(surface(text))).text


def weighed(step: Weigher, text: str) -> str:
    """Return the text after a step that a tokenizer judges."""
    return rewritten(text, step(surface(text), token_count)).text
