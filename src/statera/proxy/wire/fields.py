"""Kinds of field, from which the tables of an API are made.

    MESSAGE = table({"role": word("user", "system"), "content": text, "weight": number})

A field is a function `(reader, holder, key, value, place)`: it adds slots to the reader, or raises
Refused. A null is never asked about, since it carries nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

from msgspec import structs

from statera.errors import nearest
from statera.guard.policy import Policy
from statera.proxy.wire.escapes import unescapings
from statera.proxy.wire.leaves import LARGE, Leaf, is_field, leaves_in
from statera.proxy.wire.refusals import Refused, shown
from statera.proxy.wire.slots import Body, Holder, Key, Part, Repeat, Slot, TokenList, written
from statera.records.guarding import Passage, Side

MOST_TEXTS = 4096

_NUMERIC = frozenset((int, float, bool))
_ESCAPING: tuple[Side, ...] = ("tool_call", "tool_result")


def names(text: str) -> list[str]:
    """Return the names in a list written as text, so that a table stays short."""
    return text.split()


class Reader:
    """What is being read: the policy's terms, who is speaking, and the slots found so far.

    `repeats` are the places that say once more, in another form, what the slots say; `lists` those
    of them whose tokens can be read. `piecewise` keeps the parts of a text apart, as a stream needs
    it.
    """

    __slots__ = ("_texts", "lists", "piecewise", "policy", "repeats", "role", "side", "slots")

    def __init__(
        self, policy: Policy, side: Side, role: str = "", *, piecewise: bool = False
    ) -> None:
        self.policy = policy
        self.piecewise = piecewise
        self.side: Side = side
        self.role = role
        self.slots: list[Slot] = []
        self.repeats: list[Repeat] = []
        self.lists: list[TokenList] = []
        self._texts = 0

    def add(self, slot: Slot) -> None:
        """Keep the slot; Refused (`too_many_texts`) beyond `MOST_TEXTS`, other readings aside."""
        self._texts += not slot.again
        if self._texts > MOST_TEXTS:
            raise Refused(f"More than {MOST_TEXTS} texts in one body.", code="too_many_texts")
        self.slots.append(slot)

    def passage(self, text: str, place: str) -> Passage:
        """Return the text as a passage of who is speaking."""
        return Passage(text=text, side=self.side, place=place, role=self.role)

    def put(self, slot: Slot) -> None:
        """Keep the slot and, of a tool, which may speak JSON, what it says without its escapes."""
        self.add(slot)
        said = slot.passage
        if "\\" in said.text and said.side in _ESCAPING:
            for plain in unescapings(said.text):
                other = self.passage(plain.text, said.place)
                self.add(slot._replace(passage=other, raw_span=plain.raw_span, again=True))


Field = Callable[[Reader, Holder, Key, Any, str], None]


def wrong(place: str, allowed: str, near: str = "") -> Refused:
    """Return the Refused for a value of the wrong type."""
    return Refused(f"'{place}' must be {allowed}.{near}", code="invalid_request", param=place)


def number(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a number or a boolean; a number of twelve digits or more is read."""
    if type(value) not in _NUMERIC:
        raise wrong(place, "a number or a boolean")
    if not -LARGE < value < LARGE:
        as_parameter(reader, [Leaf(written(value), holder, key)], place)


