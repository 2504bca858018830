"""What a guard made of each labelled text, as it is read from a stored run that measured it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from statera.records.guarding import Decision
from statera.scorers.guarding import LABEL, POLICY, TRUTH, Sight, decision_of, sight
from statera.store.rows import Stored


class Sighting(NamedTuple):
    """One text: where it is from, what is true of it by detector, and the decision on it.

    `unit` binds texts of one conversation; `label` holds for detectors of which `truth` says
    nothing. `decision` is None where there is none; `seconds` is how long the check took.
    """

    id: str
    source: str
    category: str | None
    unit: str
    side: str
    truth: Mapping[str, bool]
    label: bool | None
    decision: Decision | None
    seconds: float

    def seen(self, detector: str = POLICY) -> Sight:
        """Return what the policy, or one of its detectors, made of the text."""
        return "failed" if self.decision is None else sight(self.decision, detector)

    def true_of(self, detector: str = POLICY) -> bool | None:
        """Return whether it is one to be flagged, None where nobody said."""
        return self.truth.get(detector, self.label)

    def score(self, detector: str) -> float | None:
        """Return the detector's score in [0, 1], None where it did not look or failed."""
        if self.decision is None or self.seen(detector) in ("failed", "late"):
            return None
        return self.decision.scores.get(detector)

    def unread(self, detector: str) -> bool:
        """Return whether the detector could not examine all of the text."""
        found = () if self.decision is None else self.decision.findings
        return any(one.detector == detector and one.cause == "beyond" for one in found)


def sightings(trials: Iterable[Stored]) -> Iterator[Sighting]:
    """Yield what was seen of each text; of repeats the first alone."""
    for sample, trial, _ in trials:
        if trial.epoch:
            continue
        truth: Mapping[str, int] = sample.fields.get(TRUTH, {})
        label: int | None = sample.fields.get(LABEL)
        yield Sighting(
            id=sample.id,
            source=trial.task,
            category=sample.category,
            unit=sample.unit,
            side=sample.fields.get("side", "input"),
            truth={name: bool(value) for name, value in truth.items()},
            label=None if label is None else bool(label),
            decision=decision_of(trial),
            seconds=trial.response.seconds,
        )


def by_source(found: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    """Return the sightings by source, in the order in which the sources first come."""
    groups: dict[str, list[Sighting]] = {}
    for one in found:
        groups.setdefault(one.source, []).append(one)
    return groups


def labelled(found: Iterable[Sighting], detector: str, *, harmful: bool) -> list[Sighting]:
    """Return those that are harmful, or harmless, to that detector, and that it looks at."""
    return [
        one for one in found if one.true_of(detector) is harmful and one.seen(detector) != "absent"
    ]
