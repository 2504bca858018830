"""Judging pairs only until it is clear on which side of a limit the win rate lies.

Items are asked in a seeded order, spread over the categories, in growing batches. After each, the
bounds of a confidence sequence are read: they hold at any time, so that looking costs no error.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from statera.analysis.winrates import JudgedPair, item_values
from statera.graders.asks import PairAsk, to_ask
from statera.records.samples import Sample
from statera.runner.plan import Plan
from statera.runner.selection import stratified_order
from statera.stats.results import LEVEL
from statera.stats.sequential import mean_look, open_end

FIRST = 32
"""Items of the first batch; each further look sees half as many again."""

Reading = Callable[[str, Sequence[PairAsk]], Sequence[JudgedPair]]


class Until(NamedTuple):
    """When judging may end: the win rate is surely above, or surely below, `limit` in (0, 1).

    `level` is two-sided: each side is wrong with probability (1 - level) / 2 at most.
    """

    limit: float = 0.5
    level: float = LEVEL


class WinRateStopper:
    """A stopper (see `protocols.Stopper`) that reads the win rate after each batch of items.

    `reading` returns the pairs that were asked so far, in their order, from the judge's run.
    """

    def __init__(
        self, plan: Plan, pairs: Sequence[PairAsk], reading: Reading, until: Until
    ) -> None:
        names = (task.name for task in plan.tasks)
        self._samples = {
            name: {sample.id: sample for sample in samples}
            for name, samples in zip(names, plan.samples, strict=True)
        }
        self._order = _in_order(pairs, plan.spec.seed)
        self._reading, self._until = reading, until
        self._looked = 0
        self.reason = ""

    @property
    def asked(self) -> list[PairAsk]:
        """The pairs that were asked by now, in the order in which they were."""
        return [pair for of_item in self._order[: self._looked] for pair in of_item]

    def next_batch(self, run_id: str) -> Sequence[Sequence[Sample]] | None:
        """Return all judgements that are asked by the next look, None when nothing is open."""
        if self._looked and self._decided(run_id):
            return None
        if self._looked == len(self._order):
            self.reason = f"all {self._looked} items are judged: not decided"
            return None
        self._looked = min(len(self._order), max(FIRST, self._looked * 3 // 2))
        wanted = {(ask.criterion, ask.id): None for ask in to_ask(self.asked)}
        return [
            [samples[name] for criterion, name in wanted if criterion == task]
            for task, samples in self._samples.items()
        ]

    def _decided(self, run_id: str) -> bool:
        items, limit = item_values(self._reading(run_id, self.asked)), self._until.limit
        bounds = mean_look(items, limit, design=open_end((1 - self._until.level) / 2))
        above = bounds.lower is not None and bounds.lower > limit
        below = bounds.upper is not None and bounds.upper < limit
        if not (above or below):
            return False
        side = "above" if above else "below"
        sizes = f"{self._looked} of {len(self._order)} items"
        self.reason = f"the win rate is surely {side} {limit:g} after {sizes}"
        return True

    @property
    def record(self) -> dict[str, Any]:
        """What the judge's run keeps of it; that run itself never counts as cut short."""
        seen = {"limit": self._until.limit, "asked": self._looked, "reason": self.reason}
        return seen | {"total": 0, "complete": True}


def _in_order(pairs: Sequence[PairAsk], seed: int) -> list[list[PairAsk]]:
    """Return the pairs of each item, items in the seeded order."""
    items: dict[tuple[str, str], list[PairAsk]] = {}
    for pair in pairs:
        items.setdefault(pair.candidate.place[:2], []).append(pair)
    names = [
        Sample(id=name, input="", category=of_item[0].candidate.category)
        for (_, name), of_item in items.items()
    ]
    groups = list(items.values())
    return [groups[place] for place in stratified_order(names, seed)]
