"""Values that were taken out of a user's messages and come back in the reply.

    restoring = restoring_of(policy, decision, passages)     # {"[EMAIL_1]": "ada@example.com"}
    restoring.edits(slots)                                    # where the reply names them

Only what a detector with `restore` took out of what the user said, under a name with a number,
which stands for exactly one value: what the operator or a tool said is not for the user to read.
Names are looked for in the reply as the model gave it, never in what its own redaction makes of it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from statera.guard.policy import Policy
from statera.records.guarding import Decision, Edit, Passage

_NUMBERED = re.compile(r"\[(.+)_\d+\]")


class _Part(Protocol):
    """Characters of a passage that stand in one place; `key` None where they cannot be changed."""

    @property
    def key(self) -> str | int | None: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class _Slot(Protocol):
    """A passage of a body; `again` where it reads another one in another way."""

    @property
    def passage(self) -> Passage: ...
    @property
    def parts(self) -> Sequence[_Part]: ...
    @property
    def raw_span(self) -> Any: ...
    @property
    def again(self) -> bool: ...


class Restoring:
    """Names to values; falsy when there are none."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self._names = re.compile("|".join(map(re.escape, values))) if values else None

    def __bool__(self) -> bool:
        return bool(self.values)

    def text(self, text: str, *, escaped: bool = False) -> str:
        """Return the text with values for names; `escaped` within JSON text."""
        if self._names is None:
            return text
        return self._names.sub(lambda found: _value(self.values[found[0]], escaped), text)

    def edits(self, slots: Sequence[_Slot]) -> list[Edit]:
        """Return the edits that put the values where a reply names them, slot by slot."""
        if self._names is None:
            return []
        return [
            edit
            for number, slot in enumerate(slots)
            if not slot.again and slot.raw_span is None
            for start, end in _places(slot)
            for edit in self._within(number, start, slot.passage.text[start:end])
        ]

    def _within(self, number: int, at: int, text: str) -> Iterator[Edit]:
        assert self._names is not None
        found = list(self._names.finditer(text))
        escaped = bool(found) and _is_json(text)
        for one in found:
            value = _value(self.values[one[0]], escaped)
            yield Edit(number, at + one.start(), at + one.end(), value)


NOTHING = Restoring({})


def restoring_of(policy: Policy, decision: Decision, passages: Sequence[Passage]) -> Restoring:
    """Return what this decision took out of the user's messages and gives back."""
    if not decision.edits:
        return NOTHING
    entries = {entry.name for entry in policy.detectors if entry.restore}
    labels = {
        span.label or finding.detector.upper()
        for finding in decision.findings
        if finding.detector in entries
        for span in finding.spans
    }
    values: dict[str, str] = {}
    for edit in decision.edits:
        found, said = _NUMBERED.fullmatch(edit.replacement), passages[edit.passage]
        if found and found[1] in labels and (said.role, said.side) == ("user", "input"):
            values[edit.replacement] = said.text[edit.start : edit.end]
    return Restoring(values) if values else NOTHING


def _places(slot: _Slot) -> Iterator[tuple[int, int]]:
    """Yield the places of a passage where it can be changed, text by text."""
    if not slot.parts:
        yield 0, len(slot.passage.text)
    for part in slot.parts:
        if part.key is not None:
            yield part.start, part.end


def _is_json(text: str) -> bool:
    """Return whether the text is a JSON object or array, in which a value needs its escapes."""
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _value(value: str, escaped: bool) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1] if escaped else value
