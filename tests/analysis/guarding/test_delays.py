import pytest

from statera.analysis.guarding.delays import delays
from tests.guards_made import sighting


def test_quantiles_are_of_checks_that_were_made() -> None:
    found = [sighting(str(at), 0.1)._replace(seconds=at / 1000) for at in range(101)]
    lost = sighting("lost", None)._replace(decision=None, seconds=9.0)
    assert delays([*found, lost]) == pytest.approx((101, 50.0, 95.0, 99.0, 100.0))
    assert delays([lost]) is None
