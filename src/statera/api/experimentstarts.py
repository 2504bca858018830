"""Experiments are started, edited, stopped and ended: each a fact in the live store.

start(store, open_design("tone.yaml"), now=clock.now())
halt(store, "tone", "stopped", why="complaints by phone", now=clock.now())

The first registration of a name is the pre-registration. What is changed later is an edit, which
every report shows.
"""

from typing import Literal

import msgspec

from statera.codec.files import to_json
from statera.errors import DeclarationError, unknown
from statera.experiment.edits import changed, diff, moves
from statera.experiment.layers import check_layers
from statera.experiment.opened import Opened, registered_design
from statera.experiment.places import at
from statera.guard.policy import Policy
from statera.proxy.experiments.registering import running
from statera.records.live import Occurrence, State, identifier, moment
from statera.store.live.opening import LiveStore
from statera.store.live.wanted import Registration

Status = Literal["started", "already", "changed", "edited"]
Halt = Literal["stopped", "resumed", "ended"]
_BECOMES: dict[Halt, State] = {"stopped": "stopped", "resumed": "running", "ended": "ended"}


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What came of starting a design.

    `changed`: it is not what was registered and was not taken, as an edit was not asked for. `at`:
    when the design that holds was registered, seconds since 1970 UTC; `digest` is its. `changes`
    are the places whose values differ, `diff` the lines; `moves`: units that were exposed would be
    in another arm. `edits`: so many were taken in all.
    """

    experiment: str
    status: Status
    digest: str
    at: float
    state: State
    edits: int = 0
    changes: tuple[str, ...] = ()
    diff: str = ""
    moves: bool = False


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An experiment of a live store; `started` None where nobody registered a design."""

    experiment: str
    state: State
    started: float | None
    digest: str
    edits: int
    last: str


def start(store: LiveStore, opened: Opened, *, now: float, edit: bool = False) -> Start:
    """Register a design with its date, and return what came of it.

    DeclarationError for an experiment that has ended, or that cannot run beside the others.
    LiveStoreAway when the store cannot be reached.
    """
    name = opened.design.experiment
    if (state := store.state(name)) == "ended":
        told = "has ended. What it found stays as it is; a new experiment needs a new name"
        raise DeclarationError(f"{opened.source}: experiment '{name}' {told}")
    _check_policies(opened)
    _check_beside(store, opened)
    before = store.designs(name)
    if not before:
        return _first(store, opened, now)
    if before[-1].digest == opened.digest:
        _tell_start(store, before[0])
        return _standing("already", before, state)
    return _edit(store, opened, before, now=now, taken=edit)


def _first(store: LiveStore, opened: Opened, now: float) -> Start:
    name = opened.design.experiment
    kept = store.register(name, opened.digest, opened.text, now)
    _tell_start(store, kept)
    return _standing("started", (kept,), store.state(name))


def _tell_start(store: LiveStore, first: Registration) -> None:
    """Write that the experiment started; the same fact however often it is written."""
    told = f"pre-registered with digest {first.digest}"
    found = _occurrence(first.experiment, "started", told, first.at, {"digest": first.digest})
    once = identifier(b"", "occurrence", f"{first.experiment}\nstarted")
    store.write([msgspec.structs.replace(found, id=once)])


def _edit(
    store: LiveStore, opened: Opened, before: tuple[Registration, ...], *, now: float, taken: bool
) -> Start:
    name, last = opened.design.experiment, before[-1]
    was = registered_design(last.text, name)
    changes = changed(was, opened.design) or ("texts of its files",)
    moved = moves(was, opened.design, at=now)
    if taken:
        kept = store.register(name, opened.digest, opened.text, now)
        data = {"digest": opened.digest, "changes": changes, "moves": moved}
        store.write([_occurrence(name, "edited", "; ".join(changes), kept.at, data)])
        before = (*before, kept)
    found = _standing("edited" if taken else "changed", before, store.state(name))
    return msgspec.structs.replace(
        found, changes=changes, diff=diff(last.text, opened.text, name=name), moves=moved
    )


def _standing(status: Status, designs: tuple[Registration, ...], state: State) -> Start:
    last = designs[-1]
    return Start(
        experiment=last.experiment,
        status=status,
        digest=last.digest,
        at=last.at,
        state=state,
        edits=len(designs) - 1,
    )


def _check_policies(opened: Opened) -> None:
    for arm, policy in opened.policies.items():
        with at(opened.source, f"arms[{arm}].policy"):
            Policy.load(policy)


def _check_beside(store: LiveStore, opened: Opened) -> None:
    """Check the design beside those of the same store that have not ended."""
    own = opened.design
    others = running(store, (own.experiment,))
    with at(opened.source, "layer"):
        check_layers([own, *others])


def halt(store: LiveStore, name: str, kind: Halt, *, why: str, now: float) -> Occurrence | None:
    """Stop, resume or end an experiment; None where it is so already.

    `stopped`: traffic goes to the base until it is resumed. `ended`: for good; it is no more
    started, and its data may be deleted by age. DeclarationError for an unknown name, and for
    resuming what has ended.
    """
    known = store.names()
    if name not in known:
        if not known:
            raise DeclarationError(f"no experiment '{name}': the live store has none")
        raise unknown("experiment", name, known)
    state = store.state(name)
    if state == _BECOMES[kind]:
        return None
    if state == "ended":
        raise DeclarationError(f"experiment '{name}' has ended; a new one needs a new name")
    at_last = moment(now, store.occurrences(name))
    found = _occurrence(name, kind, why, at_last, {"by": "hand"})
    store.write([found])
    return found


def listed(store: LiveStore) -> list[Listed]:
    """Return the experiments of a live store, by name."""
    return [_listed(store, name) for name in store.names()]


def _listed(store: LiveStore, name: str) -> Listed:
    designs, happened = store.designs(name), store.occurrences(name)
    return Listed(
        experiment=name,
        state=store.state(name),
        started=designs[0].at if designs else None,
        digest=designs[-1].digest if designs else "",
        edits=max(len(designs) - 1, 0),
        last=f"{happened[-1].kind}: {happened[-1].detail}" if happened else "",
    )


def _occurrence(name: str, kind: str, detail: str, at: float, data: object) -> Occurrence:
    """Return what happened, with an id that is the same for the same at the same time."""
    number = identifier(b"", "occurrence", f"{name}\n{kind}\n{at!r}")
    told = to_json(data).decode()
    return Occurrence(id=number, experiment=name, at=at, kind=kind, detail=detail, data=told)
