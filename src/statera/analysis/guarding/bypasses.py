"""Texts that passed a guarded model's checks unread, as the notes of its trials tell.

found = bypasses(store.trials(run.id))     # None where nothing was bypassed
found.trials, found.by                     # 3, {"toxicity late": 4}
"""

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from statera.store.rows import Stored

_NOTE = re.compile(r"guard: (?:input|output) bypassed(?:, would [a-z]+)?(?: \(([^)]*)\))?")


class Bypasses(msgspec.Struct, frozen=True, kw_only=True):
    """How many `trials` have a text that passed although a check was not made.

    `by` counts such checks by detector and cause (`failed`, `late`, `beyond`), the most first.
    """

    trials: int
    by: dict[str, int]


def bypasses(trials: Iterable[Stored]) -> Bypasses | None:
    """Return what passed unread, of every exchange of every trial; None for nothing."""
    count, by = 0, Counter[str]()
    for stored in trials:
        notes = (note for one in stored.trial.exchanges for note in one.response.notes)
        found = [match for match in map(_NOTE.match, notes) if match]
        count += bool(found)
        for match in found:
            by.update(name for name in (match[1] or "").split(", ") if name)
    return Bypasses(trials=count, by=dict(by.most_common())) if count else None
