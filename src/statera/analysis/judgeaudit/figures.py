"""What a page of an audit is made of: figures with n and an interval, in sections with a state.

A figure without a valid interval has none, and its `method` says why.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple, Protocol

import msgspec

State = Literal["ok", "warning", "void", "not shown", "not measured"]
"""`void`: the judge cannot be used. `not shown`: needed, and these data do not settle it."""

SANITY = "sanity responders"
"""The section that says whether replies which deserve nothing get something."""

WORST: tuple[State, ...] = ("void", "not shown", "warning", "ok", "not measured")


class Interval(Protocol):
    """What an Estimate, a Difference, a WinRate and an Agreement have in common."""

    @property
    def value(self) -> float | None:
        """The number."""
        ...

    @property
    def low(self) -> float | None:
        """The lower end."""
        ...

    @property
    def high(self) -> float | None:
        """The upper end."""
        ...

    @property
    def level(self) -> float:
        """The two-sided coverage."""
        ...

    @property
    def method(self) -> str:
        """How it was made, or why there is none."""
        ...

    @property
    def source(self) -> str:
        """The paper behind it."""
        ...

    @property
    def clusters(self) -> int:
        """The independent units."""
        ...


class Measure(NamedTuple):
    """What a figure is of: its name, what it counts, its unit and sign in words.

    `fair` is its value without a bias, None where no value is the fair one.
    """

    name: str
    of: str
    reads: str
    fair: float | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the page. `of` says what `n` counts, and `reads` how to read it: unit and sign.

    Of `asked` judgements `n` had a verdict, None where nothing was asked for the figure alone.
    `fair` is its value without a bias.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    n: int
    clusters: int
    of: str
    method: str
    source: str = ""
    fair: float | None = None
    asked: int | None = None
    reads: str = ""

    def __str__(self) -> str:
        """Return `flip rate 0.120 [0.070, 0.199] 95 %, 98 of 100 pairs`."""
        if self.value is None:
            return f"{self.name}: none ({self.method}), {self.counted}"
        return f"{self.name} {self.value:.3f} {self.span}, {self.counted}"

    @property
    def counted(self) -> str:
        """How many there are: `98 of 100 pairs`."""
        return (
            f"{self.n} {self.of}" if self.asked is None else f"{self.n} of {self.asked} {self.of}"
        )

    @property
    def span(self) -> str:
        """The interval in words, or why there is none."""
        if self.low is None or self.high is None:
            return f"(no interval: {self.method})"
        return f"[{self.low:.3f}, {self.high:.3f}] {100 * self.level:g} %"

    @property
    def above(self) -> bool:
        """True when it is surely above its fair value."""
        return self.fair is not None and self.low is not None and self.low > self.fair

    @property
    def below(self) -> bool:
        """True when it is surely below its fair value."""
        return self.fair is not None and self.high is not None and self.high < self.fair


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One question to the judge: how it came out, in words and in figures.

    `criterion` is empty where all criteria are looked at together. `advice` says what to do about
    it, and `fault` what numbers of this judge must be read with; empty where there is no such.
    """

    name: str
    state: State
    said: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    criterion: str = ""
    advice: str = ""
    fault: str = ""

    @property
    def n(self) -> int:
        """How much it rests on: the n of its largest figure, 0 without any."""
        return max((figure.n for figure in self.figures), default=0)

    def figure(self, name: str) -> Figure:
        """Return the figure of that name; KeyError without one."""
        found = {figure.name: figure for figure in self.figures}
        return found[name]


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that an audit found, as the judge's run keeps it: `fault` of a section, on `n`."""

    name: str
    fault: str
    n: int
    criterion: str = ""

    def __str__(self) -> str:
        """Return `self-enhancement: it favours its own family by +0.150`."""
        of = f" of {self.criterion}" if self.criterion else ""
        return f"{self.name}{of}: {self.fault}"


def figure(measure: Measure, found: Interval, *, n: int, asked: int | None = None) -> Figure:
    """Return a number with its interval as a figure."""
    return Figure(
        name=measure.name,
        value=found.value,
        low=found.low,
        high=found.high,
        level=found.level,
        n=n,
        clusters=found.clusters,
        of=measure.of,
        method=found.method,
        source=found.source,
        fair=measure.fair,
        asked=asked,
        reads=measure.reads,
    )


def worst(states: Iterable[State]) -> State:
    """Return the state that decides among several."""
    return min(states, key=WORST.index, default="not measured")


def not_measured(name: str, why: str, *, advice: str = "") -> Section:
    """Return a section without figures, why, and what would measure it."""
    return Section(name=name, state="not measured", said=(why,), advice=advice)
