"""Values that were taken out of a request and come back in its reply.

    restoring = restoring_of(policy, decision, passages)     # {"[EMAIL_1]": "ada@example.com"}
    restoring.slots(slots)                                    # where the reply names them

Only what a detector with `restore` took out, under a name with a number, which stands for exactly
one value. The reply was checked with the names in it.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from statera.guard.policy import Policy
from statera.records.guarding import Decision, Passage, Side

_NUMBERED = re.compile(r"\[(.+)_\d+\]")
_JSON_SIDES: tuple[Side, ...] = ("tool_call", "tool_result")


class _Standing(Protocol):
    """Where a text stands: at `holder[key]`; `key` None where it cannot be changed."""

    @property
    def holder(self) -> dict[str, Any] | list[Any]: ...
    @property
    def key(self) -> str | int | None: ...


class _Slot(_Standing, Protocol):
    """A passage of a body and where it stands; one joined of several texts has `parts`."""

    @property
    def passage(self) -> Passage: ...
    @property
    def parts(self) -> Sequence[_Standing]: ...


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

    def slots(self, slots: Iterable[_Slot]) -> bool:
        """Put the values where a reply names them; return whether there was one."""
        changed = False
        done: set[tuple[int, str | int]] = set()
        for slot in slots:
            escaped = slot.passage.side in _JSON_SIDES
            for place in slot.parts or (slot,):
                if place.key is not None and (id(place.holder), place.key) not in done:
                    done.add((id(place.holder), place.key))
                    changed |= self._put(place, escaped)
        return changed

    def _put(self, place: _Standing, escaped: bool) -> bool:
        holder = place.holder
        old = holder[place.key]  # type: ignore[index]
        if type(old) is not str:
            return False
        new = self.text(old, escaped=escaped)
        holder[place.key] = new  # type: ignore[index]
        return new != old


NOTHING = Restoring({})


def restoring_of(policy: Policy, decision: Decision, passages: Sequence[Passage]) -> Restoring:
    """Return what this decision took out of the passages and gives back."""
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
        found = _NUMBERED.fullmatch(edit.replacement)
        if found and found[1] in labels:
            values[edit.replacement] = passages[edit.passage].text[edit.start : edit.end]
    return Restoring(values) if values else NOTHING


def _value(value: str, escaped: bool) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1] if escaped else value
