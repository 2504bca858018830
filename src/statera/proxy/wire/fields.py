"""Kinds of field, from which the tables of an API are made.

    MESSAGE = table({"role": word("user", "system"), "content": text, "weight": number})

A field is a function `(reader, holder, key, value, place)`: it adds slots to the reader, or raises
Refused. A null is never asked about, since it carries nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

from statera.errors import nearest
from statera.guard.policy import Policy
from statera.proxy.wire.escapes import unescaped
from statera.proxy.wire.leaves import Leaf, is_label, is_media, is_sealed, leaves_in
from statera.proxy.wire.refusals import Refused, shown
from statera.proxy.wire.slots import Body, Holder, Key, Part, Repeat, Slot
from statera.records.guarding import Passage, Side

MOST_TEXTS = 4096

_NUMERIC = frozenset((int, float, bool))


def names(text: str) -> list[str]:
    """Return the names in a list written as text, so that a table stays short."""
    return text.split()


class Reader:
    """What is being read: the policy's terms, who is speaking, and the slots found so far.

    `repeats` are the places that say once more, in another form, what the slots say. `piecewise`
    keeps the parts of a text apart, as a stream needs it.
    """

    __slots__ = ("piecewise", "policy", "repeats", "role", "side", "slots")

    def __init__(
        self, policy: Policy, side: Side, role: str = "", *, piecewise: bool = False
    ) -> None:
        self.policy = policy
        self.piecewise = piecewise
        self.side: Side = side
        self.role = role
        self.slots: list[Slot] = []
        self.repeats: list[Repeat] = []

    def add(self, slot: Slot) -> None:
        """Keep the slot; Refused (`too_many_texts`) beyond `MOST_TEXTS`."""
        if len(self.slots) >= MOST_TEXTS:
            raise Refused(f"More than {MOST_TEXTS} texts in one body.", code="too_many_texts")
        self.slots.append(slot)

    def passage(self, text: str, place: str) -> Passage:
        """Return the text as a passage of who is speaking."""
        return Passage(text=text, side=self.side, place=place, role=self.role)


Field = Callable[[Reader, Holder, Key, Any, str], None]


def wrong(place: str, allowed: str, near: str = "") -> Refused:
    """Return the Refused for a value of the wrong type."""
    return Refused(f"'{place}' must be {allowed}.{near}", code="invalid_request", param=place)


def number(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a number or a boolean."""
    if type(value) not in _NUMERIC:
        raise wrong(place, "a number or a boolean")


def text(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a text that is read as a whole; of a tool, which may be JSON, also unescaped."""
    if type(value) is not str:
        raise wrong(place, "a text")
    if not value:
        return
    reader.add(Slot(reader.passage(value, place), holder, key, repeats=reader.repeats))
    if "\\" in value and reader.side in ("tool_call", "tool_result"):
        plain = unescaped(value)
        if plain.text != value:
            said = reader.passage(plain.text, place)
            reader.add(Slot(said, holder, key, (), plain.raw_span, reader.repeats))


def label(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a name, an id or a word of the API (also a list of them); what is more is read."""
    if type(value) is list:
        for number_, one in enumerate(value):
            label(reader, value, number_, one, f"{place}[{number_}]")
    elif type(value) is dict:
        raise wrong(place, "a text")
    elif type(value) is str and not is_label(value):
        with_role("parameter", text)(reader, holder, key, value, place)


def sealed(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take what only the model server can open (encrypted, encoded); what is more is read."""
    if type(value) is not str or not is_sealed(value):
        spoken(reader, holder, key, value, place)


def passing(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take what only repeats a text that is read elsewhere; it is withheld when that is edited."""
    reader.repeats.append(Repeat(cast("Body", holder), str(key), place))


def media(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take an image, a recording or a file, which nobody here reads, where the policy allows it.

    What stands beside its data, its address and labels is read all the same.
    """
    if reader.policy.images != "allow":
        raise Refused(
            f"'{place}' holds an image, a recording or a file, which the policy does not allow.",
            code="image_not_allowed",
            param=place,
        )
    _join(reader, [one for one in leaves_in(holder, key, value) if not is_media(one.text)], place)


def tokens(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take token ids, which nobody here can read, where the policy allows what is unknown."""
    if reader.policy.unknown_fields != "allow":
        raise Refused(
            f"'{place}' holds token ids, which the guard cannot read; send text.",
            code="tokens_not_readable",
            param=place,
        )


def numbers(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a list of numbers; anything else in it is read."""
    if type(value) is not list or not _NUMERIC.issuperset(map(type, value)):
        spoken(reader, holder, key, value, place)


def spoken(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take anything: all texts in it and all names of its fields are read as one passage.

    Numbers of seven digits or more are read too, since they may be those of a card or a person.
    """
    _join(reader, leaves_in(holder, key, value), place)


def figures(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take numbers and labels, nested as may be; all other texts in it are read as one passage."""
    leaves = [one for one in leaves_in(holder, key, value) if not is_label(one.text)]
    if leaves:
        role, reader.role = reader.role, "parameter"
        _join(reader, leaves, place)
        reader.role = role


def _join(reader: Reader, leaves: Sequence[Leaf], place: str) -> None:
    if not leaves:
        return
    parts: list[Part] = []
    at = 0
    for text_, holder, key in leaves:
        end = at + len(text_)
        parts.append(Part(holder, key, at, end))
        at = end + 1
    said = reader.passage("\n".join([leaf.text for leaf in leaves]), place)
    first = parts[0]
    key = "" if first.key is None else first.key
    reader.add(Slot(said, first.holder, key, tuple(parts), repeats=reader.repeats))


def parts(field: Field) -> Field:
    """Return the field for a list of parts read by `field`; their texts are read as one passage.

    A model reads them as one, so that nothing hides in the cut.
    """
    every = each(field)

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        before = len(reader.slots)
        every(reader, holder, key, value, place)
        new = reader.slots[before:]
        if len(new) > 1 and not reader.piecewise and all(_is_plain(slot, reader) for slot in new):
            del reader.slots[before:]
            _join(reader, [Leaf(one.passage.text, one.holder, one.key) for one in new], place)

    return read


def _is_plain(slot: Slot, reader: Reader) -> bool:
    said = slot.passage
    return (
        not slot.parts
        and not slot.raw_span
        and (said.role, said.side) == (reader.role, reader.side)
    )


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
            if field is number and type(item) in _NUMERIC:
                continue
            if field is None:
                unknown(reader, value, name, f"{place}.{name}" if place else name, fields)
            elif item is not None:
                field(reader, value, name, item, f"{place}.{name}" if place else name)

    return read


def tagged(tag: str, kinds: Mapping[str, Field], otherwise: str = "") -> Field:
    """Return the field that reads an object by the kind that its `tag` names.

    `otherwise` is the kind of an object without one.
    """

    def read(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
        if type(value) is not dict:
            raise wrong(place, "a mapping")
        of_kind(kinds, value.get(tag, otherwise))(reader, holder, key, value, place)

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
    harmless = value is None or type(value) in _NUMERIC or not value
    if harmless and is_label(name):
        return
    if reader.policy.unknown_fields == "allow":
        if not is_label(name):
            _join(reader, [Leaf(name, holder, None)], place)
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
