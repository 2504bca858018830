"""Which texts are nearly the same, so that no source is examined on what was learnt.

Two texts are near when they are equal but for case and punctuation, or when half of the runs of
three words that either has are in both (Jaccard's index; Broder 1997, "On the resemblance and
containment of documents").

>>> Likeness({"held out": ["How do I bake a rye bread?"]}).near("how do i bake a rye bread")
'held out'
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

_NEAR = 0.5
_RUN = 3
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_Runs = frozenset[tuple[str, ...]]


class Likeness:
    """Texts by source, ready to be compared with others in time that grows with what is shared."""

    def __init__(self, texts: Mapping[str, Iterable[str]]) -> None:
        self._index = _Index()
        self._sources: list[str] = []
        for source, those in texts.items():
            for text in those:
                self._index.add(text)
                self._sources.append(source)

    def near(self, text: str) -> str | None:
        """Return the source of the first text that is near, or None."""
        number = self._index.near(text)
        return None if number is None else self._sources[number]


def families(texts: Sequence[str]) -> list[int]:
    """Return for each text the number of the first text of its family: those near one another.

    A text joins the family of the first earlier text that is near it.
    """
    index, found = _Index(), list[int]()
    for number, text in enumerate(texts):
        near = index.near(text)
        found.append(number if near is None else found[near])
        index.add(text)
    return found


class _Index:
    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._places: dict[tuple[str, ...], list[int]] = defaultdict(list)

    def add(self, text: str) -> None:
        runs = _runs(text)
        for run in runs:
            self._places[run].append(len(self._sizes))
        self._sizes.append(len(runs))

    def near(self, text: str) -> int | None:
        runs = _runs(text)
        shared = Counter(number for run in runs for number in self._places.get(run, ()))
        near = (n for n, both in shared.items() if both >= _NEAR * self._either(n, runs, both))
        return min(near, default=None)

    def _either(self, number: int, runs: _Runs, both: int) -> int:
        return self._sizes[number] + len(runs) - both


def _runs(text: str) -> _Runs:
    """Return the runs of three words; of a shorter text the one run that it is."""
    words = _WORD.findall(text.lower())
    last = max(len(words) - _RUN, 0)
    return frozenset(tuple(words[at : at + _RUN]) for at in range(last + 1)) if words else _Runs()
