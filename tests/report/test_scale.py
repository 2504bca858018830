import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.report.scale import scale


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_the_axis_covers_all_and_ticks_are_few_and_even(values: list[float]) -> None:
    axis = scale(values)
    slack = 1e-6 * max(1.0, abs(axis.low), abs(axis.high))
    assert axis.low <= min(values) + slack
    assert axis.high >= max(values) - slack
    assert 2 <= len(axis.ticks) <= 7
    steps = [b - a for a, b in zip(axis.ticks, axis.ticks[1:], strict=False)]
    assert max(steps) - min(steps) < slack
    assert [axis.at(t) for t in (axis.low, axis.high)] == [0.0, 100.0]
    assert len({axis.label(t) for t in axis.ticks}) == len(axis.ticks)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0.5, 0.9], ["0.5", "0.6", "0.7", "0.8", "0.9"]),
        ([-0.031, 0.012], ["−0.04", "−0.03", "−0.02", "−0.01", "0", "0.01", "0.02"]),
        ([0.0, 1.0], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([None, float("nan"), float("inf")], ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ],
)
def test_ticks_are_round(values: list[float | None], labels: list[str]) -> None:
    axis = scale(values)
    assert [axis.label(tick) for tick in axis.ticks] == labels


def test_one_value_has_an_axis_too_and_places_do_not_leave_it() -> None:
    axis = scale([0.5])
    assert axis.low < 0.5 < axis.high
    assert (axis.at(-9), axis.at(9)) == (0.0, 100.0)
