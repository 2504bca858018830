import pytest

from statera.analysis.judgeaudit.figures import Measure, Section, figure, not_measured, worst
from statera.stats.results import Estimate

MEASURE = Measure("flip rate", "pairs", "share of pairs; 0: none flips", 0.0)


def estimate(low: float | None, high: float | None, value: float | None = 0.12) -> Estimate:
    return Estimate(
        value=value, low=low, high=high, level=0.95, method="Wilson", n=98, clusters=90, source="W"
    )


def test_a_figure_carries_all_that_is_known_of_a_number() -> None:
    shown = figure(MEASURE, estimate(0.07, 0.2), n=98, asked=100)
    assert str(shown) == "flip rate 0.120 [0.070, 0.200] 95 %, 98 of 100 pairs"
    assert (shown.clusters, shown.method, shown.source) == (90, "Wilson", "W")
    assert (shown.reads, shown.fair) == ("share of pairs; 0: none flips", 0.0)


def test_what_was_not_asked_for_the_figure_alone_has_no_number_of_asked() -> None:
    assert figure(MEASURE, estimate(0.07, 0.2), n=98).counted == "98 pairs"


def test_a_number_without_an_interval_says_why() -> None:
    told = str(figure(MEASURE, estimate(None, None), n=98))
    assert told == "flip rate 0.120 (no interval: Wilson), 98 pairs"
    none = figure(MEASURE, estimate(None, None, value=None), n=0)
    assert str(none) == "flip rate: none (Wilson), 0 pairs"


@pytest.mark.parametrize(
    ("low", "high", "sides"),
    [
        (0.1, 0.2, (True, False)),
        (-0.2, -0.1, (False, True)),
        (-0.1, 0.1, (False, False)),
        (0.0, 0.1, (False, False)),
        (None, None, (False, False)),
    ],
)
def test_above_and_below_are_sure(
    low: float | None, high: float | None, sides: tuple[bool, bool]
) -> None:
    shown = figure(MEASURE, estimate(low, high), n=98)
    assert (shown.above, shown.below) == sides


def test_without_a_fair_value_nothing_is_above_it() -> None:
    shown = figure(MEASURE._replace(fair=None), estimate(0.1, 0.2), n=98)
    assert not shown.above
    assert not shown.below


def test_the_worst_state_decides() -> None:
    assert worst(["ok", "warning", "not measured"]) == "warning"
    assert worst(["not shown", "void", "ok"]) == "void"
    assert worst(["warning", "not shown"]) == "not shown"
    assert worst(["not measured", "ok"]) == "ok"
    assert worst([]) == "not measured"


def test_a_section_finds_its_figures_by_name() -> None:
    shown = figure(MEASURE, estimate(0.1, 0.2), n=98)
    section = Section(name="position", state="ok", said=(), figures=(shown,))
    assert section.figure("flip rate") is shown
    with pytest.raises(KeyError):
        section.figure("none")


def test_what_is_not_measured_says_why_and_what_would_measure_it() -> None:
    section = not_measured("drift", "no anchors", advice="audit again")
    assert (section.state, section.said, section.advice) == (
        "not measured",
        ("no anchors",),
        "audit again",
    )
