"""The atomic facts that a judge finds in a text, each called supported, not supported, irrelevant.

    She was born in Warsaw. [S]
    She was born in 1869. [NS]

A line that ends in a label is a fact. `[NONE]` alone says that there is none. In JSON they stand in
`facts`, each with its `label`.

>>> read("She was born in Warsaw. [S]\\nShe was a pianist. [NS]").value
'S 1, NS 1, IR 0'
"""

import re
from collections import Counter

from statera.records.scores import Reading
from statera.scorers.reading.final import closing_object
from statera.scorers.reading.source import prepare

LABELS = ("S", "NS", "IR")
_LINE = re.compile(r"^[^\n]*\w[^\n]*?\[\s*(S|NS|IR)\s*\]\W*$", re.M)
_TWO = re.compile(r"\[\s*(?:S|NS|IR)\s*\][^\n]*\[\s*(?:S|NS|IR)\s*\]")
_NONE = re.compile(r"^\W*\[\s*NONE\s*\]\W*$", re.M)
_VALUE = re.compile(r"S (\d+), NS (\d+), IR (\d+)")


def read(text: str) -> Reading:
    """Return how many facts have each label, as `S 12, NS 3, IR 1`, or None and why."""
    source = prepare(text)
    if source.note or not source.text.strip():
        return Reading(value=None, why=source.note or "nothing to read")
    if (found := _json(source.text)) is not None:
        return found
    if double := _TWO.search(source.text):
        return Reading(value=None, why=f"a fact with two labels: {double[0][:60]}")
    lines = list(_LINE.finditer(source.text))
    none = _NONE.search(source.text)
    if lines and none:
        return Reading(value=None, why="facts, and none")
    if none:
        return Reading(value=_shown(Counter()), span=source.original(*none.span()), why="no fact")
    if not lines:
        return Reading(value=None, why="no line ends in [S], [NS] or [IR]")
    counts = Counter(m[1] for m in lines)
    span = source.original(lines[0].start(), lines[-1].end())
    return Reading(value=_shown(counts), span=span, why=f"{len(lines)} facts")


def counts_of(value: str) -> tuple[int, int, int]:
    """Return supported, not supported and irrelevant facts of a verdict; ValueError for none.

    >>> counts_of("S 12, NS 3, IR 1")
    (12, 3, 1)
    """
    found = _VALUE.fullmatch(value)
    if found is None:
        raise ValueError(f"no counts of facts: {value}")
    return int(found[1]), int(found[2]), int(found[3])


def _json(text: str) -> Reading | None:
    object_ = closing_object(text)
    member = next((m for m in (object_.members if object_ else ()) if m.key == "facts"), None)
    if member is None or not isinstance(member.value, list):
        return None
    labels = [one.get("label") if isinstance(one, dict) else None for one in member.value]
    if strange := [one for one in labels if one not in LABELS]:
        return Reading(value=None, why=f"a fact has the label {strange[0]!r}")
    counts = Counter(str(one) for one in labels)
    return Reading(value=_shown(counts), span=(member.start, member.end), why="JSON")


def _shown(counts: Counter[str]) -> str:
    return ", ".join(f"{label} {counts[label]}" for label in LABELS)
