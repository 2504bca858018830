"""What a reader must know of a ranking: who was never compared, who won or lost everything.

>>> seen = Seen(("a", "b", "c", "d"), frozenset({(0, 1), (2, 3)}), (0, 1), ("", "", "x", "x"))
>>> notes_of(seen)[0]
'never compared, not even through others: a, b | c, d. Strengths are of a, b only'
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from statera.errors import listed
from statera.stats.connectedness import ABOVE, BELOW, BESIDE
from statera.stats.ranking import UNRANKED

_SHOWN = 8
_SIDES = {
    ABOVE: "never lost to those ranked: above them, but by how much cannot be said",
    BELOW: "never won against those ranked: below them, but by how much cannot be said",
    BESIDE: "no chain of wins leads both ways between it and those ranked",
}
_ALONE = {"never beaten": "never lost", "never won": "never won", "no games": "no games"}


class Seen(NamedTuple):
    """Who played whom, by number of model; who has a rank, and why the others have none."""

    models: tuple[str, ...]
    pairs: frozenset[tuple[int, int]]
    ranked: tuple[int, ...]
    reasons: tuple[str, ...]
    resamples: int = 0
    disconnected: int = 0


def notes_of(seen: Seen) -> list[str]:
    """Return a sentence for each thing that keeps models from a common scale."""
    notes = []
    islands = components(len(seen.models), seen.pairs)
    if len(islands) > 1:
        shown = " | ".join(_list(seen.models, island) for island in islands)
        only = f". Strengths are of {_list(seen.models, seen.ranked)} only" if seen.ranked else ""
        notes.append(f"never compared, not even through others: {shown}{only}")
    notes += _outside(seen, _SIDES if seen.ranked else _ALONE)
    if not seen.ranked and set(seen.reasons) & {UNRANKED, *_ALONE}:
        notes.append(f"{UNRANKED}: no finite strengths; the order is by games won")
    if seen.disconnected:
        notes.append(
            f"{seen.disconnected} of {seen.resamples} resamples had no finite strengths of their "
            "own: more items make the intervals surer"
        )
    return notes


def components(count: int, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Return the sets of models that games join, directly or through others, the largest first."""
    home = list(range(count))

    def root(model: int) -> int:
        while home[model] != model:
            home[model] = home[home[model]]
            model = home[model]
        return model

    for left, right in pairs:
        home[root(left)] = root(right)
    found: dict[int, list[int]] = {}
    for model in range(count):
        found.setdefault(root(model), []).append(model)
    return sorted((tuple(each) for each in found.values()), key=lambda one: (-len(one), one))


def _outside(seen: Seen, words: dict[str, str]) -> list[str]:
    """Return who has no strength, by reason."""
    notes = []
    for reason, said in words.items():
        names = [k for k, why in enumerate(seen.reasons) if why == reason]
        if names:
            notes.append(f"{_list(seen.models, names)}: {said}")
    return notes


def _list(models: Sequence[str], chosen: Sequence[int]) -> str:
    return listed([models[k] for k in chosen], _SHOWN)
