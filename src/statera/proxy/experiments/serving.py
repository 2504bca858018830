"""The experiments of one worker: opened and registered, watched while it runs, closed in order.

    serving = Serving(terms, means, guard)          # DeclarationError for what is declared wrong
    await serving.open()                            # registers; DeclarationError for a changed one
    service = Service(..., experiments=serving.experiments)
    for task in serving.tasks(): group.create_task(task)
    serving.close()

With several workers each has its own; what they share is the live store, from which all read
within 2 s that an experiment was stopped. An arm's policy is part of its design, so that, unlike
the guard's own, it is not read again while it is served.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

from statera.analysis.experiments.result import Contrast
from statera.errors import DeclarationError
from statera.experiment.design import Design
from statera.experiment.layers import check_layers
from statera.experiment.opened import open_design
from statera.proxy.experiments.arms import Means, fitness, open_treatments
from statera.proxy.experiments.choosing import Chooser
from statera.proxy.experiments.feedback import Feedbacks
from statera.proxy.experiments.keys import keys_of
from statera.proxy.experiments.monitor import Looking, Monitor
from statera.proxy.experiments.online import Reader, planned
from statera.proxy.experiments.registering import Ledger
from statera.proxy.experiments.reports import Proofs, Rules
from statera.proxy.experiments.shadow import Context, Copies
from statera.proxy.experiments.states import States
from statera.proxy.experiments.taking import Experiments, Records, Served
from statera.proxy.keeper import Armed, Keeper
from statera.proxy.metrics import Metrics
from statera.proxy.terms import LIVE, SPOOL, Terms
from statera.proxy.upstream import UpstreamClient
from statera.records.live import identifier
from statera.store.live.backend import LiveStoreAway
from statera.store.live.shipping import Shipper

logger = logging.getLogger("statera.guard")

_SWITCH = 0.001
"""Seconds for which a thread that ships or reads may keep requests waiting; Python has 0.005."""

_RESULTS: tuple[Literal["shipped", "refused", "lost"], ...] = ("shipped", "refused", "lost")


class Beside(NamedTuple):
    """What experiments need of the guard that they run in; `looking` where it is to be watched.

    `watched`: whether the worker that does so is there.
    """

    upstream: UpstreamClient
    metrics: Metrics
    armed: Callable[[], Armed]
    reader: Executor
    looking: Looking | None = None
    watched: Callable[[], bool] = lambda: True


class Serving:
    """All of it, on one event loop."""

    def __init__(self, terms: Terms, means: Means, beside: Beside) -> None:
        self._terms, self._means, self._beside = terms, means, beside
        self.live = terms.live or LIVE
        self.opened = [open_design(path) for path in files_of(terms)]
        self.designs = tuple(one.design for one in self.opened)
        check_layers(self.designs)
        self.keys = keys_of(terms, self.live)
        self._arms = [open_treatments(one, means) for one in self.opened]
        self._fitness = [fitness(one) for one in self.opened]
        self._plans = [planned(one.design, one.source, means.clock) for one in self.opened]
        self.ledger = Ledger(self.live, self.opened, means.clock)
        self.states = States(self.designs, self.ledger.occurrences, means.clock, beside.watched)
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="statera-live")
        self._looks = ThreadPoolExecutor(1, thread_name_prefix="statera-look")
        self._counted, self._fault = (0, 0, 0), ""
        self._texts: Reader | None = None
        self._copies: Copies | None = None
        self._shipper: Shipper | None = None
        self._experiments: Experiments | None = None

    @property
    def experiments(self) -> Experiments:
        """Who chooses; once opened."""
        assert self._experiments is not None
        return self._experiments

    @property
    def shipper(self) -> Shipper:
        """What takes facts to the live store; once opened."""
        assert self._shipper is not None
        return self._shipper

    async def open(self) -> None:
        """Open policies and spool, and register; DeclarationError for what is declared wrong."""
        sys.setswitchinterval(_SWITCH)
        loop = asyncio.get_running_loop()
        for keeper in self._keepers():
            await keeper.open()
        shipper = self._shipper = Shipper(self.live, Path(self._terms.spool or SPOOL))
        await loop.run_in_executor(self.pool, self._begin)
        key, beside, terms = self.keys.unit, self._beside, self._terms
        texts = self._texts = Reader(shipper.put, loop, partial(identifier, key, "text"))
        context = Context(
            self._means.clock, beside.metrics, beside.upstream, beside.armed, beside.reader,
            terms.max_reply, terms.read_seconds, key,
        )  # fmt: skip
        copies = self._copies = Copies(context, texts)
        records = Records(
            shipper, texts, copies, beside.metrics, self._means.clock, key, self.keys.feedback,
            self.ledger.barred,
        )  # fmt: skip
        parts = zip(self.opened, self._arms, self._fitness, self._plans, strict=True)
        self._experiments = Experiments(
            [
                Served(
                    Chooser(
                        opened, key=key, clock=self._means.clock, standing=self.states.standing,
                        tester=terms.tester_token,
                    ),
                    arms, fit, plan,
                )
                for opened, arms, fit, plan in parts
            ],
            records,
        )  # fmt: skip

    def tasks(self) -> list[Coroutine[None, None, None]]:
        """Return what runs beside the server, until cancelled.

        Guardrails are watched where there is something that looks: at one worker of each pod.
        """
        found = [self.states.run(self.pool)]
        if (looking := self._beside.looking) is not None:
            for design in self.designs:
                look = partial(self._looked, looking, design)
                monitor = Monitor(
                    design,
                    look,
                    halt=self.shipper.put,
                    states=self.states,
                    clock=self._means.clock,
                )
                found.append(monitor.run(self._looks))
        return found

    def feedbacks(self) -> Feedbacks:
        """Return the endpoint that takes what people say of answers."""
        terms, keys = self._terms, self.keys
        origins = [one.strip() for one in terms.feedback_origins.split(",") if one.strip()]
        rules = Rules(self.designs, Proofs(keys.feedback, keys.unit, terms.feedback_token))
        return Feedbacks(
            self.shipper, rules, clock=self._means.clock, count=self._beside.metrics.feedback,
            origins=origins,
        )  # fmt: skip

    def count(self) -> None:
        """Count what became of facts since the last time, and tell what is wrong with their way."""
        shipper, before = self.shipper, self._counted
        self._counted = now = (shipper.shipped, shipper.refused, shipper.lost)
        for result, new, old in zip(_RESULTS, now, before, strict=True):
            if new > old:
                self._beside.metrics.facts(result, new - old)
        if (fault := shipper.fault) != self._fault:
            logger.warning("live store: %s", fault or "it takes facts again")
        self._fault = fault

    def interrupt(self) -> None:
        """End what still comes from the arms' own model servers."""
        for client in self._clients():
            client.interrupt()

    def close(self) -> None:
        """Read what is left, ship what can be shipped, and let go of everything."""
        if self._copies is not None:
            self._copies.close()
        if self._texts is not None:
            self._texts.close()
        if self._shipper is not None:
            self._shipper.close()
        self._looks.shutdown(wait=False, cancel_futures=True)
        self.pool.shutdown(wait=True, cancel_futures=True)
        self.ledger.close()
        for client in self._clients():
            client.close()

    def _looked(self, looking: Looking, design: Design) -> Iterable[Contrast]:
        return looking(self.ledger.store, design, self._means.clock.now())

    def _begin(self) -> None:
        """Register, and read how the experiments stand; where nobody can, nobody takes part yet.

        A stop that a killed process had not shipped is in the store by then.
        """
        try:
            self.ledger.begin()
            self.shipper.caught_up()
            self.states.refresh()
        except LiveStoreAway as away:
            logger.warning("no experiment takes part until the live store is reached: %s", away)

    def _keepers(self) -> list[Keeper]:
        return [arm.keeper for arms in self._arms for arm in arms if arm.keeper is not None]

    def _clients(self) -> list[UpstreamClient]:
        return [arm.client for arms in self._arms for arm in arms if arm.client is not None]


def files_of(terms: Terms) -> list[Path]:
    """Return the designs' files; DeclarationError where none is named."""
    names = [name.strip() for name in terms.experiment.split(",")]
    if not all(names):
        raise DeclarationError("--experiment: a file is named, several are parted by commas")
    return [Path(name) for name in names]
