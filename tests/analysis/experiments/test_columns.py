import numpy as np
import pytest

from statera.analysis.experiments.columns import WAIT, closed, column, history, known
from tests.analysis.experiments.made import DAY, START, design, reports, units

EVENTS = reports([1, 0, 0, 2], [1, 0, 1, 2])


def test_units_close_when_their_window_has_passed() -> None:
    found = units([0, 1, 0, 1], {"solved": EVENTS})
    assert closed(design(), found, "solved", now=START + DAY - 1) == 0
    assert closed(design(), found, "solved", now=START + DAY) == 1
    assert closed(design(), found, "solved", now=START + DAY + 120) == 3
    assert closed(design(window="1h"), found, "solved", now=START + DAY) == 4


def test_each_outcome_has_its_own_window() -> None:
    own = design(outcomes={"solved": {"window": "2d"}})
    found = units([0, 1], {"solved": reports([1, 0]), "complaint": reports([0, 0])})
    assert closed(own, found, "solved", now=START + 1.5 * DAY) == 0
    assert closed(own, found, "complaint", now=START + 1.5 * DAY) == 2


def test_an_awaited_answer_holds_up_what_came_after_it_but_not_for_ever() -> None:
    quick = design(outcomes={"latency": {"source": "answer", "better": "lower", "window": "0s"}})
    found = units(
        [0, 1, 0],
        {"latency": reports([1, 0, 1], [1, 0, 1])},
        first=START + np.array([0.0, 1.0, 2.0]),
        answered=np.array([True, False, True]),
    )
    assert closed(quick, found, "latency", now=START + 10) == 1
    assert closed(quick, found, "latency", now=START + 1 + WAIT) == 3
    seen = column(quick, found, "latency", now=START + 100)
    assert seen.single
    assert seen.reported.tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("kind", "total", "number"),
    [
        ("event", [1, 0, 0, 1], [1, 1, 1, 1]),
        ("total", [1, 0, 0, 2], [1, 1, 1, 1]),
        ("mean", [1, 0, 0, 2], [1, 0, 1, 2]),
    ],
)
def test_what_a_unit_counts_for(kind: str, total: list[int], number: list[int]) -> None:
    found = units([0, 1, 0, 1], {"own": EVENTS})
    own = design(outcomes={"own": {"kind": kind}}, primary={"outcome": "own", "minimum": 1.0})
    seen = column(own, found, "own", now=START + 9 * DAY)
    assert seen.total.tolist() == total
    assert seen.number.tolist() == number
    assert seen.reported.tolist() == [True, False, True, True]
    assert (seen.bounds, seen.sign, seen.closed) == (None, 1, 4)


def test_late_reports_are_added_only_where_asked_for() -> None:
    late = reports([1, 0], [1, 0], late=np.array([0.0, 1.0]), late_number=np.array([0.0, 1.0]))
    found = units([0, 1], {"solved": late})
    assert column(design(), found, "solved", now=START + 9 * DAY).total.tolist() == [1, 0]
    added = column(design(), found, "solved", now=START + 9 * DAY, late=True)
    assert (added.total.tolist(), added.number.tolist()) == ([1, 1], [1, 1])


def test_history_is_in_the_outcomes_unit_and_unknown_is_no_value() -> None:
    past = reports([0, 0, 0], before=np.array([3.0, 0, 0]), before_number=np.array([4.0, 2, 0]))
    for kind, values in (("mean", [0.75, 0, 0]), ("event", [1, 0, 0]), ("total", [3, 0, 0])):
        before, there = history(past, kind, 3)  # type: ignore[arg-type]
        assert before.tolist() == values
        assert there.tolist() == [True, True, False]


def test_units_of_arms_that_an_edited_design_lacks_are_left_out() -> None:
    found = known(design(), units([0, 2, 1], {"solved": reports([1, 0, 1])}))
    assert found.foreign == 1
    assert found.units.outcomes["solved"].total.tolist() == [1, 1]
    assert known(design(), found.units).units is found.units
