import numpy as np
import pytest

from statera.analysis.experiments.columns import column
from statera.analysis.experiments.responses import responses
from tests.analysis.experiments.made import NOW, design, reports, units


def test_shares_of_means_by_arm_and_no_share_without_units() -> None:
    number = np.array([1, 0, 2, 1])
    found = units([0, 0, 0, 1], {"solved": reports(number, number), "complaint": reports(number)})
    columns = [column(design(), found, name, now=NOW) for name in found.outcomes]
    assert responses(columns, found.arm, ("base", "warm", "cold")) == {
        "solved": {"base": pytest.approx(2 / 3), "warm": 1.0}
    }
