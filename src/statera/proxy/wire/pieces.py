"""Slots of one event of a stream, as pieces of their channels.

A channel has the place as its name that its text would have in a reply that is not streamed:
`choices[0].message.content`. So one text has one name, streamed or not.
"""

from statera.proxy.wire.fields import Reader
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Piece, Slot
from statera.proxy.wire.tokenlists import compare

_CHOICE = "choices["


def pieces_of(reader: Reader) -> list[Piece]:
    """Return the pieces of an event that was read, each with what repeats its text.

    Tokens that say more than the text beside them are channels of their own.
    """
    found: list[Piece] = []
    for slot in reader.slots:
        if slot.again:
            found += _unescaped(slot)
        else:
            first = slot.passage.place.partition(".")[0]
            repeats = tuple(
                [
                    (one.holder, one.name)
                    for one in reader.repeats
                    if one.place.partition(".")[0] == first
                ]
            )
            found += _pieces(slot, repeats, not first.startswith(_CHOICE))
    if reader.lists:
        found += [_tokens(slot) for slot in compare(reader)]
    return found


def _tokens(slot: Slot) -> Piece:
    said = slot.passage
    chosen = said.place.startswith(_CHOICE)
    channel = said.place.replace(".", ":") if chosen else said.place
    repeats = tuple([(one.holder, one.name) for one in slot.repeats])
    terms = (channel, said.side, said.role, said.text, slot.holder, slot.key)
    return Piece(*terms, whole=not chosen, repeats=repeats)


def _unescaped(slot: Slot) -> list[Piece]:
    """Return what an object's texts say without escapes; those of a text are read in its channel.

    It cannot be edited.
    """
    said = slot.passage
    if not slot.parts:
        return []
    channel = f"{said.place}#unescaped"
    return [Piece(channel, said.side, said.role, said.text, slot.holder, None, whole=True)]


def _pieces(slot: Slot, repeats: tuple[tuple[Body, str], ...], whole: bool) -> list[Piece]:
    said = slot.passage
    if not slot.parts:
        return [
            Piece(
                said.place,
                said.side,
                said.role,
                said.text,
                slot.holder,
                slot.key,
                whole=whole,
                encoded=said.side in ("tool_call", "tool_result"),
                repeats=repeats,
            )
        ]
    return [
        Piece(
            f"{said.place}#{number}",
            said.side,
            said.role,
            said.text[part.start : part.end],
            part.holder,
            part.key,
            whole=True,
            repeats=repeats,
        )
        for number, part in enumerate(slot.parts)
    ]


def index_in(data: Body, name: str = "index") -> int:
    """Return which part an event is about, 0 if it does not say."""
    index = data.get(name)
    return index if type(index) is int else 0


def event_kind(name: str, data: Body) -> str:
    """Return the kind of an event that says it twice, or ""; Refused if it says two.

    Clients go by one or the other: by the `event:` line or by `type` in its data.
    """
    stated = data.get("type", name)
    if type(stated) is not str or (name and name != stated):
        raise Refused(
            "An event is of one type by its name and of another by its data.",
            code="invalid_request",
            param="type",
        )
    return stated
