"""An experiment around somebody's own application: ASGI middleware, without the guard.

    app = ExperimentMiddleware(app, design="tone.yaml", live=".statera/live.sqlite")

Two ways to treat a request. One of a known API (a POST to `/v1/chat/completions` and its like) is
rewritten as its arm has it before the application sees it. Any other is left alone, and the
application asks for its arm: `current_arm().name`. The exposure is with the operating system before
the answer leaves, what came of it is written after; headers tell the client arm and feedback token,
and `POST /v1/feedback` is answered here. Nothing that fails here fails a request: whoever cannot be
assigned gets the base and is in no analysis.
"""

import logging
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from statera.errors import DeclarationError, StateraError
from statera.experiment.opened import Opened, open_design
from statera.models.clock import SystemClock
from statera.proxy.bodies import Message, Receive, Send
from statera.proxy.experiments.choosing import Chooser
from statera.proxy.experiments.current import Assigner
from statera.proxy.experiments.feedback import FEEDBACK, Feedbacks
from statera.proxy.experiments.keys import Keys, keys_of
from statera.proxy.experiments.lifespan import Asgi, Lifespan
from statera.proxy.experiments.monitor import Looking, Monitor
from statera.proxy.experiments.registering import Ledger
from statera.proxy.experiments.reports import Proofs, Rules
from statera.proxy.experiments.states import States
from statera.proxy.experiments.visit import Visit
from statera.proxy.experiments.watching import Loop, Watch
from statera.proxy.terms import LIVE, SPOOL, Terms
from statera.store.live.backend import LiveStoreAway
from statera.store.live.shipping import Shipper

logger = logging.getLogger("statera.guard")


class MiddlewareOptions(NamedTuple):
    """What else may be said; see `guard serve`.

    `spool`: where facts wait for the live store. `feedback_path`: where reports are taken, "" for
    nowhere. `looking` gives the guardrails that are breached, which a canary needs.
    """

    spool: str = SPOOL
    feedback_path: str = FEEDBACK
    feedback_token: str = ""
    feedback_origins: tuple[str, ...] = ()
    tester_token: str = ""
    looking: Looking | None = None


class ExperimentMiddleware:
    """The middleware; around an application, or in Starlette's and FastAPI's `add_middleware`.

    `design`: the experiment's file. `live`: a file or `postgresql://…`. `unit_key` hashes unit ids,
    `feedback_key` signs tokens: see `keys`. Opening reads the design and raises DeclarationError
    for what cannot be done here; nothing is written and no thread runs before the application's
    start or the first request. `counted`: reports of feedback by what became of them.
    """

    def __init__(
        self,
        app: Asgi,
        design: str | Path,
        live: str = LIVE,
        unit_key: str = "",
        feedback_key: str = "",
        options: MiddlewareOptions | None = None,
    ) -> None:
        self._app, self._live, self._options = app, str(live), options or MiddlewareOptions()
        self._opened = open_design(design)
        _check(self._opened, watched=self.looking() is not None)
        self._terms = Terms(unit_key=unit_key, feedback_key=feedback_key)
        self._clock = SystemClock()
        self._parts: _Parts | None = None
        self._fault = ""
        self.counted: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the application's start and end."""
        if scope["type"] == "lifespan":
            await Lifespan(self._app, self._begin, self.close).run(scope, receive, send)
            return
        parts = self._begun() if scope["type"] == "http" else None
        if parts is None:
            await self._app(scope, receive, send)
        elif scope["path"] == self._options.feedback_path:
            await parts.feedbacks(scope, receive, send)
        else:
            await Visit(parts.assigner, parts.keys, self._app, scope).run(receive, send)

    def looking(self) -> Looking | None:
        """Return what looks at the guardrails; None where nothing does."""
        return self._options.looking

    def _count(self, reason: str, number: int) -> None:
        self.counted[reason] += number

    def close(self) -> None:
        """Ship what can be shipped and end all threads; the application's end does so itself."""
        parts, self._parts = self._parts, None
        if parts is not None:
            parts.watch.stop()
            parts.shipper.close()
            parts.ledger.close()

    def _begun(self) -> "_Parts | None":
        """Return the parts, begun if they are not; None where they cannot be."""
        if self._parts is None and not self._fault:
            try:
                self._open().watch.start()
            except StateraError as error:
                self._fault = str(error)
                logger.error("no experiment takes part: %s", error)
        return self._parts

    def _begin(self) -> None:
        """Open, register and read once; DeclarationError for a design that was changed."""
        parts = self._open()
        parts.ledger.begin()
        parts.shipper.caught_up()
        with suppress(LiveStoreAway):
            parts.states.refresh()
        parts.watch.start()

    def _open(self) -> "_Parts":
        """Open the spool; the database is reached in the watch's own time."""
        options, clock, opened = self._options, self._clock, self._opened
        keys = keys_of(self._terms, self._live)
        ledger = Ledger(self._live, [opened], clock)
        states = States([opened.design], ledger.occurrences, clock)
        chooser = Chooser(
            opened,
            key=keys.unit,
            clock=clock,
            standing=states.standing,
            tester=options.tester_token,
        )
        shipper = Shipper(self._live, Path(options.spool))
        assigner = Assigner(chooser, shipper, clock, ledger.barred, Lock())
        rules = Rules([opened.design], Proofs(keys.feedback, keys.unit, options.feedback_token))
        feedbacks = Feedbacks(
            shipper, rules, clock=clock, count=self._count, origins=options.feedback_origins
        )
        loops: list[Loop] = [states.run]
        if (looking := self.looking()) is not None:
            monitor = Monitor(
                opened.design,
                lambda: looking(ledger.store, opened.design, clock.now()),
                halt=shipper.put,
                states=states,
                clock=clock,
            )
            loops.append(monitor.run)
        self._parts = _Parts(assigner, keys, shipper, ledger, states, feedbacks, Watch(loops))
        return self._parts


class _Parts(NamedTuple):
    """What runs."""

    assigner: Assigner
    keys: Keys
    shipper: Shipper
    ledger: Ledger
    states: States
    feedbacks: Feedbacks
    watch: Watch


def _check(opened: Opened, *, watched: bool) -> None:
    """Raise DeclarationError for a design that needs the guard, or somebody who watches."""
    design, source = opened.design, opened.source
    if design.mode == "shadow":
        raise DeclarationError(
            f"{source}: mode: shadow is of `statera guard serve`. Allowed here: ab, canary"
        )
    if design.mode == "canary" and not watched:
        raise DeclarationError(
            f"{source}: mode: a canary needs somebody who watches: take ExperimentMiddleware "
            "from statera itself, or give MiddlewareOptions(looking=...)"
        )
    for number, arm in enumerate(design.arms):
        for name, given in (("model", "#" in arm.model), ("policy", bool(arm.policy))):
            if given:
                raise DeclarationError(
                    f"{source}: arms[{number}].{name}: another endpoint or policy is of `statera "
                    "guard serve`; here an arm sets model name, system_prompt and parameters"
                )
