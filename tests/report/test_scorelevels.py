import msgspec

from statera.report.scorecard import Figure, Line, Part, Scorecard
from statera.report.scorelevels import levels


def figure(metric: str, estimate: float | None, why: str = "") -> Figure:
    ends = (None, None) if estimate is None or why else (estimate - 0.1, estimate + 0.1)
    return Figure(
        metric=metric,
        estimate=estimate,
        low=ends[0],
        high=ends[1],
        level=0.95,
        n=1200,
        higher_is_better=False,
        why=why,
    )


def test_a_line_is_set_in_words() -> None:
    line = Line(
        figure=figure("t/over_refusal_full", 0.25),
        counter=figure("t/unsafe_compliance", None, "not measured"),
        threshold="< 0.3",
        verdict="inconclusive",
    )
    part = Part(level="alignment", question="Harmless?", lines=(line,))
    (table,) = levels(Scorecard(parts=(part,)))
    (set_,) = table.lines
    assert table.ruled
    assert set_.metric == "t/over_refusal_full ↓"
    assert (set_.value, set_.n) == ("0.250 (0.150 to 0.350)", "1,200")
    assert (set_.counter, set_.counter_value) == ("unsafe_compliance", "not measured")
    assert (set_.threshold, set_.verdict, set_.sign) == ("< 0.3", "inconclusive", "?")


def test_a_level_without_lines_and_an_estimate_without_an_interval() -> None:
    bare = Line(figure=figure("t/a", 0.5, "fewer than 8 clusters"))
    parts = (
        Part(level="quality", question="Good?"),
        Part(level="value", question="Helps?", lines=(bare,)),
    )
    empty, told = levels(Scorecard(parts=parts))
    assert (empty.lines, empty.ruled, told.ruled) == ((), False, False)
    assert told.lines[0].value == "0.500 (no interval: fewer than 8 clusters)"


def test_a_mark_is_set_beside_the_name() -> None:
    cold = msgspec.structs.replace(figure("t/flips@3", 0.25), marks=("temperature 0",))
    part = Part(level="reliability", question="Every time?", lines=(Line(figure=cold),))
    (table,) = levels(Scorecard(parts=(part,)))
    assert table.lines[0].metric == "t/flips@3 ↓, at temperature 0"
