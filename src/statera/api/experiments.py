"""Live experiments in Python: which arm a unit is in, without the guard in between.

experiment = st.Experiment.load("tone.yaml")
found = experiment.assign("anna")
if found.takes_part:
    print(found.name, found.arm.parameters, found.system_prompt)
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from statera.errors import DeclarationError
from statera.experiment.assignment import Assignment, Place
from statera.experiment.design import Arm
from statera.experiment.opened import Opened, open_design
from statera.models.clock import SystemClock
from statera.records.live import Entry


class Assigned(msgspec.Struct, frozen=True, kw_only=True):
    """The arm of a unit; the base, with the reason, for one that takes no part.

    `slice` is the ramp's slice, from 0; None outside. `entry` is `override` for a tester, who is in
    no analysis. `system_prompt` is the text of the arm's prompt, "" without one.
    """

    arm: Arm
    slice: int | None = None
    takes_part: bool = True
    reason: str = ""
    entry: Entry = "assigned"
    system_prompt: str = ""

    @property
    def name(self) -> str:
        """The arm's name."""
        return self.arm.name


@dataclass(frozen=True, repr=False)
class Experiment:
    """A design, ready to assign units: the same arm in every process and every language.

    It knows the design alone. Whether the experiment was stopped is known to the live store, and
    nothing is recorded here: the guard and its middleware do both.
    """

    opened: Opened
    assignment: Assignment

    @classmethod
    def load(cls, path: str | Path) -> "Experiment":
        """Return the experiment of a YAML file.

        DeclarationError, in one line with file and place, for what is declared wrong.
        """
        opened = open_design(path)
        return cls(opened, Assignment(opened.design))

    def __repr__(self) -> str:
        arms = ", ".join(arm.name for arm in self.arms)
        return f"Experiment({self.name}: {arms}; digest {self.digest[:12]})"

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.opened.design.experiment

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms, the base first."""
        return self.opened.design.arms

    @property
    def digest(self) -> str:
        """32 hexadecimal digits that change with anything in the design or its files."""
        return self.opened.digest

    def assign(self, unit: str, *, at: datetime | float | None = None) -> Assigned:
        """Return the arm of a unit, named as the design says.

        `at` (seconds since 1970 UTC, or a time with its zone; now without) matters to a ramp only:
        a unit keeps its arm, but takes part from its step's time on. DeclarationError for a unit
        that is no text, or an empty one: whom nothing names takes no part.
        """
        if not isinstance(unit, str) or not unit:
            raise DeclarationError(f"unit: {unit!r} names nobody. Allowed: text, as 'anna'")
        if (named := self.opened.design.overrides.get(unit)) is not None:
            arm = next(arm for arm in self.arms if arm.name == named)
            return self._assigned(arm, entry="override")
        place = self.assignment.place(unit)
        if place is None:
            return self._base(None, self._outside(unit))
        if place.since > _seconds(at):
            since = datetime.fromtimestamp(place.since, UTC).isoformat()
            return self._base(place, f"takes part from {since} on")
        return self._assigned(self.arms[place.arm], place)

    def _outside(self, unit: str) -> str:
        layer, number = self.opened.design.layer, self.assignment.numbers(unit).layer
        if layer is not None and number is not None and not layer.start <= number < layer.end:
            return f"outside the part [{layer.start:g}, {layer.end:g}) of layer '{layer.name}'"
        return f"outside the ramp, which ends at a share of {self.assignment.splits[-1].traffic:g}"

    def _assigned(
        self, arm: Arm, place: Place | None = None, *, entry: Entry = "assigned"
    ) -> Assigned:
        prompt = self.opened.prompts.get(arm.name, "")
        part = None if place is None else place.slice
        return Assigned(arm=arm, slice=part, entry=entry, system_prompt=prompt)

    def _base(self, place: Place | None, reason: str) -> Assigned:
        found = self._assigned(self.arms[0], place)
        return msgspec.structs.replace(found, takes_part=False, reason=reason)


def _seconds(at: datetime | float | None) -> float:
    if at is None:
        return SystemClock().now()
    return at.timestamp() if isinstance(at, datetime) else at