def text(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a text that is read as a whole; of a tool, which may be JSON, also unescaped."""
    if type(value) is not str:
        raise wrong(place, "a text")
    if value:
        reader.put(Slot(reader.passage(value, place), holder, key, repeats=reader.repeats))


def tag(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take the name of the kind by which `tagged` has found the table that this stands in."""
    if type(value) is not str:
        raise wrong(place, "a text")


def numbers(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a list of numbers; anything else in it is read, as are numbers of twelve digits."""
    plain = type(value) is list and _NUMERIC.issuperset(map(type, value))
    if not plain or (value and not -LARGE < min(value) <= max(value) < LARGE):
        spoken(reader, holder, key, value, place)


def spoken(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take anything: all texts in it and all names of its fields are read as one passage.

    Numbers of seven digits or more are read too, since they may be those of a card or a person.
    """
    joined(reader, leaves_in(holder, key, value), place)


def as_parameter(reader: Reader, leaves: Sequence[Leaf], place: str) -> None:
    """Read the texts as one passage that a parameter says."""
    role, reader.role = reader.role, "parameter"
    joined(reader, leaves, place)
    reader.role = role


def joined(reader: Reader, leaves: Sequence[Leaf], place: str, mark: str = "\n") -> None:
    """Read the texts as one passage, with `mark` between them."""
    if not leaves:
        return
    parts: list[Part] = []
    at = 0
    for text_, holder, key in leaves:
        end = at + len(text_)
        parts.append(Part(holder, key, at, end))
        at = end + len(mark)
    said = reader.passage(mark.join([leaf.text for leaf in leaves]), place)
    first = parts[0]
    key = "" if first.key is None else first.key
    slot = Slot(said, first.holder, key, tuple(parts), repeats=reader.repeats, again=not mark)
    reader.put(slot)


def parts(field: Field) -> Field:
    """Return the field for a list of parts read by `field`; their texts are read as one passage.

    A model reads them as one, so that nothing hides in the cut: they are read with a line's end
    between them and, where that makes words of what may be one, with nothing. In a stream they go
    on with the text to which they add.
    """
    every = each(field)

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        before = len(reader.slots)
        every(reader, holder, key, value, place)
        if reader.piecewise:
            if place.startswith("choices["):
                _continue(reader, before, place)
        elif len(reader.slots) - before > 1:
            _rejoin(reader, before, place)

    return read


def _continue(reader: Reader, before: int, place: str) -> None:
    """Give texts of parts the place of the text that they continue."""
    for number_, slot in enumerate(reader.slots[before:], before):
        name = slot.passage.place[len(place) :].partition("]")[2]
        if not slot.parts:
            whole = place + name.removeprefix(".text")
            reader.slots[number_] = slot._replace(
                passage=structs.replace(slot.passage, place=whole)
            )


def _rejoin(reader: Reader, before: int, place: str) -> None:
    """Read texts of several parts, which were read one by one, together."""
    new = reader.slots[before:]
    alone = [slot for slot in new if _is_plain(slot, reader)]
    texts = [slot for slot in alone if not slot.again]
    if len(texts) < 2:
        return
    reader.slots[before:] = [slot for slot in new if slot not in alone]
    leaves = [Leaf(slot.passage.text, slot.holder, slot.key) for slot in texts]
    joined(reader, leaves, place)
    groups: dict[Key, list[Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(leaf.key if type(leaf.key) is str else "text", []).append(leaf)
    for group in groups.values():
        if any(touch(one.text, two.text) for one, two in pairwise(group)):
            joined(reader, group, place, "")


def touch(one: str, two: str) -> bool:
    """Return whether two texts make one word where nothing stands between them."""
    return not (one[-1:].isspace() or two[:1].isspace())


def _is_plain(slot: Slot, reader: Reader) -> bool:
    said = slot.passage
    return not slot.parts and (said.role, said.side) == (reader.role, reader.side)


def word(*words: str) -> Field:
    """Return the field that takes one of the words only."""
    allowed = f"one of {', '.join(words)}"

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if value not in words:
            raise wrong(place, allowed, nearest(value, words) if type(value) is str else "")

    return read


def either(
    *, one: Field | None = None, many: Field | None = None, named: Field | None = None
) -> Field:
    """Return the field that reads a text by `one`, a list by `many`, a mapping by `named`."""
    fields: dict[type, Field | None] = {str: one, list: many, dict: named}
    kinds: dict[type, str] = {str: "a text", list: "a list", dict: "a mapping"}
    allowed = " or ".join(kinds[kind] for kind, field in fields.items() if field)

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        field = fields.get(type(value))
        if field is None:
            raise wrong(place, allowed)
        field(reader, holder, key, value, place)

    return read


def each(field: Field) -> Field:
    """Return the field that reads every item of a list by `field`."""

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if type(value) is not list:
            raise wrong(place, "a list")
        for position, item in enumerate(value):
            if item is not None:
                field(reader, value, position, item, f"{place}[{position}]")

    return read


def table(fields: Mapping[str, Field]) -> Field:
    """Return the field that reads an object by its fields' names; unknown ones are refused."""
    find = fields.get

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if type(value) is not dict:
            raise wrong(place or "the body", "a mapping")
        for name, item in value.items():
            field = find(name)
            if field is number and type(item) in _NUMERIC and -LARGE < item < LARGE:
                continue
            if field is None:
                unknown(reader, value, name, f"{place}.{name}" if place else name, fields)
            elif item is not None:
                field(reader, value, name, item, f"{place}.{name}" if place else name)

    return read


def tagged(by: str, kinds: Mapping[str, Field], otherwise: str = "") -> Field:
    """Return the field that reads an object by the kind that it names as `by`.

    `otherwise` is the kind of an object without one.
    """

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if type(value) is not dict:
            raise wrong(place, "a mapping")
        of_kind(kinds, value.get(by, otherwise))(reader, holder, key, value, place)

    return read


def of_kind(kinds: Mapping[str, Field], kind: object) -> Field:
    """Return the field of that kind; one that refuses or reads all, as the policy says, if none."""
    field = kinds.get(kind) if type(kind) is str else None

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if type(kind) is not str:
            raise wrong(f"{place}.type", "a text")
        if reader.policy.unknown_fields == "allow":
            return spoken(reader, holder, key, value, place)
        raise Refused(
            f"'{place}' is of the unknown type {shown(kind)}.{nearest(kind, kinds)}",
            code="unknown_field",
            param=f"{place}.type",
        )

    return field or read


def unknown(
    reader: Reader, holder: Body, name: str, place: str, fields: Mapping[str, Field]
) -> None:
    """Take an unknown field that carries no text; refuse or read any other, as the policy says."""
    value = holder[name]
    harmless = not value or (type(value) in _NUMERIC and -LARGE < value < LARGE)
    if harmless and is_field(name):
        return
    if reader.policy.unknown_fields == "allow":
        if not is_field(name):
            joined(reader, [Leaf(name, holder, None)], place)
        return spoken(reader, holder, name, value, place)
    raise Refused(
        f"The field {shown(name)} is not known, so that its text cannot be checked."
        f"{nearest(name, fields)}",
        code="unknown_field",
        param=place if len(place) <= 120 else place[:120],
    )


def with_role(role: str, field: Field, side: Side | Literal[""] = "") -> Field:
    """Return the field, read as said by `role` (and at `side`)."""

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        before = reader.role, reader.side
        reader.role = role or reader.role
        reader.side = side or reader.side
        field(reader, holder, key, value, place)
        reader.role, reader.side = before

    return read


def indexed(field: Field) -> Field:
    """Return the field for a list whose items say by `index` which they are; for streams."""

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if type(value) is not list:
            raise wrong(place, "a list")
        for position, item in enumerate(value):
            if type(item) is not dict or type(item.get("index", 0)) is not int:
                raise wrong(place, "a list of mappings with whole numbers as index")
            field(reader, value, position, item, f"{place}[{item.get('index', position)}]")

    return read


def at(name: str, field: Field) -> Field:
    """Return the field, read as if it were called `name`: what `delta` adds to is a `message`."""

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        field(reader, holder, key, value, f"{place.rpartition('.')[0]}.{name}".lstrip("."))

    return read
