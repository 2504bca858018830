"""What a statistic takes and gives back: items with their structure, and never a bare number."""

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEVEL = 0.95
"""The two-sided coverage of an interval, where nobody says another."""


class Items(NamedTuple):
    """One value per item with what binds items together; all have the same length.

    Items of one cluster are not independent. A stratum is the category of an item. Clusters and
    strata are names or numbers. Weights are alike for a mean that counts every item the same; for a
    ratio over trials (right / answered) a weight is how many trials stand behind the value.
    """

    values: "ArrayLike"
    clusters: "ArrayLike"
    strata: "ArrayLike"
    weights: "ArrayLike"


class ItemValue(NamedTuple):
    """What the scores of one item come to: a value, and how many trials stand behind it."""

    value: float
    weight: float = 1.0


class Pairs(NamedTuple):
    """What two runs say of the same items, one entry an item, all of the same length.

    `candidate` and `base` hold item means over epochs. `clusters` says what binds items together,
    as in Items. `candidate_weights` and `base_weights` are 1 for means that count every item the
    same; for a ratio over trials (right / answered) they count the trials behind each value, 0
    where a side has none.
    """

    candidate: "ArrayLike"
    base: "ArrayLike"
    clusters: "ArrayLike"
    candidate_weights: "ArrayLike"
    base_weights: "ArrayLike"


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A number with its uncertainty.

    `low` and `high` are None where no valid interval exists; `method` then says why. `level` is the
    two-sided coverage in (0, 1). `n` counts items, `clusters` the independent units among them.
    `source` cites the paper and equation of the method. `error` is the standard error of the value
    where the estimate is a mean that varies over at least 8 clusters, else None.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    n: int
    clusters: int
    source: str = ""
    error: float | None = None

    def __str__(self) -> str:
        """Return `0.820 [0.784, 0.851] 95 %, 500 items`."""
        if self.value is None:
            return f"no estimate ({self.method})"
        if self.low is None or self.high is None:
            return f"{self.value:.3f} (no interval: {self.method}), {self.n} items"
        bounds = f"[{self.low:.3f}, {self.high:.3f}] {100 * self.level:g} %"
        return f"{self.value:.3f} {bounds}, {self.n} items"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Candidate minus base, with the interval of the difference itself.

    `candidate` and `base` are the two means over the items compared. `low` and `high` are None
    where no valid interval exists; `method` then says why. `p` is the two-sided probability of a
    difference at least so large if there is none, by `test`; None where no test is valid. `paired`
    is False for runs without shared items. `wins`, `losses` and `ties` count items by the sign of
    candidate - base. `p_exact` is McNemar's exact p, where items are right or wrong and stand
    alone; None elsewhere.
    """

    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    source: str
    n: int
    clusters: int
    candidate: float | None
    base: float | None
    p: float | None
    test: str
    wins: int
    losses: int
    ties: int
    paired: bool = True
    p_exact: float | None = None

    def __str__(self) -> str:
        """Return `+0.020 [-0.012, +0.052] 95 %, 500 items, p 0.22`."""
        if self.value is None:
            return f"no difference ({self.method})"
        how = "" if self.paired else ", unpaired"
        if self.low is None or self.high is None:
            return f"{self.value:+.3f} (no interval: {self.method}), {self.n} items{how}"
        bounds = f"[{self.low:+.3f}, {self.high:+.3f}] {100 * self.level:g} %"
        p = "" if self.p is None else f", p {self.p:.2g}"
        return f"{self.value:+.3f} {bounds}, {self.n} items{how}{p}"


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """One-sided confidence bounds of a number, and how surely it lies beyond a limit.

    `lower` and `upper` each hold with probability 1 - `alpha`; None where no valid bound exists
    (`method` says why). `p_above` tests "at most `limit`" (small: surely above it), `p_below` tests
    "at least `limit`". They agree with the bounds: lower > limit exactly when p_above < alpha.
    """

    value: float | None
    lower: float | None
    upper: float | None
    alpha: float
    limit: float
    p_above: float | None
    p_below: float | None
    method: str
    source: str
    n: int
    clusters: int

    def __str__(self) -> str:
        """Return `0.010, at least 0.003 and at most 0.031, each 95 %, 300 items`."""
        if self.value is None:
            return f"no estimate ({self.method})"
        if self.lower is None or self.upper is None:
            return f"{self.value:.3f} (no bound: {self.method}), {self.n} items"
        sides = f"at least {self.lower:.3f} and at most {self.upper:.3f}"
        return f"{self.value:.3f}, {sides}, each {100 * (1 - self.alpha):g} %, {self.n} items"

    def without(self, why: str) -> "Bounds":
        """Return the number without bounds and p values, and why there are none."""
        return msgspec.structs.replace(
            self, lower=None, upper=None, p_above=None, p_below=None, method=why, source=""
        )
