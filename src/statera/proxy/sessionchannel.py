"""A channel of a streamed reply: one text, its pieces, and how far it was checked.

What a tool is called with is held until it is whole: half of a call is of no use to a client, and
escapes can only be read in a whole one.
"""

from statera.guard.edits import edited
from statera.guard.policy import StreamTerms
from statera.guard.streaming import StreamText
from statera.proxy.wire.slots import Piece

PAUSES = 16  # so often a text may give way to another one; then it waits for its window or its end
_HELD = StreamTerms(mode="full")


class Channel:
    """The text at `place`. `held`: nothing of it leaves before it is whole."""

    __slots__ = ("_pauses", "_repeats", "_said", "encoded", "held", "place", "role", "side", "text")

    def __init__(self, piece: Piece, terms: StreamTerms) -> None:
        self.place = piece.channel
        self.side = piece.side
        self.role = piece.role
        self.encoded = piece.encoded
        self.held = piece.encoded or terms.mode == "full"
        self.text = StreamText(_HELD if self.held else terms)
        self._repeats = not piece.channel.startswith("choices[")  # those never repeat themselves
        self._said: list[str] = []
        self._pauses = 0

    def feed(self, piece: str) -> int:
        """Add a piece and return where it ends."""
        if self._repeats:
            self._said.append(piece)
        self.text.feed(piece)
        return self.text.length

    def pause(self) -> bool:
        """Let what was said be checked, since another text is next; False where that must wait."""
        if self.held or self._pauses >= PAUSES:
            return False
        self._pauses += 1
        self.text.pause()
        return True

    def repeated_by(self, text: str) -> bool:
        """Return whether `text` is all that was said here."""
        return self._repeats and len(text) == self.text.length and text == self._whole()

    def retold(self, end: int) -> str:
        """Return what was said up to `end`, as it left."""
        return edited(self._whole()[:end], (one for one in self.text.made if one.end <= end))

    def _whole(self) -> str:
        self._said = ["".join(self._said)]
        return self._said[0]
