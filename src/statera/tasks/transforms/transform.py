"""A request in another dress: how it is put on, and how it is taken off again.

A transform is text to text. What it makes is one user's message, so transforms compose: in
`base64+role_play` the message that asks to decode is what the character in the play is asked.

>>> shout = Wrapper(name="shout", head="Hear: ", tail="!", encode=str.upper, decode=str.lower)
>>> shout.apply("who is there"), shout.undo("Hear: WHO IS THERE!")
('Hear: WHO IS THERE!', 'who is there')
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from statera.errors import DeclarationError

INPUT = "{input}"


class Transform(Protocol):
    """Anything that dresses a text and undresses it; `undo` raises ValueError for what is not its.

    `shape` is a placeholder dressed: it goes into the identity of the run.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def shape(self) -> str: ...  # noqa: D102
    def apply(self, text: str) -> str: ...  # noqa: D102
    def undo(self, text: str) -> str: ...  # noqa: D102


def _same(text: str) -> str:
    return text


@dataclass(frozen=True, kw_only=True)
class Wrapper:
    """A text, encoded or as it stands, between a fixed head and a fixed tail."""

    name: str
    head: str = ""
    tail: str = ""
    encode: Callable[[str], str] = _same
    decode: Callable[[str], str] = _same

    @property
    def shape(self) -> str:
        """The placeholder as it would be sent."""
        return self.apply(INPUT)

    def apply(self, text: str) -> str:
        """Return the text as it is sent."""
        return f"{self.head}{self.encode(text)}{self.tail}"

    def undo(self, text: str) -> str:
        """Return what was dressed; ValueError where head or tail is missing or nothing decodes."""
        if not text.startswith(self.head) or not text.endswith(self.tail):
            raise ValueError(f"not a text that {self.name} made")
        end = len(text) - len(self.tail)
        return self.decode(text[len(self.head) : end])


@dataclass(frozen=True)
class Chain:
    """Several transforms, the first one next to the text."""

    parts: tuple[Transform, ...]

    @property
    def name(self) -> str:
        """The names in the order in which they are put on: `base64+role_play`."""
        return "+".join(part.name for part in self.parts)

    @property
    def shape(self) -> str:
        """The placeholders of all parts."""
        return "\n".join(part.shape for part in self.parts)

    def apply(self, text: str) -> str:
        """Return the text with every transform put on."""
        for part in self.parts:
            text = part.apply(text)
        return text

    def undo(self, text: str) -> str:
        """Return the text with every transform taken off, the last one first."""
        for part in reversed(self.parts):
            text = part.undo(text)
        return text


def check_decodes(transform: Transform, texts: Iterable[tuple[str, str]]) -> None:
    """Raise DeclarationError for the first (id, text) that does not come back as it was.

    What a transform itself cannot decode, no model can be expected to.
    """
    for name, text in texts:
        try:
            back = transform.undo(transform.apply(text))
        except ValueError as error:
            raise _undecodable(transform, name, str(error)) from None
        if back != text:
            raise _undecodable(transform, name, f"{len(text)} characters come back changed")


def _undecodable(transform: Transform, name: str, why: str) -> DeclarationError:
    return DeclarationError(
        f"transform '{transform.name}' cannot decode its own output for {name}: {why}"
    )
