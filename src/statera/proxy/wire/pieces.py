"""Slots of one event of a stream, as pieces of their channels.

A channel has the place as its name that its text would have in a reply that is not streamed:
`choices[0].message.content`. So one text has one name, streamed or not.
"""

from collections.abc import Sequence

from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Piece, Slot

_REPEATS = ("logprobs", "token_ids")


def pieces_of(slots: Sequence[Slot], choices: Sequence[Body]) -> list[Piece]:
    """Return the pieces of a chunk with `choices`, each with what repeats its text."""
    repeats = {
        f"choices[{one.get('index', number)}]": tuple(
            (one, name) for name in _REPEATS if one.get(name)
        )
        for number, one in enumerate(choices)
    }
    found: list[Piece] = []
    for slot in slots:
        if slot.raw_span is None:
            place = slot.passage.place
            choice = place.partition(".")[0]
            found += _pieces(slot, repeats.get(choice, ()), choice not in repeats)
    return found


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
