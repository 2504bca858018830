r"""Events that differ from an earlier one in their text only, as nearly all of a stream do.

Such an event need not be decoded and read once more: the bytes around the text are the same, and
the text is a JSON string without escapes, so that it says the same in the same place.

    forms.learn("", b'{"choices": [{"delta": {"content": "one"}}]}', body, pieces)
    forms.find("", b'{"choices": [{"delta": {"content": " two"}}]}')      # the form, " two"
"""

import re
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from statera.proxy.sessionchannel import is_name
from statera.proxy.wire.slots import Body, Piece

_KEPT = 4  # of choices that speak by turns
_PLAIN = re.compile(rb'[^"\\\x00-\x1f]+')


class Form(NamedTuple):
    """The bytes before and after the text, and what was read of the event that it came from.

    The text is that of piece number `at`; the other `pieces` are in the bytes around it.
    """

    name: str
    head: bytes
    tail: bytes
    body: Body
    pieces: tuple[Piece, ...]
    at: int

    def said(self, text: str) -> Sequence[tuple[Piece, str]]:
        """Return the pieces of an event of this form with what they say."""
        told = [(piece, piece.text) for piece in self.pieces]
        told[self.at] = self.pieces[self.at], text
        return told


class Forms:
    """The last forms of a stream."""

    def __init__(self) -> None:
        self._forms: deque[Form] = deque(maxlen=_KEPT)

    def find(self, name: str, data: bytes) -> tuple[Form, str] | None:
        """Return the form of the event and its text, or None when it must be read."""
        for form in self._forms:
            if data.startswith(form.head) and data.endswith(form.tail) and name == form.name:
                text = data[len(form.head) : -len(form.tail)]
                if _PLAIN.fullmatch(text):
                    try:
                        return form, text.decode()
                    except UnicodeDecodeError:
                        return None
        return None

    def learn(self, name: str, data: bytes, body: Body, pieces: Sequence[Piece]) -> None:
        """Keep the form of an event that says one thing besides names, if it is sure where.

        Without a backslash every string stands as it is, so that the text is where it occurs; what
        stands between two strings could be the like of it only if that were no more than a mark.
        """
        said = [number for number, piece in enumerate(pieces) if not is_name(piece)]
        if len(said) != 1 or b"\\" in data or any(piece.repeats for piece in pieces):
            return
        piece = pieces[said[0]]
        if piece.whole or not piece.text.strip(" :,"):
            return
        text = b'"%s"' % piece.text.encode()
        if data.count(text) == 1:
            head, _, tail = data.partition(text)
            self._forms.append(Form(name, head + b'"', b'"' + tail, body, tuple(pieces), said[0]))
