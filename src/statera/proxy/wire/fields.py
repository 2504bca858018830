"""Kinds of field, from which the tables of an API are made.

    MESSAGE = table({"role": word("user", "system"), "content": text, "weight": number})

A field is a function `(reader, holder, key, value, place)`: it adds slots to the reader, or raises
Refused. A null is never asked about, since it carries nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from statera.errors import nearest
from statera.guard.policy import Policy
from statera.proxy.wire.escapes import unescaped
from statera.proxy.wire.refusals import Refused, shown
from statera.proxy.wire.slots import Body, Holder, Key, Part, Slot
from statera.records.guarding import Passage, Side

MOST_TEXTS = 4096

_LABEL = re.compile(r"[A-Za-z0-9_.:/+=~|#-]{0,256}", re.ASCII)
_SEALED = re.compile(r"[A-Za-z0-9_+/=-]*", re.ASCII)
_ADDRESS = re.compile(r"(?:https?|data|file|gs|s3):[^\s]*", re.ASCII)
_NUMERIC = frozenset((int, float, bool))
_LONG = 1_000_000


def names(text: str) -> list[str]:
    """Return the names in a list written as text, so that a table stays short."""
    return text.split()


# Words of JSON schemas and of the APIs' own types, which say nothing to a model.
_STRUCTURE = frozenset(
    names(
        "$defs $ref $schema additionalProperties allOf anyOf array boolean cache_control const "
        "default description enum ephemeral format function integer items json_object json_schema "
        "maxItems maximum maxLength minItems minimum minLength name null number object oneOf "
        "parameters pattern properties required schema strict string text title type"
    )
)


class Reader:
    """What is being read: the policy's terms, who is speaking, and the slots found so far.

    `piecewise` keeps the parts of a text apart, as a stream needs it.
    """

    __slots__ = ("piecewise", "policy", "role", "side", "slots")

    def __init__(
        self, policy: Policy, side: Side, role: str = "", *, piecewise: bool = False
    ) -> None:
        self.policy = policy
        self.piecewise = piecewise
        self.side: Side = side
        self.role = role
        self.slots: list[Slot] = []

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
    reader.add(Slot(reader.passage(value, place), holder, key))
    if "\\" in value and reader.side in ("tool_call", "tool_result"):
        plain = unescaped(value)
        if plain.text != value:
            said = reader.passage(plain.text, place)
            reader.add(Slot(said, holder, key, raw_span=plain.raw_span))


def label(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take a name, an id or a word of the API (also a list of them); what is more is read."""
    if type(value) is list:
        for number_, one in enumerate(value):
            label(reader, value, number_, one, f"{place}[{number_}]")
    elif type(value) is dict:
        raise wrong(place, "a text")
    elif type(value) is str and not _LABEL.fullmatch(value):
        with_role("parameter", text)(reader, holder, key, value, place)


def sealed(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take what only the model server can open (encrypted, encoded); what is more is read."""
    if type(value) is not str or not _SEALED.fullmatch(value):
        spoken(reader, holder, key, value, place)


def passing(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take what only repeats a text that is read elsewhere; it is withheld with that text."""


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
    _join(reader, [one for one in _leaves(holder, key, value) if not _is_media(one.text)], place)


def _is_media(text_: str) -> bool:
    return any(kind.fullmatch(text_) for kind in (_LABEL, _SEALED, _ADDRESS))


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
    _join(reader, _leaves(holder, key, value), place)


def figures(reader: Reader, holder: Holder, key: Key, value: Any, place: str) -> None:
    """Take numbers and labels, nested as may be; all other texts in it are read as one passage."""
    leaves = [one for one in _leaves(holder, key, value) if not _LABEL.fullmatch(one.text)]
    if leaves:
        role, reader.role = reader.role, "parameter"
        _join(reader, leaves, place)
        reader.role = role


class Leaf(NamedTuple):
    """A text somewhere in a value; `key` None for a name in an object."""

    text: str
    holder: Holder
    key: Key | None


def _leaves(holder: Holder, key: Key, value: Any) -> Iterator[Leaf]:
    if type(value) is str:
        if value and value not in _STRUCTURE:
            yield Leaf(value, holder, key)
    elif type(value) is int and abs(value) >= _LONG:
        yield Leaf(str(value), holder, key)
    elif type(value) is list:
        for position, one in enumerate(value):
            yield from _leaves(value, position, one)
    elif type(value) is dict:
        yield from _named_leaves(value)


def _named_leaves(value: Body) -> Iterator[Leaf]:
    for name, one in value.items():
        if name not in _STRUCTURE:
            yield Leaf(name, value, None)
        yield from _leaves(value, name, one)


def _join(reader: Reader, leaves: Iterator[Leaf] | list[Leaf], place: str) -> None:
    parts: list[Part] = []
    texts: list[str] = []
    at = 0
    for leaf in leaves:
        end = at + len(leaf.text)
        parts.append(Part(leaf.holder, leaf.key, at, end))
        texts.append(leaf.text)
        at = end + 1
    if parts:
        holder, key = parts[0].holder, parts[0].key
        passage = reader.passage("\n".join(texts), place)
        reader.add(Slot(passage, holder, "" if key is None else key, tuple(parts)))


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
    if harmless and _LABEL.fullmatch(name):
        return
    if reader.policy.unknown_fields == "allow":
        if not _LABEL.fullmatch(name):
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
