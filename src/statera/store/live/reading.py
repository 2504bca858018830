"""The units of one experiment and what came of them, out of the store.

A report belongs to the unit of the answer that it names. It counts in the window, which begins with
the unit's first exposure, is late after it, and is history when it is on an answer of another
experiment before it. A report on this experiment's own answers is never before the first exposure,
whatever the clocks of two machines say.
"""

from collections.abc import Iterable

import numpy as np

from statera.store.live.grouping import ASSIGNED, OVERRIDE, STOPPED, Reported, located, rows
from statera.store.live.joining import Earlier, Joined, Units, earlier, joined, units
from statera.store.live.querying import Querying
from statera.store.live.wanted import Beside, Found, Wanted, WantedOutcome

ANOTHER_ARM = "an arm that the design does not have"

Contexts = dict[int, tuple[str, dict[str, str]]]


def read(querying: Querying, wanted: Wanted) -> Found:
    """Return the units, and what is beside them."""
    exposed = querying.exposed(wanted)
    found = units(exposed, rows(exposed))
    leading = found.rows.leading
    answers, values = _answers(querying, wanted, found)
    place = located(exposed.decision, answers.decision)
    outcomes, unknown = _outcomes(querying, wanted, found, values)
    contexts = querying.contexts()
    beside = _beside(querying, wanted, found, contexts)
    faults = exposed.arm[_assigned(found, place[answers.value > 0])]
    return Found(
        unit=exposed.unit[leading],
        arm=exposed.arm[leading],
        slice=exposed.slice[leading],
        first=found.first,
        exposures=found.rows.exposures,
        cluster=exposed.cluster[leading],
        answered=_answered(found, place),
        outcomes={name: one.sums for name, one in outcomes.items()},
        segments=_segments(wanted, exposed.context[leading], contexts),
        beside=Beside(
            **beside,
            faults=_by_arm(wanted, faults),
            unknown=unknown,
            out_of_time=_some((n, one.out_of_time) for n, one in outcomes.items()),
            out_of_bounds=_some((n, one.out_of_bounds) for n, one in outcomes.items()),
        ),
    )


def _answers(
    querying: Querying, wanted: Wanted, found: Units
) -> tuple[Reported, dict[str, Reported]]:
    """Return the answers with their faults, and what is known of each by the outcome's name."""
    names = [name for name, one in wanted.outcomes.items() if one.source == "answer"]
    answers, values = querying.answers(names, _since(wanted, found), shadow=wanted.shadow)
    known = {}
    for name, value in values.items():
        known[name] = answers._replace(value=value).only(~np.isnan(value))
    return answers, known


def _since(wanted: Wanted, found: Units) -> float:
    return (float(found.first[0]) if len(found.first) else 0.0) - wanted.history


def _answered(found: Units, place: np.ndarray) -> np.ndarray:
    answered: np.ndarray = np.zeros(len(found.first), bool)
    hit = place[place >= 0]
    answered[found.rows.row[hit[found.leads[hit]]]] = True
    return answered


def _assigned(found: Units, place: np.ndarray) -> np.ndarray:
    exposed = found.exposed
    counts = (exposed.entry == ASSIGNED) & (exposed.arm >= 0)
    hit: np.ndarray = place[place >= 0]
    return hit[counts[hit]]


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
    return outcomes, _some(unknown.items())


def _history(querying: Querying, wanted: Wanted, found: Units) -> Earlier | None:
    if not wanted.history or not len(found.first):
        return None
    decision, unit = querying.elsewhere(wanted.experiment, _since(wanted, found))
    return earlier(found, decision, unit, wanted.history)


def _beside(
    querying: Querying, wanted: Wanted, found: Units, contexts: Contexts
) -> dict[str, dict[str, int]]:
    exposed = found.exposed
    excluded = querying.excluded(wanted.experiment)
    if foreign := int(np.sum((exposed.entry == ASSIGNED) & (exposed.arm < 0))):
        excluded[ANOTHER_ARM] = foreign
    return {
        "crossed": _by_arm(wanted, found.rows.crossed),
        "overridden": _by_arm(wanted, exposed.arm[exposed.entry == OVERRIDE]),
        "stopped": _by_arm(wanted, exposed.arm[exposed.entry == STOPPED]),
        "exposures": _by_arm(wanted, exposed.arm[exposed.entry == ASSIGNED]),
        "excluded": excluded,
        "designs": _designs(exposed.context, contexts),
    }


def _by_arm(wanted: Wanted, arm: np.ndarray) -> dict[str, int]:
    counts = np.bincount(arm[arm >= 0], minlength=len(wanted.arms))
    return _some(zip(wanted.arms, counts.tolist(), strict=True))


def _some(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {name: count for name, count in counts if count}


def _designs(context: np.ndarray, contexts: Contexts) -> dict[str, int]:
    found: dict[str, int] = {}
    numbers = np.array(sorted(contexts), np.int64)
    place = located(numbers, context)
    for number, count in zip(
        numbers.tolist(),
        np.bincount(place[place >= 0], minlength=len(numbers)).tolist(),
        strict=True,
    ):
        design = contexts[number][0]
        found[design] = found.get(design, 0) + count
    return _some(found.items())


def _segments(wanted: Wanted, context: np.ndarray, contexts: Contexts) -> dict[str, np.ndarray]:
    """Return the number of each row's value in a declared segment, -1 for none of them."""
    numbers = np.array(sorted(contexts), np.int64)
    place = located(numbers, context)
    found = {}
    for name, values in wanted.segments.items():
        code = {value: number for number, value in enumerate(values)}
        codes = [code.get(contexts[n][1].get(name, ""), -1) for n in numbers.tolist()]
        found[name] = np.array([*codes, -1])[place]
    return found
