"""Stored requests of live traffic as arrays: when, whose, of which part, and what became of each.

    traffic = gathered(samples, rows, roles)
    traffic.cells(["country", "kind"])       # the number of each request's cell of the mix

What a request is (time, model, version, segments) stands in the fields of its sample, what became
of it in its scores. A score's role says what it tells: `right`, `format`, `quality`, `harm`, or
`lead`, whose outcomes say whether there was an answer at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from statera.errors import unknown
from statera.records.samples import Sample
from statera.records.scores import OUTCOMES, Outcome, Score
from statera.store.rows import ScoreRow

Role = Literal["lead", "right", "format", "quality", "harm"]
FATES: tuple[Outcome | Literal[""], ...] = ("", *OUTCOMES)
"""What a score says became of a request, by the number it has in the arrays; 0 is no score."""
NONE = "(none)"
"""The value of a segment that a request does not have."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Coded(NamedTuple):
    """Texts as numbers: `codes` (n,) into `names`."""

    codes: Ints
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Requests as arrays (n,). `time` in seconds since 1970 UTC, NaN where it is not known.

    `unit` numbers the users, `seconds` are NaN where unknown. `facts` hold `model`, `version`,
    `run` and the segments; `fates` and `values` the scores by name, and `roles` what they tell.
    """

    ids: tuple[str, ...]
    time: Floats
    unit: Ints
    seconds: Floats
    facts: Mapping[str, Coded]
    segments: tuple[str, ...]
    fates: Mapping[str, npt.NDArray[np.int8]]
    values: Mapping[str, Floats]
    roles: Mapping[str, Role]

    def __len__(self) -> int:
        """Return the number of requests."""
        return len(self.ids)

    def named(self, role: Role) -> list[str]:
        """Return the scores of that role, in their order."""
        return [name for name, one in self.roles.items() if one == role]

    def fact(self, name: str) -> Coded:
        """Return the fact; DeclarationError for one that is not there."""
        if name not in self.facts:
            raise unknown("field", name, self.facts)
        return self.facts[name]

    def cells(self, segments: Sequence[str]) -> Coded:
        """Return the cell of each request in the product of those segments that are there."""
        number = np.zeros(len(self), np.int64)
        names = [""]
        for segment in segments:
            coded = self.fact(segment)
            joined = number * len(coded.names) + coded.codes
            there, number = np.unique(joined, return_inverse=True)
            names = [
                " · ".join(filter(None, (names[at // len(coded.names)], _told(segment, coded, at))))
                for at in there.tolist()
            ]
        return Coded(number, tuple(names))

    def only(self, chosen: Mask) -> "Traffic":
        """Return those requests alone."""
        ids = tuple(name for name, kept in zip(self.ids, chosen.tolist(), strict=True) if kept)
        facts = {name: Coded(one.codes[chosen], one.names) for name, one in self.facts.items()}
        return replace(
            self,
            ids=ids,
            time=self.time[chosen],
            unit=self.unit[chosen],
            seconds=self.seconds[chosen],
            facts=facts,
            fates={name: one[chosen] for name, one in self.fates.items()},
            values={name: one[chosen] for name, one in self.values.items()},
        )


def _told(segment: str, coded: Coded, at: int) -> str:
    return f"{segment} {coded.names[at % len(coded.names)]}"


class Part(NamedTuple):
    """One run's requests as they are stored, with what its scores tell."""

    run: str
    samples: Iterable[Sample]
    rows: Iterable[ScoreRow]
    roles: Mapping[str, Role]


class _Numbers:
    """Numbers texts in the order in which they come."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}
        self.codes: list[int] = []

    def add(self, text: str) -> None:
        self.codes.append(self.known.setdefault(text, len(self.known)))

    def coded(self) -> Coded:
        return Coded(np.array(self.codes, np.int64), tuple(self.known))


def gathered(parts: Sequence[Part]) -> Traffic:
    """Return the requests of all parts; of a request that was stored twice, the first epoch."""
    segments = list[str]()
    ids, times, seconds = list[str](), list[float](), list[float]()
    users, facts = _Numbers(), {name: _Numbers() for name in ("model", "version", "run")}
    places: list[dict[str, int]] = []
    for part in parts:
        place: dict[str, int] = {}
        for sample in part.samples:
            place[sample.id] = len(ids)
            ids.append(sample.id)
            known = sample.fields
            times.append(_number(known.get("time")))
            seconds.append(_number(known.get("seconds")))
            users.add(sample.unit)
            _facts(facts, segments, part.run, known, len(ids))
        places.append(place)
    fates, values, roles = _scores(parts, places, len(ids))
    return Traffic(
        ids=tuple(ids),
        time=np.array(times, np.float64),
        unit=users.coded().codes,
        seconds=np.array(seconds, np.float64),
        facts={name: one.coded() for name, one in facts.items()},
        segments=tuple(segments),
        fates=fates,
        values=values,
        roles=roles,
    )


def _facts(
    facts: dict[str, _Numbers],
    segments: list[str],
    run: str,
    known: Mapping[str, object],
    count: int,
) -> None:
    """Take in a request's facts; a segment that is new was absent of all before."""
    declared = known.get("segments")
    of_request = declared if isinstance(declared, dict) else {}
    for name in of_request:
        if name not in facts:
            segments.append(name)
            facts[name] = _Numbers()
            for _ in range(count - 1):
                facts[name].add(NONE)
    told = {"model": known.get("model"), "version": known.get("version"), "run": run}
    for name, numbers in facts.items():
        value = told.get(name) if name in told else of_request.get(name)
        numbers.add(NONE if value is None or value == "" else str(value))


def _scores(
    parts: Sequence[Part], places: Sequence[Mapping[str, int]], n: int
) -> tuple[dict[str, npt.NDArray[np.int8]], dict[str, Floats], dict[str, Role]]:
    fates: dict[str, npt.NDArray[np.int8]] = {}
    values: dict[str, Floats] = {}
    roles: dict[str, Role] = {}
    for part in parts:
        for name, role in part.roles.items():
            roles.setdefault(name, role)
            fates.setdefault(name, np.zeros(n, np.int8))
            values.setdefault(name, np.full(n, np.nan))
    for part, place in zip(parts, places, strict=True):
        for row in part.rows:
            at, score = place.get(row.sample_id), row.score
            if at is not None and not row.epoch and score.metric in fates:
                fates[score.metric][at] = FATES.index(score.outcome)
                values[score.metric][at] = _value(score)
    return fates, values, roles


def _value(score: Score) -> float:
    return np.nan if score.value is None else score.value


def _number(value: object) -> float:
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known else np.nan  # type: ignore[arg-type]
