"""What an export needs to know of an estimate; `statera.analysis` makes such rows."""

from collections.abc import Mapping
from typing import Protocol

from statera.records.scores import Outcome


class Placed(Protocol):
    """A number of a task: `metric` is `task/metric`, `category` None is the whole task."""

    @property
    def metric(self) -> str:
        """`task/metric`."""
        ...

    @property
    def category(self) -> str | None:
        """The part of the task, or None for the whole."""
        ...


class Measured(Placed, Protocol):
    """One estimate with all that an export needs."""

    @property
    def estimate(self) -> float | None:
        """The number, or None where none can be given."""
        ...

    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        ...

    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        ...

    @property
    def level(self) -> float:
        """Two-sided coverage of the interval, in (0, 1)."""
        ...

    @property
    def method(self) -> str:
        """How the interval was made."""
        ...

    @property
    def n(self) -> int:
        """Items."""
        ...

    @property
    def clusters(self) -> int:
        """Independent units among the items."""
        ...

    @property
    def outcomes(self) -> Mapping[Outcome, int]:
        """Trials by what became of them."""
        ...


def name(row: Placed) -> str:
    """Return `task/metric`, or `task/category/metric`."""
    task, metric = row.metric.split("/", 1)
    return row.metric if row.category is None else f"{task}/{row.category}/{metric}"
