"""Which designs are registered in the live store, and that ours are the last ones registered.

    ledger = Ledger(".statera/live.sqlite", opened, clock)
    ledger.begin()                      # registers new ones; DeclarationError for a changed design
    ledger.barred("tone")               # why nobody may take part now, "" when they may
    ledger.occurrences("tone")          # blocks: for a thread

While the database was never reached nothing is known to be registered, and nobody takes part; once
it was, a time without it changes nothing. A design that is edited elsewhere while this process
serves the old one is seen at the next look: then nobody takes part here until it is started again.
"""

import logging
from collections.abc import Container, Sequence
from threading import Lock

from statera.errors import DeclarationError
from statera.experiment.design import Design
from statera.experiment.durations import dated
from statera.experiment.layers import check_layers
from statera.experiment.opened import Opened, registered_design
from statera.protocols import Clock
from statera.records.live import Occurrence, identifier
from statera.store.live.opening import LiveStore, open_live
from statera.store.live.wanted import Registration

logger = logging.getLogger("statera.guard")

UNREGISTERED, CHANGED = "not_registered", "changed_design"


def running(store: LiveStore, but: Container[str]) -> list[Design]:
    """Return the last designs of the store's experiments that have not ended, but those named."""
    found = []
    for name in store.names():
        kept = () if name in but else store.designs(name)
        if kept and store.state(name) != "ended":
            found.append(registered_design(kept[-1].text, name))
    return found


class Ledger:
    """The live store as the path reads it, from any thread."""

    def __init__(self, place: str, opened: Sequence[Opened], clock: Clock) -> None:
        self._place, self._clock = place, clock
        self._opened = {one.design.experiment: one for one in opened}
        self._barred = dict.fromkeys(self._opened, UNREGISTERED)
        self._store: LiveStore | None = None
        self._opening = Lock()

    def begin(self) -> None:
        """Register what is new.

        DeclarationError for a design that is not the one registered, and for a new one that cannot
        run beside those of the store that have not ended. LiveStoreAway while the database is; it
        is looked for again with the occurrences.
        """
        self._check_beside()
        for name in self._opened:
            self._look(name)
            if self._barred[name] == CHANGED:
                raise self._changed(name)

    def barred(self, name: str) -> str:
        """Return why nobody may take part now: `not_registered`, `changed_design`, or ""."""
        return self._barred[name]

    def occurrences(self, name: str) -> Sequence[Occurrence]:
        """Return what happened to an experiment; LiveStoreAway while that cannot be read."""
        before = self._barred[name]
        store = self._look(name)
        if (now := self._barred[name]) != before:
            told = str(self._changed(name)) if now == CHANGED else f"experiment '{name}' takes part"
            logger.log(logging.ERROR if now == CHANGED else logging.INFO, told)
        return store.occurrences(name)

    @property
    def store(self) -> LiveStore:
        """The store, opened if it was not yet; LiveStoreAway while it cannot be."""
        with self._opening:
            if self._store is None:
                self._store = open_live(self._place)
            return self._store

    def close(self) -> None:
        """Let go of the store."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def _look(self, name: str) -> LiveStore:
        """Register an experiment if it is new, and see whether its design is the last one."""
        store, own = self.store, self._opened[name]
        if not (known := store.designs(name)):
            known = (self._register(store, own),)
        self._barred[name] = "" if known[-1].digest == own.digest else CHANGED
        return store

    def _check_beside(self) -> None:
        """Check what is new beside what runs; nothing that is registered is turned away."""
        store, own = self.store, [one.design for one in self._opened.values()]
        if not all(store.designs(name) for name in self._opened):
            check_layers([*own, *running(store, self._opened)])

    def _register(self, store: LiveStore, own: Opened) -> Registration:
        name, now = own.design.experiment, self._clock.now()
        found = store.register(name, own.digest, own.text, now)
        started = Occurrence(
            id=identifier(b"", "occurrence", f"{name}\nstarted"),
            experiment=name,
            at=now,
            kind="started",
            detail=f"{own.source} is served, digest {own.digest}",
        )
        store.write([started])
        return found

    def _changed(self, name: str) -> DeclarationError:
        own, designs = self._opened[name], self.store.designs(name)
        last = designs[-1]
        when = dated(last.at)
        if own.digest in {one.digest for one in designs[:-1]}:
            return DeclarationError(
                f"{own.source}: experiment '{name}' was edited on {when} (digest "
                f"{last.digest[:12]}), and this is the design before (digest {own.digest[:12]}): "
                "nobody takes part here until the guard is started again with the edited file"
            )
        return DeclarationError(
            f"{own.source}: this is not the design of '{name}' that was registered on {when} "
            f"(digest {last.digest[:12]}, the file's {own.digest[:12]}). To take the change, which "
            f"every report will show: statera experiment start --edit {own.source}"
        )
