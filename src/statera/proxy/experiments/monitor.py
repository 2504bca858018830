"""Watches the guardrails of one experiment while it runs, and sends everybody back when one breaks.

    monitor = Monitor(design, look, halt=shipper.put, states=states, clock=clock)
    group.create_task(monitor.run(pool))                    # of one worker a pod

`look` gives the guardrails as they stand now; it may block and is called in a thread. It is asked
every 2 s, at a cost of at most a tenth of that thread: after a long look it rests ten times as
long, 30 s at most. In a canary a guardrail that is surely breached is written as `stopped`, and
nobody here gets another arm from that moment on; other workers and pods read it within 2 s. In an
A/B test it is written as `breached`, once for each outcome and arm, and people decide. A canary at
which nobody could look for 60 s is written as `blind` and stands at the base until somebody can:
`sighted`.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import Executor

import msgspec

from statera.analysis.experiments.result import Contrast
from statera.experiment.design import Design
from statera.protocols import Clock
from statera.proxy.experiments.states import BLIND_AFTER, EVERY, States
from statera.records.live import Occurrence, identifier
from statera.store.live.opening import LiveStore

logger = logging.getLogger("statera.guard")

Looking = Callable[[LiveStore, Design, float], Iterable[Contrast]]
"""Gives the guardrails of a design that are surely breached at a time; it may block."""

Look = Callable[[], Iterable[Contrast]]
Halt = Callable[[Occurrence], None]

_REST = 10.0
_LONGEST = 30.0


class Monitor:
    """Looks at one experiment. `halt` keeps an occurrence; it is called on the event loop."""

    def __init__(
        self, design: Design, look: Look, *, halt: Halt, states: States, clock: Clock
    ) -> None:
        self._name, self._canary = design.experiment, design.mode == "canary"
        self._look, self._halt, self._states, self._clock = look, halt, states, clock
        self._told: set[tuple[str, str]] = set()
        self._seen, self._last = clock.monotonic(), states.last(design.experiment)
        self._fault = ""

    async def run(self, pool: Executor) -> None:
        """Look, act and rest, until cancelled; what a look raises is told and does not end it."""
        rest = 0.0
        while True:
            await asyncio.sleep(rest)
            rest = await self.once(pool)

    async def once(self, pool: Executor) -> float:
        """Look once and act; return how many seconds to rest."""
        if self._states.standing(self._name) in ("stopped", "ended"):
            self._seen = self._clock.monotonic()
            return EVERY
        began = self._clock.monotonic()
        looking = asyncio.get_running_loop().run_in_executor(pool, self._looked)
        while not (await asyncio.wait([looking], timeout=EVERY))[0]:
            if self._late():
                self._unseen("a look has not come to its end")
        found, fault = looking.result()
        if fault:
            self._unseen(fault)
        else:
            self._saw(found)
        return min(_LONGEST, max(EVERY, _REST * (self._clock.monotonic() - began)))

    def _looked(self) -> tuple[tuple[Contrast, ...], str]:
        """Return the guardrails, or what kept us from seeing them."""
        try:
            return tuple(self._look()), ""
        except Exception as error:  # noqa: BLE001 - whatever a look fails of, serving goes on
            return (), str(error) or type(error).__name__

    def _saw(self, found: tuple[Contrast, ...]) -> None:
        self._seen = self._clock.monotonic()
        self._tell("")
        if self._states.standing(self._name) == "blind":
            self._write("sighted", "somebody can look at it again", "")
        for contrast in found:
            if contrast.standing == "breached":
                self._breached(contrast)

    def _breached(self, contrast: Contrast) -> None:
        key = (contrast.outcome, contrast.arm)
        kind = "stopped" if self._canary else "breached"
        if kind == "stopped" and self._states.standing(self._name) == "stopped":
            return
        if kind == "breached" and key in self._told:
            return
        self._told.add(key)
        scope = "" if self._canary else "\n".join(key)
        self._write(kind, told(contrast), msgspec.json.encode(contrast).decode(), scope)

    def _unseen(self, fault: str) -> None:
        """Take note that we could not look; a canary does not go on for long so.

        Who has us told meanwhile that it can look, from another pod, is given as long again: two
        that do not agree would have the canary change sides at every look.
        """
        self._tell(fault)
        if (last := self._states.last(self._name)) != self._last:
            self._last, self._seen = last, self._clock.monotonic()
        if self._canary and self._late() and self._states.standing(self._name) == "running":
            self._write("blind", f"nobody could look for {BLIND_AFTER:g} s: {fault}", "")

    def _late(self) -> bool:
        return self._clock.monotonic() - self._seen > BLIND_AFTER

    def _write(self, kind: str, detail: str, data: str, scope: str = "") -> None:
        """Write an occurrence, the same whoever sees it: of one scope, or after what was last."""
        which = scope or self._states.last(self._name)
        occurrence = Occurrence(
            id=identifier(b"", "occurrence", f"{self._name}\n{kind}\n{which}"),
            experiment=self._name,
            at=self._states.moment(self._name),
            kind=kind,
            detail=detail,
            data=data,
        )
        self._states.learn(occurrence)
        self._halt(occurrence)
        logger.warning("experiment %s %s: %s", self._name, kind, detail)

    def _tell(self, fault: str) -> None:
        """Log a fault once, and once that it is gone."""
        if fault != self._fault:
            words = fault or "the guardrails can be looked at again"
            logger.warning("experiment %s: %s", self._name, words)
        self._fault = fault


def told(contrast: Contrast) -> str:
    """Return a breach in one line with its numbers."""
    units = contrast.base.units + contrast.candidate.units
    bounds = ", ".join(
        f"{word} {end:+.4g}"
        for word, end in (("at least", contrast.low), ("at most", contrast.high))
        if end is not None
    )
    value = "unknown" if contrast.value is None else f"{contrast.value:+.4g}"
    return (
        f"{contrast.outcome} of {contrast.arm} minus {contrast.base.arm} is {value} ({bounds}), "
        f"margin {contrast.limit:g}, after {units:,} units"
    )
