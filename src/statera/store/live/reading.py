"""The units of one experiment and what came of them, out of the store.

A report belongs to the unit of the answer that it names. It counts in the window, which begins with
the unit's first exposure, is late after it, and is history when it is on an answer of another
experiment before it. A report on this experiment's own answers is never before the first exposure,
whatever the clocks of two machines say.

An exposure whose answer never came is an `error`: a process that dies writes none, and an arm that
kills processes must not look clean for it.
"""

import numpy as np

from statera.records.live import Aside
from statera.store.live.grouping import Reported, located, rows
from statera.store.live.joining import Earlier, Joined, Units, earlier, joined, units
from statera.store.live.mixes import Mixes, some
from statera.store.live.querying import Querying
from statera.store.live.wanted import Found, Wanted, WantedOutcome

LOST = 900.0
"""Seconds after which an answer that has not come will not: longer than upstream may be silent."""
ERROR = "error"


def read(querying: Querying, wanted: Wanted) -> Found:
    """Return the units, and what is aside."""
    mixes = Mixes(wanted, querying.contexts())
    exposed = querying.exposed(wanted, mixes.contexts)
    assigned = mixes.assigned[exposed.context]
    found = units(exposed, rows(exposed, assigned))
    answers, values = _answers(querying, wanted, found)
    place = located(exposed.decision, answers.decision)
    if ERROR in values and not wanted.shadow:
        values[ERROR] = _with_lost(found, values[ERROR], place[place >= 0])
    outcomes, unknown = _outcomes(querying, wanted, found, values)
    failed = place[(place >= 0) & (answers.value > 0)]
    leading = found.rows.leading
    mix = exposed.context[leading]
    return Found(
        unit=exposed.unit[leading],
        arm=assigned[leading],
        slice=mixes.slice[mix],
        first=found.first,
        exposures=found.rows.exposures,
        cluster=exposed.cluster[leading],
        answered=_answered(found, place),
        outcomes={name: one.sums for name, one in outcomes.items()},
        segments={name: mixes.codes(name)[mix] for name in wanted.segments},
        aside=Aside(
            **mixes.counts(exposed.context),
            excluded=querying.excluded(wanted.experiment) | mixes.foreign(exposed.context),
            crossed=mixes.by_arm(found.rows.crossed),
            faults=mixes.by_arm(assigned[failed]),
            unknown=unknown,
            out_of_time=some((n, one.out_of_time) for n, one in outcomes.items()),
            out_of_bounds=some((n, one.out_of_bounds) for n, one in outcomes.items()),
        ),
    )


def _answers(
    querying: Querying, wanted: Wanted, found: Units
) -> tuple[Reported, dict[str, Reported]]:
    """Return the answers with their faults, and what is known of each by the outcome's name."""
    names = [name for name, one in wanted.outcomes.items() if one.source == "answer"]
    timed = bool(wanted.history) or any(wanted.outcomes[name].window for name in names)
    answers, values = querying.answers(
        names, _since(wanted, found), shadow=wanted.shadow, timed=timed
    )
    known = {}
    for name, value in values.items():
        known[name] = answers._replace(value=value).only(~np.isnan(value))
    return answers, known


def _with_lost(found: Units, errors: Reported, answered: np.ndarray) -> Reported:
    """Return the errors with those of assigned exposures that nobody answered in time.

    `answered` are the exposures that have an answer: one of later than LOST must be among them.
    """
    if not len(answered):
        return errors
    lost = found.rows.row >= 0
    lost[answered] = False
    lost &= found.exposed.at < found.exposed.at[answered].max() - LOST
    more = Reported(found.exposed.decision[lost], found.exposed.at[lost], np.ones(int(lost.sum())))
    return Reported(*map(np.concatenate, zip(errors, more, strict=True)))


def _since(wanted: Wanted, found: Units) -> float:
    return (float(found.first[0]) if len(found.first) else 0.0) - wanted.history


def _answered(found: Units, place: np.ndarray) -> np.ndarray:
    answered: np.ndarray = np.zeros(len(found.first), bool)
    hit = place[place >= 0]
    answered[found.rows.row[hit[found.leads[hit]]]] = True
    return answered


class _Reports:
    """Where reports come from; what several outcomes need is read once, and only if need be."""

    def __init__(self, querying: Querying, answers: dict[str, Reported], *, shadow: bool) -> None:
        self._querying = querying
        self._answers = answers
        self._shadow = shadow
        self._named: tuple[np.ndarray, np.ndarray] | None = None
        self._known: np.ndarray | None = None

    def of(self, name: str, outcome: WantedOutcome) -> tuple[Reported, int]:
        """Return the reports by decision, and the number of those for an unknown response."""
        if outcome.source == "answer":
            return self._answers[name], 0
        if outcome.source == "score":
            return self._querying.scores(name, shadow=self._shadow), 0
        reports, told = self._querying.reports(name), self._querying.reports_by_response(name)
        if not len(told.decision):
            return reports, 0
        self._named = self._named or self._querying.responses()
        response, decision = self._named
        place = located(response, told.decision)
        told = told.only(place >= 0)._replace(decision=decision[place[place >= 0]])
        both = Reported(*map(np.concatenate, zip(reports, told, strict=True)))
        return both, int(np.sum(place < 0))

    def unknown(self, decisions: np.ndarray) -> int:
        """Return how many reports are on decisions that nobody knows."""
        if not len(decisions):
            return 0
        if self._known is None:
            self._known = self._querying.known()
        return int(np.sum(located(self._known, decisions) < 0))


def _outcomes(
    querying: Querying, wanted: Wanted, found: Units, answers: dict[str, Reported]
) -> tuple[dict[str, Joined], dict[str, int]]:
    """Return each outcome joined, and the number of reports for no known answer."""
    history = _history(querying, wanted, found)
    sources = _Reports(querying, answers, shadow=wanted.shadow)
    outcomes: dict[str, Joined] = {}
    unknown: dict[str, int] = {}
    for name, outcome in wanted.outcomes.items():
        reports, unnamed = sources.of(name, outcome)
        outcomes[name] = joined(found, outcome, reports, history)
        if outcome.source == "feedback":
            unknown[name] = unnamed + sources.unknown(outcomes[name].strays)
    return outcomes, some(unknown.items())


def _history(querying: Querying, wanted: Wanted, found: Units) -> Earlier | None:
    if not wanted.history or not len(found.first):
        return None
    decision, unit = querying.elsewhere(wanted.experiment, _since(wanted, found))
    return earlier(found, decision, unit, wanted.history)
