import numpy as np

from statera.analysis.experiments.units import chosen
from tests.analysis.experiments.made import codes, reports, units


def test_some_units_keep_all_that_belongs_to_them() -> None:
    found = units(
        [0, 1, 1],
        {"solved": reports([1, 0, 1], late=np.array([0.0, 0, 7]))},
        segments={"platform": codes([0, -1, 1], ("ios", "android"))},
    )
    last = chosen(found, np.array([False, False, True]))
    assert last.arm.tolist() == [1]
    assert last.unit.tolist() == [2]
    assert last.outcomes["solved"].late.tolist() == [7]
    assert last.segments["platform"].codes.tolist() == [1]
    assert last.segments["platform"].values == ("ios", "android")
    assert chosen(found, np.array([2, 0])).first.tolist() == found.first[[2, 0]].tolist()
