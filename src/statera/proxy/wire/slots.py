"""Passages that know where they came from, so that what is taken out is taken out there.

A `Slot` is one passage of a body that is not streamed, a `Piece` a part of one that is.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from msgspec import structs

from statera.guard.edits import edited, merged
from statera.proxy.wire.refusals import Refused
from statera.records.guarding import Edit, Passage, Side

Body = dict[str, Any]
Holder = dict[str, Any] | list[Any]
Key = str | int

CONVERSATION = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
OPERATOR = frozenset({"system", "developer"})


class Part(NamedTuple):
    """Characters from `start` of a passage are the text at `holder[key]`.

    A name in an object has `key` None: it is read and cannot be edited.
    """

    holder: Holder
    key: Key | None
    start: int
    end: int


class Repeat(NamedTuple):
    """`holder[name]`, at `place`, says once more what another text says (`logprobs`, token ids)."""

    holder: Body
    name: str
    place: str


class TokenList(NamedTuple):
    """The tokens at `repeat`: the `lines` are those that were chosen, then others by their rank."""

    repeat: Repeat
    lines: tuple[str, ...]


class Slot(NamedTuple):
    """One passage and where its text stands: `holder[key]`.

    A passage joined of several texts has `parts`; one that was decoded has `raw_span`, which gives
    the characters of `holder[key]` (or of the parts together) that stand behind characters of the
    passage. `again`: it reads the text of another slot in another way. `repeats` is complete once
    the whole body was read.
    """

    passage: Passage
    holder: Holder
    key: Key
    parts: tuple[Part, ...] = ()
    raw_span: Callable[[int, int], tuple[int, int]] | None = None
    repeats: Sequence[Repeat] = ()
    again: bool = False


class Piece(NamedTuple):
    """What one event of a stream says in `channel`; it stands at `holder[key]`.

    It is added to the channel's text. With `whole` it is not: it repeats all that the channel said,
    or else is a text of its own that came at once and is checked at once.
    `encoded`: the text may be JSON, so that it is to be read unescaped too (`escapes.unescaped`).
    `key` is None for a name in an object, which can be read and not edited.
    `repeats` are places that say the same in another form (`logprobs`, token ids) and are withheld
    when it is edited, and as long as it is.
    """

    channel: str
    side: Side
    role: str
    text: str
    holder: Holder
    key: Key | None
    whole: bool = False
    encoded: bool = False
    repeats: tuple[tuple[Body, str], ...] = ()


def written(value: object) -> str:
    """Return a text as it is and a number in all its digits, as it is read and edited.

    >>> written(4111111111111111.0)
    '4111111111111111'
    """
    if type(value) is float:
        return f"{value:.0f}" if value.is_integer() else repr(value)
    return str(value)


def passages(slots: Iterable[Slot]) -> tuple[Passage, ...]:
    """Return the passages, in their order."""
    return tuple([slot.passage for slot in slots])


def with_context(slots: Sequence[Slot], count: int) -> list[Slot]:
    """Return the slots with the `count` messages before each; definitions are no messages."""
    said: list[str] = []
    found: list[Slot] = []
    for slot in slots:
        if slot.passage.role not in CONVERSATION:
            found.append(slot)
            continue
        before = tuple(said[-count:]) if count else ()
        found.append(slot._replace(passage=structs.replace(slot.passage, before=before)))
        if not slot.again:
            said.append(slot.passage.text)
    return found


def write(slots: Sequence[Slot], edits: Sequence[Edit]) -> bool:
    """Make the decision's edits where the texts stand; return whether there were any.

    What repeats an edited text is withheld: it becomes null.
    Refused (`not_redactable`) when an edit falls on a name in an object.
    """
    cuts: dict[tuple[int, Key], tuple[Slot | Part, list[Edit]]] = {}
    for edit in edits:
        for target, cut in _targets(slots[edit.passage], edit):
            if target.key is None:
                place = slots[edit.passage].passage.place
                raise Refused(
                    f"A name in {place} holds what the policy takes out.",
                    code="not_redactable",
                    param=place,
                )
            cuts.setdefault((id(target.holder), target.key), (target, []))[1].append(cut)
    for target, places in cuts.values():
        holder: Any = target.holder
        holder[target.key] = edited(written(holder[target.key]), merged(places))
    for number in {edit.passage for edit in edits}:
        for repeat in slots[number].repeats:
            repeat.holder[repeat.name] = None
    return bool(cuts)


def _targets(slot: Slot, edit: Edit) -> Iterable[tuple[Slot | Part, Edit]]:
    start, end = edit.start, edit.end
    if slot.raw_span is not None:
        start, end = slot.raw_span(start, end)
    raw = Edit(0, start, end, edit.replacement)
    return _on_parts(slot.parts, raw) if slot.parts else [(slot, raw)]


def _on_parts(parts: Sequence[Part], edit: Edit) -> Iterable[tuple[Part, Edit]]:
    """Return the edit part by part; the first one gets the replacement, the others lose theirs."""
    replacement = edit.replacement
    for part in parts:
        start, end = max(edit.start, part.start), min(edit.end, part.end)
        if start < end:
            yield part, Edit(0, start - part.start, end - part.start, replacement)
            replacement = ""


def after(
    said: tuple[Passage, ...], before: tuple[str, ...], guarded: tuple[str, ...]
) -> tuple[Passage, ...]:
    """Return a reply's passages with the messages before them and what they must not give away.

    An API that repeats the operator's words as such, as responses does, gives nothing away.
    """
    if not (before or guarded):
        return said
    return tuple(
        structs.replace(one, before=before, guarded=() if one.role in OPERATOR else guarded)
        for one in said
    )
