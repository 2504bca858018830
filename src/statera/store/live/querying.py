"""The live store's columns of numbers, as one experiment wants them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from statera.errors import unknown
from statera.store.live.backend import Backend, Query
from statera.store.live.grouping import Exposed, Reported, sorted_by_decision
from statera.store.live.tables import answers, contexts, excluded, exposures, feedback, scores
from statera.store.live.wanted import Wanted

_a = answers.c
_BLOCKED = or_(_a.guarded_input == "block", _a.guarded_output == "block")
_UNAVAILABLE = or_(_a.guarded_input == "unavailable", _a.guarded_output == "unavailable")
_BROKEN = or_(_a.fault == 1, _UNAVAILABLE, and_(_a.status >= 400, ~_BLOCKED))
ANSWER_VALUES: dict[str, ColumnElement[Any]] = {
    "latency": _a.seconds,
    "first_token": _a.first,
    "tokens": _a.output_tokens,
    "cost": _a.cost,
    "error": case((_BROKEN, 1), else_=0),
    "blocked": case((_BLOCKED, 1), else_=0),
    "refusal": _a.refused,
}
"""What an answer is worth by the outcome's name; NULL where it is not known.

`error`: plumbing failed, a check could not be made, or the client got a status of 400 or more that
was no block.
"""

_SURE = ("error", "blocked")
"""Those that are 0 or 1 and never NULL."""


class Context(NamedTuple):
    """What many exposures share, under its hash."""

    context: int
    arm: str
    slice: int
    entry: str
    design: str
    segments: dict[str, str]


class Querying:
    """Reads what there is, in one transaction."""

    def __init__(self, backend: Backend, connection: Connection) -> None:
        self._backend = backend
        self._connection = connection

    def exposed(self, wanted: Wanted, mixes: Sequence[Context]) -> Exposed:
        """Return the experiment's exposures, sorted by decision; `mixes` are the contexts."""
        one = exposures.c
        columns: list[ColumnElement[Any]] = [one.decision, one.unit, one.at, one.context]
        if wanted.clustered:
            columns.append(func.coalesce(one.cluster, one.unit))
        where = [one.experiment == wanted.experiment]
        found = self._arrays(one.decision, "iifii"[: len(columns)], columns, where)
        decision, unit, at, context, cluster = found if wanted.clustered else [*found, found[1]]
        hashes = np.array([mix.context for mix in mixes], np.int64)
        exposed = Exposed(decision, unit, at, np.searchsorted(hashes, context), cluster)
        return sorted_by_decision(exposed)

    def elsewhere(self, experiment: str, since: float) -> tuple[np.ndarray, np.ndarray]:
        """Return decision and unit of the exposures of all other experiments from `since` on."""
        one = exposures.c
        where = [one.experiment != experiment, one.at >= since]
        decision, unit = self._arrays(one.decision, "ii", [one.decision, one.unit], where)
        return decision, unit

    def reports(self, outcome: str) -> Reported:
        """Return the reports that name a decision."""
        one = feedback.c
        where = [one.outcome == outcome, one.decision.is_not(None)]
        return Reported(*self._arrays(one.id, "iff", [one.decision, one.at, one.value], where))

    def reports_by_response(self, outcome: str) -> Reported:
        """Return the reports that name a response alone, which stands in for the decision."""
        one = feedback.c
        where = [one.outcome == outcome, one.decision.is_(None), one.response.is_not(None)]
        columns = [one.response, one.at, one.value]
        return Reported(*self._arrays(one.id, "iff", columns, where))

    def responses(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the answers' responses, sorted, and the decision of each."""
        where = [_a.response.is_not(None), _a.shadow == 0]
        columns = [_a.response, _a.decision]
        response, decision = self._arrays(_a.decision, "ii", columns, where)
        order = np.argsort(response, kind="stable")
        return response[order], decision[order]

    def known(self) -> np.ndarray:
        """Return every decision that was exposed or answered, sorted."""
        one = exposures.c
        exposed = self._arrays(one.decision, "i", [one.decision], [])
        answered = self._arrays(_a.decision, "i", [_a.decision], [])
        return np.unique(np.concatenate(exposed + answered))

    def answers(
        self, names: Sequence[str], since: float, *, shadow: bool, timed: bool
    ) -> tuple[Reported, dict[str, np.ndarray]]:
        """Return answers from `since` on, their value 1 for a fault; values by name, or NaN.

        Without `timed` nobody asks when they were, and their times are 0.
        """
        for name in names:
            if name not in ANSWER_VALUES:
                raise unknown("outcome of an answer", name, ANSWER_VALUES)
        where = [_a.shadow == int(shadow), _a.at >= since]
        columns: list[ColumnElement[Any]] = [_a.decision, _a.fault]
        columns += [ANSWER_VALUES[name] for name in names] + [_a.at] * timed
        kinds = "ii" + "".join("i" if name in _SURE else "f" for name in names) + "f" * timed
        decision, fault, *found = self._arrays(_a.decision, kinds, columns, where)
        at = found.pop() if timed else np.zeros(len(decision))
        return Reported(decision, at, fault), dict(zip(names, found, strict=True))

    def scores(self, scorer: str, *, shadow: bool) -> Reported:
        """Return what an online scorer said."""
        one = scores.c
        where = [one.scorer == scorer, one.shadow == int(shadow)]
        columns = [one.decision, one.at, one.value]
        return Reported(*self._arrays(one.decision, "iff", columns, where))

    def excluded(self, experiment: str) -> dict[str, int]:
        """Return how many requests took no part, by the reason."""
        one = excluded.c
        where = [one.experiment == experiment]
        query = select(one.reason, func.count()).where(*where).group_by(one.reason)
        return {reason: count for reason, count in self._connection.execute(query)}

    def contexts(self) -> list[Context]:
        """Return the contexts of all experiments, sorted by their hash."""
        query = select(contexts).order_by(contexts.c.context)
        return [
            Context(
                row.context,
                row.arm,
                row.slice,
                row.entry,
                row.design,
                msgspec.json.decode(row.segments, type=dict[str, str]),
            )
            for row in self._connection.execute(query)
        ]

    def _arrays(
        self,
        key: ColumnElement[Any],
        kinds: str,
        columns: Sequence[ColumnElement[Any]],
        where: Sequence[ColumnElement[bool]],
    ) -> list[np.ndarray]:
        return self._backend.arrays(self._connection, Query(key, kinds, columns, where))
