import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from statera.store.live.grouping import Exposed, Reported, rows
from statera.store.live.joining import Earlier, earlier, joined, units
from statera.store.live.wanted import WantedOutcome

WINDOW, HISTORY = 4.0, 3.0
REPORTS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 12), st.integers(-1, 2)), max_size=40
)  # decision, time, value

# Decisions 0 to 3 are of this experiment, 5 and 6 of others, 4 and 7 of nobody.
UNIT = np.array([10, 10, 11, 12])
EXPOSED = Exposed(np.arange(4), UNIT, np.array([5.0, 6.0, 4.0, 3.0]), np.zeros(4, int), UNIT)
UNITS = units(EXPOSED, rows(EXPOSED, np.array([0, 0, 1, -1])))  # unit 12 is a tester
HISTORY_OF = earlier(UNITS, np.array([6, 5, 5]), np.array([11, 10, 99]), HISTORY)
ROWS = {11: 0, 10: 1}
OF = {0: 10, 1: 10, 2: 11, 5: 10, 6: 11}
FIRST = {10: 5.0, 11: 4.0}


def naive(kind: str, given: list[tuple[int, float, float]]) -> tuple[list[float], list[int]]:
    total, number = [0.0, 0.0], [0, 0]
    last: dict[int, tuple[float, float]] = {}
    for decision, at, value in given:
        row = ROWS[OF[decision]]
        if kind == "event" and value > 0:
            total[row], number[row] = 1.0, number[row] + 1
        elif kind == "total":
            total[row], number[row] = total[row] + value, number[row] + 1
        elif kind == "mean":
            last[decision] = max(last.get(decision, (at, value)), (at, value))
    for decision, (_, value) in last.items():
        row = ROWS[OF[decision]]
        total[row], number[row] = total[row] + value, number[row] + 1
    return total, number


@given(REPORTS, st.sampled_from(["event", "mean", "total"]))
def test_reports_are_joined_as_a_plain_loop_would(
    made: list[tuple[int, int, int]], kind: str
) -> None:
    decision, at, value = (np.array([one[i] for one in made], int) for i in range(3))
    outcome = WantedOutcome(kind, "feedback", WINDOW, 0.0, None)  # type: ignore[arg-type]
    reports = Reported(decision, at.astype(float), value.astype(float))
    found = joined(UNITS, outcome, reports, HISTORY_OF)
    good = [(d, float(a), float(v)) for d, a, v in made if v >= 0]
    own = [one for one in good if one[0] in (0, 1, 2)]
    past = [one for one in good if one[0] in (5, 6)]
    end = {d: FIRST[OF[d]] + WINDOW for d in (0, 1, 2)}
    expected = [
        *naive(kind, [one for one in own if one[1] <= end[one[0]]]),
        *naive(kind, [one for one in own if one[1] > end[one[0]]]),
        *naive(kind, [(d, a, v) for d, a, v in past if 0 < FIRST[OF[d]] - a <= HISTORY]),
    ]
    assert [part.tolist() for part in found.sums] == expected
    assert sorted(found.strays.tolist()) == sorted(d for d, _, _ in made if d > 3)
    assert found.out_of_time == sum(d == 3 for d, _, _ in good)
    assert found.out_of_bounds == sum(v < 0 and d <= 3 for d, _, v in made)


def test_history_knows_the_row_of_each_unit() -> None:
    assert HISTORY_OF.decision.tolist() == [5, 6]
    assert HISTORY_OF.row.tolist() == [1, 0]
    assert isinstance(HISTORY_OF, Earlier)


def test_without_a_window_only_first_exposures_count() -> None:
    outcome = WantedOutcome("mean", "answer", 0.0)
    reports = Reported(np.array([0, 1, 2]), np.array([50.0, 6.0, 1.0]), np.array([1.0, 2.0, 4.0]))
    sums = joined(UNITS, outcome, reports, None).sums
    assert [part.tolist() for part in sums] == [[4.0, 1.0], [1, 1], *[[0, 0]] * 4]
