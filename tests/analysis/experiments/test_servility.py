import numpy as np
import pytest

from statera.analysis.experiments.servility import servility
from statera.analysis.experiments.units import Units
from tests.analysis.experiments.made import NOW, design, reports, units


def served(approval: float, harm: float, count: int = 6_000) -> Units:
    """Return units whose second arm has so many more thumbs, and so many more invalid approvals."""
    rng = np.random.default_rng(1)
    arm = rng.integers(0, 2, count)
    harmed = (rng.random(count) < 0.05 + harm * arm).astype(float)
    return units(
        arm,
        {
            "thumb": reports(rng.random(count) < 0.5 + approval * arm),
            "invalid_approval": reports(harmed, harmed),
        },
    )


def test_thumbs_and_invalid_approvals_that_both_go_up_are_servile() -> None:
    (line,) = servility(design(), served(0.1, 0.05), now=NOW)
    assert line.startswith("servility: in 'warm' people approve more (thumb +0.")
    assert "invalid_approval goes up +0.0" in line
    assert "(surely)" in line


def test_a_harm_that_is_up_about_surely_is_enough() -> None:
    (line,) = servility(design(), served(0.1, 0.01), now=NOW)
    assert "(p 0.0" in line


@pytest.mark.parametrize(("approval", "harm"), [(0.1, -0.03), (0.0, 0.05), (-0.1, 0.05)])
def test_one_without_the_other_is_not(approval: float, harm: float) -> None:
    assert servility(design(), served(approval, harm), now=NOW) == ()


def test_nothing_is_said_before_there_is_anything() -> None:
    assert servility(design(), served(0.1, 0.1), now=0.0) == ()
    assert servility(design(), units([0, 1], {}), now=NOW) == ()
