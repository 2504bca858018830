from datetime import UTC, datetime

from statera.models.clock import SystemClock
from statera.protocols import Clock


def test_now_is_seconds_since_1970() -> None:
    clock: Clock = SystemClock()
    assert abs(clock.now() - datetime.now(UTC).timestamp()) < 5


def test_monotonic_never_runs_backwards() -> None:
    clock = SystemClock()
    moments = [clock.monotonic() for _ in range(1000)]
    assert moments == sorted(moments)
