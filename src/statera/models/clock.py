"""The system's time, the one place that reads it; everything else is handed a Clock."""

import time


class SystemClock:
    """Wall time and a clock that never runs backwards.

    >>> clock = SystemClock()
    >>> clock.monotonic() <= clock.monotonic()
    True
    """

    def now(self) -> float:
        """Return seconds since 1970 UTC."""
        return time.time_ns() / 1e9

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, for durations."""
        return time.monotonic()
