"""What an item can be sliced by: its category, group and severity, and plain facts of its text.

Facts of the text hold in any language: how long the question is, how many choices it has, whether
it holds a figure or a line break, and every field with few values.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from statera.analysis.frame import Frame
from statera.diagnosis.counts import Ints, Mask
from statera.records.samples import Sample

MOST_VALUES = 12
BINS = 4
_DIGIT = re.compile(r"\d")


class Feature(NamedTuple):
    """A yes-or-no fact of each item, (n,). Features of one `family` exclude each other."""

    family: str
    value: str
    holds: Mask

    @property
    def name(self) -> str:
        """`category = algebra`."""
        return f"{self.family} = {self.value}"


def features(
    frame: Frame, places: Ints, samples: Mapping[str, Sample], least: int
) -> tuple[Feature, ...]:
    """Return the features of the items at `places` that hold of `least` to n - `least` of them."""
    found = [*_declared(frame, places), *_of_texts([frame.ids[p] for p in places], samples)]
    few, many = least, len(places) - least
    return tuple(feature for feature in found if few <= feature.holds.sum() <= many)


def _declared(frame: Frame, places: Ints) -> Iterator[Feature]:
    for name in frame.categories:
        family = "group" if name in frame.groups else "category"
        yield Feature(family, name, np.isin(places, frame.places(name)))


def _of_texts(ids: Sequence[str], samples: Mapping[str, Sample]) -> Iterator[Feature]:
    known = [samples[name] for name in ids if name in samples]
    if not known or len(known) < len(ids):
        return
    lengths = np.array([len(sample.input) for sample in known])
    yield from _binned("question length", lengths)
    texts: dict[str, list[str | None]] = {
        "choices": [str(len(sample.choices)) for sample in known],
        "severity": [sample.severity for sample in known],
        "holds a figure": [_yes(_DIGIT.search(sample.input)) for sample in known],
        "lines": ["several" if "\n" in sample.input.strip() else "one" for sample in known],
    }
    for name in sorted({field for sample in known for field in sample.fields}):
        texts[name] = [_plain(sample.fields.get(name)) for sample in known]
    for family, values in texts.items():
        yield from _valued(family, values)


def _yes(fact: object) -> str:
    return "yes" if fact else "no"


def _plain(value: object) -> str | None:
    """Return a field's value as a name, None for what is no plain value."""
    return str(value) if isinstance(value, str | bool | int) else None


def _valued(family: str, values: Sequence[str | None]) -> Iterator[Feature]:
    counts = Counter(value for value in values if value is not None)
    if not 1 < len(counts) <= MOST_VALUES:
        return
    table = np.array([value if value is not None else "" for value in values])
    for value in sorted(counts):
        yield Feature(family, value, table == value)


def _binned(family: str, numbers: Ints) -> Iterator[Feature]:
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
    bins = np.searchsorted(edges, numbers, side="left")
    bounds = [int(numbers.min()), *(int(edge) + 1 for edge in edges)]
    ends = [*(int(edge) for edge in edges), int(numbers.max())]
    for place, (low, high) in enumerate(zip(bounds, ends, strict=True)):
        span = f"{low} to {high}" if low < high else f"{low}"
        yield Feature(family, f"{span} characters", bins == place)
