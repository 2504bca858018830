"""A random share of a run's items: cheap enough to be graded by a dear judge, and true of all.

    chosen = share_of(store, info, Drawn(share=0.1, seed=7))
    await graded(seat, info, only=chosen.items)

Each item is drawn by a hash of its id, so that the same share is the same items however the run has
grown, a larger share holds a smaller one, and no judgement is asked twice.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

import msgspec

from statera.records.shares import SHARES, Drawn
from statera.records.specs import RunInfo
from statera.seeds import unit
from statera.store.runstore import RunStore

Item = tuple[str, str]


class Chosen(NamedTuple):
    """The items that are drawn, by task and id, and how many there are in all."""

    items: frozenset[Item]
    total: int


def share_of(store: RunStore, info: RunInfo, drawn: Drawn, tasks: Collection[str] = ()) -> Chosen:
    """Return the items of these tasks, or of all, that are in the share."""
    names = [spec.name for spec in info.spec.tasks if not tasks or spec.name in tasks]
    items = [(name, sample.id) for name in names for sample in store.samples(info.id, name)]
    kept = (item for item in items if unit("score", drawn.seed, *item) < drawn.share)
    return Chosen(frozenset(kept), len(items))


def record_share(
    store: RunStore, info: RunInfo, scores: Iterable[str], drawn: Drawn | None
) -> RunInfo:
    """Put on record of which share these scores are, None being all; return the run."""
    names = list(scores)

    def change(found: dict[str, Any]) -> dict[str, Any]:
        kept = {name: one for name, one in found.get(SHARES, {}).items() if name not in names}
        if drawn is not None:
            kept |= dict.fromkeys(names, msgspec.to_builtins(drawn))
        return found | {SHARES: kept}

    if drawn is None and SHARES not in info.environment:
        return info
    return store.change_environment(info.id, change)
