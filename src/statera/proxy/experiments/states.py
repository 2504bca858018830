"""Which experiments send everybody to the base now, as far as this process knows.

    states = States(designs, store.occurrences, clock)
    group.create_task(states.run(pool))           # reads the store every 2 s, off the event loop
    states.stopped("tone")                        # asked for every request: a look into a set

What was read last holds while the store cannot be reached, but not for a canary: nobody could stop
one whose state cannot be read, so it is at the base until its state was read once, and again when
it could not be read for `BLIND_AFTER` seconds, or where nobody is left who watches (`watched`).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import Literal

from statera.experiment.design import Design
from statera.protocols import Clock
from statera.records.live import RANK, STATE_AFTER, Occurrence, State, moment

logger = logging.getLogger("statera.guard")

Standing = State | Literal["blind"]
Read = Callable[[str], Sequence[Occurrence]]

EVERY = 2.0
BLIND_AFTER = 60.0
_UNWATCHED = "the worker that watches guardrails is silent; canaries are at the base"


def standing(occurrences: Iterable[Occurrence]) -> Standing:
    """Return how an experiment stands after its occurrences, in order of time.

    `ended` is final. `blind` holds until `sighted`, and counts only for what else would run.
    """
    found: Standing = "running"
    blind = False
    for one in sorted(occurrences, key=lambda one: (one.at, RANK.get(one.kind, 0))):
        if found != "ended":
            found = STATE_AFTER.get(one.kind, found)
        blind = one.kind == "blind" or (blind and one.kind != "sighted")
    return "blind" if blind and found == "running" else found


class States:
    """How the served experiments stand; `read` gives the occurrences of one, and may block.

    `watched`: whether somebody else, who looks at the guardrails, still does.
    """

    def __init__(
        self,
        designs: Iterable[Design],
        read: Read,
        clock: Clock,
        watched: Callable[[], bool] = lambda: True,
    ) -> None:
        modes = {design.experiment: design.mode for design in designs}
        self._canaries = frozenset(name for name, mode in modes.items() if mode == "canary")
        self._names, self._read, self._clock = tuple(modes), read, clock
        self._watched = watched
        self._known: dict[str, tuple[Occurrence, ...]] = {}
        self._own: dict[str, list[Occurrence]] = {name: [] for name in modes}
        self._away: dict[str, Standing] = {}
        self._read_at = float("-inf")

    def stopped(self, name: str) -> bool:
        """Return whether everybody gets the base: stopped, ended, or a canary nobody watches."""
        if name in self._away:
            return True
        if name not in self._canaries:
            return False
        return self._clock.monotonic() - self._read_at > BLIND_AFTER or not self._watched()

    def standing(self, name: str) -> Standing:
        """Return how an experiment stands; `blind` too where its state cannot be read."""
        if name in self._away:
            return self._away[name]
        return "blind" if self.stopped(name) else "running"

    def last(self, name: str) -> int:
        """Return the id of the last occurrence known of an experiment, 0 where there is none."""
        known = self._all(name)
        return max(known, key=lambda one: (one.at, one.id)).id if known else 0

    def moment(self, name: str) -> float:
        """Return the time of what happens to an experiment now: after all that is known of it."""
        return moment(self._clock.now(), self._all(name))

    def learn(self, occurrence: Occurrence) -> None:
        """Take in at once what this process itself has written."""
        self._own[occurrence.experiment].append(occurrence)
        self._settle()

    def refresh(self) -> None:
        """Read the store and take it in; what reading raises leaves all as it was."""
        self._take(self._looked())

    async def run(self, pool: Executor) -> None:
        """Read the store every `EVERY` seconds in a thread of `pool`, until it or that ends."""
        loop, fault = asyncio.get_running_loop(), ""
        while True:
            try:
                reading = loop.run_in_executor(pool, self._looked)
            except RuntimeError:  # the pool was shut down: what is served here ends
                return
            try:
                self._take(await reading)
                now = "" if self._watched() or not self._canaries else _UNWATCHED
            except Exception as error:  # noqa: BLE001 - whatever reading fails of, serving goes on
                now = str(error) or type(error).__name__
            if now != fault:
                logger.warning("states of experiments: %s", now or "can be read again")
            fault = now
            await asyncio.sleep(EVERY)

    def _all(self, name: str) -> tuple[Occurrence, ...]:
        return (*self._known.get(name, ()), *self._own[name])

    def _looked(self) -> dict[str, tuple[Occurrence, ...]]:
        return {name: tuple(self._read(name)) for name in self._names}

    def _take(self, found: dict[str, tuple[Occurrence, ...]]) -> None:
        for name, occurrences in found.items():
            ids = {one.id for one in occurrences}
            self._own[name] = [one for one in self._own[name] if one.id not in ids]
        self._known = found
        self._read_at = self._clock.monotonic()
        self._settle()

    def _settle(self) -> None:
        stands = {name: standing(self._all(name)) for name in self._names}
        self._away = {name: stand for name, stand in stands.items() if stand != "running"}
