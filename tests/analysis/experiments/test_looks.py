import numpy as np
import pytest

from statera.analysis.experiments.looks import every_look, first, open_looks, planned_looks


def test_the_grid_is_counts_of_units_and_now_decides_only_on_it() -> None:
    found = open_looks(117)
    assert found.counts.tolist() == [100, 105, 111, 116, 117]
    assert found.decides.tolist() == [True] * 4 + [False]
    assert open_looks(116).decides.all()
    assert open_looks(7).decides.tolist() == [False]
    assert not len(open_looks(0).counts)


@pytest.mark.parametrize("count", [99, 100, 101, 2_384, 10_000])
def test_a_later_reader_sees_the_same_looks(count: int) -> None:
    early, late = open_looks(count), open_looks(3 * count)
    kept = early.counts[early.decides]
    assert late.counts[: len(kept)].tolist() == kept.tolist()


def test_planned_looks_are_at_exact_counts() -> None:
    assert every_look(planned=1003, looks=4).tolist() == [251, 502, 753, 1003]
    assert planned_looks(752, planned=1003, looks=4).counts.tolist() == [251, 502]
    assert planned_looks(9_999, planned=1003, looks=4).counts.tolist() == [251, 502, 753, 1003]
    assert every_look(planned=3, looks=50).tolist() == [1, 2, 3]


def test_the_first_crossing() -> None:
    assert first(np.array([False, True, True])) == 1
    assert first(np.zeros(3, bool)) is None


def test_the_planned_end_decides_and_moves_no_look() -> None:
    found = open_looks(130, planned=120)
    assert found.counts.tolist() == [100, 105, 111, 116, 120, 122, 128, 130]
    assert found.decides.tolist() == [True] * 7 + [False]
    assert open_looks(119, planned=120).counts.tolist() == open_looks(119).counts.tolist()
    assert open_looks(120, planned=120).decides.all()
