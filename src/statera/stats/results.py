"""What a statistic gives back: never a bare number."""

import msgspec


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
        return (
            f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}] {self.level:.0%}, {self.n} items"
        )
