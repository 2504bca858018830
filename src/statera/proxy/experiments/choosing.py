"""Which arm of one experiment answers a request: found of its headers and body, at once.

    chooser = Chooser(open_design(path), key=key, clock=clock, standing=states.standing)
    chosen = chooser.choose(dict(reversed(scope["headers"])), body, decision="00000000000000ff")

A `Choice` is an assignment, a `Left` says why a request that may belong here takes no part (it is
counted, and never mixed in), None that it does not belong here: another part of the layer, outside
the ramp's traffic so far, or after the end. Whoever is not chosen is answered as the client asked.

A tester is put into an arm by the design's `overrides` or, with the tester token, by the header
`x-statera-arm: warm`, `tone=warm` where several experiments are served.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from statera.experiment.assignment import Assignment, Place
from statera.experiment.design import OTHER, Design
from statera.experiment.opened import Opened
from statera.protocols import Clock
from statera.proxy.experiments.states import Standing
from statera.proxy.experiments.unitnames import Named, finder, header_text
from statera.records.live import Entry, Exposure, identifier

EXPERIMENT, ARM = b"x-statera-experiment", b"x-statera-arm"
TESTER = b"x-statera-tester-token"
MOST_UNIT = 1024
"""Characters of a unit's name; who sends more takes no part, as hashing a body takes long."""

_NOWHERE = Place(0, 0, 0.0)


class Choice(NamedTuple):
    """A unit's arm, by its number in the design; `unit` and `cluster` are keyed hashes."""

    opened: Opened
    arm: int
    place: Place
    unit: int
    entry: Entry = "assigned"
    segments: Mapping[str, str] = {}
    cluster: int | None = None

    @property
    def design(self) -> Design:
        """The design."""
        return self.opened.design

    @property
    def name(self) -> str:
        """The arm's name."""
        return self.opened.design.arms[self.arm].name

    def exposure(self, decision: int, at: float) -> Exposure:
        """Return what is recorded before the answer leaves."""
        design = self.opened.design
        return Exposure(
            decision=decision,
            experiment=design.experiment,
            unit=self.unit,
            arm=self.name,
            slice=self.place.slice,
            at=at,
            mode=design.mode,
            entry=self.entry,
            segments=dict(self.segments),
            design=self.opened.digest,
            cluster=self.cluster,
        )


class Left(NamedTuple):
    """A request that takes no part, and why.

    `no_unit`, `long_unit`, `unknown_arm`, or what a caller adds.
    """

    experiment: str
    reason: str


def always(name: str) -> Standing:
    """Return that an experiment runs."""
    del name
    return "running"


class Chooser:
    """Chooses for one experiment; `key` hashes unit ids, `tester` is the testers' token."""

    def __init__(
        self,
        opened: Opened,
        *,
        key: bytes,
        clock: Clock,
        standing: Callable[[str], Standing] = always,
        tester: str = "",
    ) -> None:
        design = opened.design
        self.opened = opened
        self.name = design.experiment
        self._key, self._clock, self._standing = key, clock, standing
        self._tester = tester.encode()
        self._numbers = {arm.name: number for number, arm in enumerate(design.arms)}
        self._overrides = {unit: self._numbers[arm] for unit, arm in design.overrides.items()}
        self._assignment = Assignment(design)
        self._begins = min(split.since for split in self._assignment.splits)
        self._by_request = design.units.kind == "request"
        self._find = finder(design.units)
        self._cluster = design.units.cluster.lower().encode()
        self._segments = [
            (name, one.header.lower().encode(), frozenset(one.values))
            for name, one in design.segments.items()
        ]

    def choose(
        self, headers: Named, body: Mapping[str, Any], decision: str = "", unit: str = ""
    ) -> Choice | Left | None:
        """Return the arm, why there is none, or None for what does not belong here.

        `headers` by name in lower case; `decision` is the request's own id, the unit of a design by
        request; `unit` is its name where the caller knows it.
        """
        now, standing = self._clock.now(), self._standing(self.name)
        if standing == "ended" or now < self._begins:
            return None
        unit = unit or self._find(headers, body) or (decision if self._by_request else "")
        if len(unit) > MOST_UNIT:
            return Left(self.name, "long_unit")
        asked = self._asked(headers, unit) if standing == "running" else None
        if asked == -1:
            return Left(self.name, "unknown_arm")
        if asked is not None:
            return self._choice(headers, unit or decision, asked, "override")
        if not unit:
            return Left(self.name, "no_unit")
        place = self._assignment.place(unit)
        if place is None or now < place.since:
            return None
        if standing != "running":
            return self._choice(headers, unit, 0, "stopped", place)
        return self._choice(headers, unit, place.arm, "assigned", place)

    def _choice(
        self, headers: Named, unit: str, arm: int, entry: Entry, place: Place = _NOWHERE
    ) -> Choice:
        cluster = header_text(headers, self._cluster) if self._cluster else ""
        return Choice(
            self.opened,
            arm,
            place,
            identifier(self._key, "unit", unit),
            entry,
            self._declared(headers) if self._segments else {},
            identifier(self._key, "unit", cluster) if cluster else None,
        )

    def _asked(self, headers: Named, unit: str) -> int | None:
        """Return the arm that a tester is put into, -1 for one that there is not, None for none."""
        if self._tester and ARM in headers and TESTER in headers:
            given = headers[TESTER]
            if hmac.compare_digest(given, self._tester):
                return self._named(header_text(headers, ARM))
        return self._overrides.get(unit) if self._overrides else None

    def _named(self, text: str) -> int | None:
        for part in text.split(","):
            name, mark, arm = part.strip().rpartition("=")
            if not mark or name == self.name:
                return self._numbers.get(arm, -1)
        return None

    def _declared(self, headers: Named) -> dict[str, str]:
        found = {}
        for name, header, values in self._segments:
            value = header_text(headers, header)
            found[name] = value if value in values else OTHER
        return found
