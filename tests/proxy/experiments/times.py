"""A clock for tests that stands until it is moved."""


class Standing:
    """Gives the time that it was set to."""

    def __init__(self, at: float = 1_800_000_000.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at
