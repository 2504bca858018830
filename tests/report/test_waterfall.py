from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.report.waterfall import Step, axis_of, step_row, steps

CHANGES = [Step(0, -0.05, -0.08, -0.02), Step(0, 0.0), Step(0, 0.03), Step(0, -0.01)]


def test_each_step_starts_where_the_last_one_ended() -> None:
    rows = steps(0.80, CHANGES, 0.77)
    assert [row.start for row in rows[1:-1]] == pytest.approx([r.level for r in rows[:-2]])
    assert rows[-2].level == pytest.approx(rows[-1].level)


@given(st.lists(st.floats(-0.1, 0.1), min_size=1, max_size=6))
def test_the_last_step_ends_at_the_sum(changes: list[float]) -> None:
    rows = steps(0.5, [Step(0, change) for change in changes], 0.5 + sum(changes))
    assert rows[-2].level == pytest.approx(rows[-1].level)


def test_the_axis_covers_intervals_as_well() -> None:
    axis = axis_of(steps(0.80, CHANGES, 0.77))
    assert axis.low <= 0.72
    assert axis.high >= 0.80


@pytest.mark.parametrize(("change", "style"), [(-0.1, "loss"), (0.1, "gain")])
def test_loss_and_gain_differ_in_more_than_colour(change: float, style: str) -> None:
    rows = steps(0.5, [Step(0, change)], 0.5 + change)
    read = ElementTree.fromstring(step_row(rows[1], axis_of(rows), title="t"))
    (rect,) = read.iter("rect")
    assert rect.get("class") == style


def test_a_step_without_an_interval_has_no_whisker() -> None:
    rows = steps(0.80, CHANGES, 0.77)
    axis = axis_of(rows)
    assert "whisker" in step_row(rows[1], axis, title="t")
    assert "whisker" not in step_row(rows[3], axis, title="t")


def test_the_last_row_has_no_thread_to_a_next_one() -> None:
    rows = steps(0.5, [], 0.5)
    assert "thread" in step_row(rows[0], axis_of(rows), title="t")
    assert "thread" not in step_row(rows[-1], axis_of(rows), title="t", last=True)
