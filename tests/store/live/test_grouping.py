import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from statera.store.live.grouping import (
    Exposed,
    Reported,
    latest,
    located,
    rows,
    sorted_by_decision,
    summed,
)

NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30)
SMALL = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(-1, 1)), max_size=30
)  # unit, time, arm


@given(NUMBERS, NUMBERS)
def test_numbers_are_located(known: list[int], wanted: list[int]) -> None:
    ordered = sorted(set(known))
    sought = np.array([*wanted, *known[:5]], np.int64)
    places = located(np.array(ordered, np.int64), sought)
    assert places.tolist() == [
        ordered.index(one) if one in ordered else -1 for one in sought.tolist()
    ]


@given(SMALL)
def test_rows_are_the_units_that_saw_one_arm(made: list[tuple[int, int, int]]) -> None:
    unit, at, arm = (np.array([one[i] for one in made], np.int64) for i in range(3))
    zeros = np.zeros(len(made), np.int64)
    exposed = Exposed(np.arange(len(made)), unit, at.astype(float), zeros, unit)
    found = rows(exposed, arm)
    shown: dict[int, list[tuple[int, int, int]]] = {}
    for decision, (one, when, which) in enumerate(made):
        if which >= 0:
            shown.setdefault(one, []).append((when, decision, which))
    plain = {one: min(seen) for one, seen in shown.items() if len({s[2] for s in seen}) == 1}
    expected = sorted(plain, key=lambda one: (plain[one][0], one))
    assert unit[found.leading].tolist() == expected
    assert found.leading.tolist() == [plain[one][1] for one in expected]
    assert found.exposures.tolist() == [len(shown[one]) for one in expected]
    assert found.row.tolist() == [
        expected.index(one) if which >= 0 and one in plain else -1 for one, _, which in made
    ]
    crossed = [min(seen)[2] for one, seen in sorted(shown.items()) if one not in plain]
    assert found.crossed.tolist() == crossed


def test_exposures_are_sorted_whole() -> None:
    exposed = Exposed(
        *(np.array(part) for part in ([3, 1], [30, 10], [0.3, 0.1], [33, 11], [9, 8]))
    )
    assert [part.tolist() for part in sorted_by_decision(exposed)] == [
        [1, 3], [10, 30], [0.1, 0.3], [11, 33], [8, 9],
    ]  # fmt: skip


def test_the_last_report_counts_and_ties_are_the_same_in_any_order() -> None:
    reports = Reported(np.array([1, 1, 2, 1]), np.array([5.0, 7.0, 1.0, 7.0]),
                       np.array([9.0, 0.0, 4.0, 1.0]))  # fmt: skip
    assert sorted(reports.value[latest(reports)].tolist()) == [1.0, 4.0]
    turned = reports.only(np.array([3, 2, 1, 0]))
    assert sorted(turned.value[latest(turned)].tolist()) == [1.0, 4.0]


def test_sums_by_kind() -> None:
    reports = Reported(np.array([1, 1, 2]), np.array([1.0, 2.0, 1.0]), np.array([1.0, 0.0, 3.0]))
    row = np.array([0, 0, 2])
    for kind, total, number in (
        ("event", [1, 0, 1], [1, 0, 1]), ("mean", [0, 0, 3], [1, 0, 1]),
        ("total", [1, 0, 3], [2, 0, 1]),
    ):  # fmt: skip
        sums = summed(kind, reports, row, 3)
        assert [part.tolist() for part in sums] == [total, number]
