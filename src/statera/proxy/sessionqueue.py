"""Events of a stream that wait until all their text may leave, in their order.

The order holds within a choice; an event of no choice waits for all before it, and all after it for
it. An event leaves with the bytes that it came with unless something in it was changed.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from statera.guard.policy import Policy
from statera.proxy.documents import encode
from statera.proxy.sessionchannel import Channel
from statera.proxy.sse import DONE, event_bytes, message_bytes
from statera.proxy.wire.api import Api, Event, StreamState
from statera.proxy.wire.refusals import Refused
from statera.proxy.wire.slots import Body, Piece

_decode = msgspec.json.Decoder(dict[str, object]).decode
_REPEATS = ("logprobs", "token_ids")
_OF_NO_USE = frozenset({"index", "type"})  # what a piece's object may say besides and be split


class Part(NamedTuple):
    """A piece of an event: the channel's text up to `end`; with `again` all of it once more."""

    channel: Channel
    end: int
    again: bool = False

    @property
    def is_free(self) -> bool:
        """Whether all of it may leave."""
        return self.channel.text.free >= self.end


class Item(msgspec.Struct):
    """An event that waits; `lanes` are its choices, none for all; `split` once a part has left.

    `like` is the body of an event that differs in its text only, if there was one.
    """

    name: str
    data: bytes
    lanes: frozenset[str]
    parts: tuple[Part, ...] = ()
    like: Body | None = None
    split: bool = False


class Queue:
    """What waits. `state` tells what has left, `left` how many events, `released` how much text."""

    def __init__(self, api: Api, policy: Policy, asked: Body) -> None:
        self.state = StreamState(asked=asked)
        self.left = self.released = 0
        self._api = api
        self._policy = policy
        self._items: deque[Item] = deque()
        self._lanes: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: Item) -> None:
        """Add an event."""
        if not item.lanes <= self._lanes:
            self._lanes |= item.lanes
        self._items.append(item)

    def release(self) -> Iterator[bytes]:
        """Yield what may leave, event by event.

        Raises Refused (`not_redactable`) for a change where none can be made.
        """
        kept: list[Item] = []
        blocked: frozenset[str] = frozenset()
        while self._items:
            item = self._items.popleft()
            stuck = not item.lanes.isdisjoint(blocked) if item.lanes else bool(kept)
            if not stuck:
                yield from self._split(item)
                if all(part.is_free for part in item.parts):
                    yield self._whole(item)
                    continue
            kept.append(item)
            blocked |= item.lanes
            if not item.lanes or blocked == self._lanes:
                break
        self._items.extendleft(reversed(kept))

    def begin_waiting(self) -> None:
        """Count the choices of which something waits as begun in `state`: they need an end too."""
        lanes = {lane for item in self._items for lane in item.lanes}
        for number in sorted(_number(lane) for lane in lanes):
            self.state.open.setdefault(number, {})

    def _whole(self, item: Item) -> bytes:
        """Return an event that leaves, or what is left of it."""
        self.left += 1
        if item.data == DONE:
            return message_bytes(item.name, DONE)
        changed, texts = item.split, []
        for part in item.parts:
            text = part.channel.text
            count = part.end - text.left
            changed |= bool(text.made) if part.again else not text.intact(count)
            texts.append(part.channel.retold(part.end) if part.again else text.take(count))
            self.released += count if part.channel.counted and not part.again else 0
        data = item.like if item.like and not changed else _decode(item.data)
        if changed:
            self._rewrite(self._pieces(item, data), texts)
        self._api.shapes.follow(self.state, item.name, data)
        if changed or b"\n" in item.data:
            return event_bytes(Event(item.name, data))
        return message_bytes(item.name, item.data)

    def _split(self, item: Item) -> Iterator[bytes]:
        """Yield the part of an event whose text is free, if it is not free as a whole."""
        at = _divided(item.parts)
        if at is None:
            return
        text = item.parts[at].channel.text
        count = text.free - text.left
        if count <= 0:
            return
        data = _decode(item.data)
        pieces = self._pieces(item, data)
        if self._api.closes(item.name, data) or not _divisible(data, pieces[at]):
            return
        item.split = True
        texts = [part.channel.retold(part.end) if part.again else "" for part in item.parts]
        texts[at] = text.take(count)
        self.released += count if item.parts[at].channel.counted else 0
        if texts[at]:
            self._rewrite(pieces, texts)
            self._api.shapes.follow(self.state, item.name, data)
            yield event_bytes(Event(item.name, data))

    def _pieces(self, item: Item, data: Body) -> list[Piece]:
        return self._api.read_event(item.name, data, self._policy)

    def _rewrite(self, pieces: list[Piece], texts: list[str]) -> None:
        for piece, text in zip(pieces, texts, strict=True):
            if text == piece.text:
                continue
            if piece.key is None:
                raise Refused(
                    f"A name in {piece.channel} holds what the policy takes out.",
                    code="not_redactable",
                    param=piece.channel,
                )
            piece.holder[piece.key] = text  # type: ignore[index]
            for place, name in piece.repeats:
                _withhold(place, name)


def _divided(parts: tuple[Part, ...]) -> int | None:
    """Return which part of an event is not free as a whole, where it is the only one said here."""
    said = [number for number, part in enumerate(parts) if not part.is_free]
    if len(said) != 1 or parts[said[0]].again:
        return None
    others = all(part.again for number, part in enumerate(parts) if number != said[0])
    return said[0] if others else None


def lanes_of(data: Body) -> frozenset[str]:
    """Return the choices that an event is about, none for all."""
    return frozenset([f"choices[{one.get('index', at)}]" for at, one in enumerate(_choices(data))])


def _number(lane: str) -> int:
    """Return the number of a choice; 0 for one that has none."""
    told = lane.removeprefix("choices[").removesuffix("]")
    return int(told) if told.isdecimal() else 0


def _choices(data: Body) -> list[Body]:
    found = data.get("choices")
    return [one for one in found if type(one) is dict] if type(found) is list else []


def without_repeats(data: bytes, body: Body, pieces: Sequence[Piece]) -> bytes:
    """Return the bytes of an event without tokens beside which no text stands.

    Their text comes in another event, or not at all; it was not checked here.
    """
    beside = {id(holder) for piece in pieces for holder, _ in piece.repeats}
    changed = False
    for holder in (body, *_choices(body)):
        for name in _REPEATS:
            if holder.get(name) and id(holder) not in beside:
                _withhold(holder, name)
                changed = True
    return encode(body) if changed else data


def _withhold(holder: Body, name: str) -> None:
    """Take out what repeats a text; responses ask for a list all the same."""
    holder[name] = [] if type(holder[name]) is list else None


def _divisible(data: Body, piece: Piece) -> bool:
    """Say whether an event may leave in two: it says nothing besides, and is not numbered."""
    if "sequence_number" in data or type(piece.holder) is not dict:
        return False
    repeats = {name for _, name in piece.repeats}
    told = {name for name, value in piece.holder.items() if value and name != piece.key}
    return told <= _OF_NO_USE | repeats
