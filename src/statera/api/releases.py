"""The release ledger, read: every ruling, and whether the runs that it read are as they were."""

from collections.abc import Sequence
from typing import NamedTuple

from statera.api.pooling import Pool, pool
from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.gate.release import Release, Seal, seal
from statera.store.ledger import Entry
from statera.store.runstore import RunStore


class Kept(NamedTuple):
    """A ledger entry with what it holds, and what has become of the runs since ("": nothing)."""

    entry: Entry
    release: Release
    since: str = ""


def releases(store: RunStore) -> list[Kept]:
    """Return every ruling of the ledger, the first one first."""
    return [Kept(entry, _release(entry)) for entry in store.ledger.entries()]


def verified(store: RunStore) -> list[Kept]:
    """Return the same, with what has become of each ruling's runs since.

    DeclarationError names the first entry whose hash does not fit: someone changed the ledger.
    """
    if (broken := store.ledger.broken()) is not None:
        raise DeclarationError(
            f"{store.path}: ruling {broken.number} is not what its hash says, so it was changed"
        )
    sides: dict[tuple[str, ...], Pool | str] = {}
    return [kept._replace(since=_since(store, kept, sides)) for kept in releases(store)]


def _release(entry: Entry) -> Release:
    return from_json(entry.content, Release, source=f"ruling {entry.number}")


def _since(store: RunStore, kept: Kept, sides: dict[tuple[str, ...], Pool | str]) -> str:
    told = []
    for before in kept.release.seals:
        if before.runs not in sides:
            sides[before.runs] = _now(store, before.runs)
        if what := _became(before, sides[before.runs]):
            told.append(f"{'+'.join(run[:8] for run in before.runs)}: {what}")
    return "; ".join(told)


def _became(before: Seal, side: Pool | str) -> str:
    """Return what has become of sealed runs, empty where they are as they were."""
    if isinstance(side, str):
        return side
    now = seal(side.ids, side.frames, before.metrics)
    if now.trials > before.trials:
        return f"has grown from {before.trials} to {now.trials} trials"
    return "its scores were changed" if now.scores != before.scores else ""


def _now(store: RunStore, runs: Sequence[str]) -> Pool | str:
    """Return the runs as they are now, or why they are not there."""
    known = {info.id: info for info in store.runs()}
    missing = [run[:8] for run in runs if run not in known]
    if missing:
        return f"{', '.join(missing)} is not in this store"
    return pool(store, [known[run] for run in runs])
