"""What a statistic takes and gives back: items with their structure, and never a bare number."""

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


class Items(NamedTuple):
    """One value per item with what binds items together; all have the same length.

    Items of one cluster are not independent. A stratum is the category of an item. Clusters and
    strata are names or numbers. A weight is how many trials stand behind the value, so that the
    weighted mean is the ratio over trials.
    """

    values: "ArrayLike"
    clusters: "ArrayLike"
    strata: "ArrayLike"
    weights: "ArrayLike"


class ItemValue(NamedTuple):
    """What the scores of one item come to: a value, and how many trials stand behind it."""

    value: float
    weight: float = 1.0


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its uncertainty.

    `low` and `high` are None where no valid interval exists; `method` then says why. `level` is the
    two-sided coverage in (0, 1). `n` counts items, `clusters` the independent units among them.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    clusters: int

    def __str__(self) -> str:
        """Return `0.820 [0.784, 0.851] 95 %, 500 items`."""
        if self.value is None:
            return f"no estimate ({self.method})"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} (no interval: {self.method}), {self.n} items"
        bounds = f"[{self.low:.3f}, {self.high:.3f}] {100 * self.level:g} %"
        return f"{self.value:.3f} {bounds}, {self.n} items"
