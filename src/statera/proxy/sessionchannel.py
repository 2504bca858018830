"""A channel of a streamed reply: one text, its pieces, and how far it was checked.

What a tool is called with is held until it is whole: half of a call is of no use to a client, and
escapes can only be read in a whole one.
"""

import re

from statera.guard.edits import edited
from statera.guard.policy import StreamTerms
from statera.guard.streaming import StreamText
from statera.proxy.wire.slots import Piece

PAUSES = 16  # so often a text may give way to another one; then it waits for its window or its end
_HELD = StreamTerms(mode="full")
_TOKEN = re.compile(r"[A-Za-z0-9._:/+-]{1,256}", re.ASCII)


class Channel:
    """The text at `place`. `held`: nothing of it leaves before it is whole.

    `previous` is the block of the same text before this one (`sessionblocks`), `followed` says
    whether there is one after it; `half` a window is so long. `counted`: the model speaks here.
    """

    __slots__ = (
        "_pauses",
        "_repeats",
        "_said",
        "counted",
        "encoded",
        "followed",
        "full",
        "half",
        "held",
        "place",
        "previous",
        "role",
        "side",
        "text",
    )

    def __init__(self, piece: Piece, terms: StreamTerms) -> None:
        self.place = piece.channel
        self.side = piece.side
        self.role = piece.role
        self.encoded = piece.encoded
        self.counted = piece.role != "parameter"
        self.full = terms.mode == "full"
        self.half = terms.window // 2
        self.held = piece.encoded or self.full
        self.previous: Channel | None = None
        self.followed = False
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

    def is_named_by(self, piece: Piece) -> bool:
        """Return whether the piece is the id, or another such word, that was said here before.

        What was checked in a stream and stays the same need not be checked in each of its events.
        What the policy takes out is none: it is not known here whether that has left.
        """
        same = (self.side, self.role) == (piece.side, piece.role) and self.repeated_by(piece.text)
        untouched = self.text.intact(self.text.length) and not self.text.made
        return same and (self.full or untouched)

    def retold(self, end: int) -> str:
        """Return what was said up to `end`, as it left."""
        return edited(self._whole()[:end], (one for one in self.text.made if one.end <= end))

    def follows(self, previous: "Channel | None") -> None:
        """Take this one as the block after `previous`."""
        self.previous = previous
        if previous is not None:
            previous.followed = True

    def _whole(self) -> str:
        self._said = ["".join(self._said)]
        return self._said[0]


def is_name(piece: Piece) -> bool:
    """Return whether a piece is like an id: one word of at most 256 characters, beside choices."""
    beside = piece.whole and not piece.channel.startswith("choices[")
    return beside and _TOKEN.fullmatch(piece.text) is not None
