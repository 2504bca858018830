import msgspec
import pytest

from statera.analysis.comparison import ComparisonRow
from statera.analysis.measure import MetricRow
from statera.report.forest import Limit
from statera.report.lines import Both, Key, Limits, Line, change_mark, level_mark, limits, line
from statera.report.scale import scale
from tests.report.made import rule, ruling

KEY = Key("t/accuracy", None)
OWN = MetricRow(
    metric="t/accuracy",
    category=None,
    estimate=0.82,
    low=0.78,
    high=0.85,
    level=0.95,
    method="Wilson",
    n=500,
    clusters=500,
    outcomes={},
)
PAIR = ComparisonRow(
    metric="t/accuracy",
    category=None,
    n=500,
    clusters=500,
    base=0.80,
    candidate=0.82,
    difference=0.02,
    low=-0.01,
    high=0.05,
    level=0.95,
    method="score",
    source="",
    test="exact",
    p=0.2,
    p_adjusted=0.4,
    wins=30,
    losses=20,
    ties=450,
    worst=None,
    best=None,
    unscored=0,
    paired=True,
    higher_is_better=True,
)
NONE = Limits({}, {})


def set_line(both: Both, held: Limits = NONE) -> Line:
    level = level_mark(both, held)
    change = change_mark(both, held) if both.change is not None else None
    axes = scale(level.numbers), scale(() if change is None else change.numbers)
    return line(both, "accuracy", (level, axes[0]), (change, axes[1]))


def test_a_line_has_the_estimate_and_the_difference_with_their_intervals() -> None:
    found = set_line(Both(KEY, OWN, None, PAIR))
    assert (found.estimate, found.bounds, found.n) == ("0.820", "0.780 to 0.850", "500")
    assert (found.difference, found.change_bounds) == ("+0.020", "−0.010 to +0.050")
    assert found.counted == "30/20/450 · p 0.4000"
    assert "accuracy: 0.820 0.780 to 0.850; base 0.800" in found.level


def test_without_an_interval_the_reason_stands_in_its_place() -> None:
    bare = msgspec.structs.replace(OWN, low=None, high=None, method="fewer than 8 clusters")
    pair = msgspec.structs.replace(PAIR, low=None, high=None, method="one item")
    found = set_line(Both(KEY, bare, None, pair))
    assert found.bounds == "no interval: fewer than 8 clusters"
    assert found.change_bounds == "no interval: one item"


def test_what_failed_trials_may_hide_is_said_of_the_whole_task() -> None:
    pair = msgspec.structs.replace(PAIR, worst=-0.03, best=0.06, unscored=4, paired=False)
    said = set_line(Both(KEY, OWN, None, pair)).counted
    assert said.startswith("unpaired · 30/20/450 · p 0.4000")
    assert said.endswith("4 left out · −0.030 to +0.060 with infra errors")
    narrow = msgspec.structs.replace(pair, category="c")
    assert "infra" not in set_line(Both(Key("t/accuracy", "c"), OWN, None, narrow)).counted


def test_what_the_candidate_lacks_is_missing_and_not_zero() -> None:
    gone = msgspec.structs.replace(
        PAIR, n=0, clusters=0, candidate=None, base=None, difference=None
    )
    found = set_line(Both(KEY, None, OWN, gone))
    assert found.missing
    assert (found.estimate, found.n, found.difference) == ("missing", "0", "none")
    assert "base-mark" in found.level


def test_the_limit_is_told_as_well_as_drawn() -> None:
    held = Limits({KEY: Limit(0.55, "above")}, {KEY: Limit(-0.02, "above")})
    found = set_line(Both(KEY, OWN, None, PAIR), held)
    assert "has to be above 0.550" in found.level
    assert "has to be above −0.020" in (found.change or "")


@pytest.mark.parametrize(("form", "place"), [("min", 0), ("max", 0), ("baseline", 1)])
def test_limits_go_where_the_rule_reads(form: str, place: int) -> None:
    found = limits(ruling([rule("pass", form=form, limit=0.5)]))
    assert found[place] == {KEY: Limit(0.5, "above")}
    assert found[1 - place] == {}


def test_an_anchor_is_no_limit_of_this_comparison() -> None:
    assert limits(ruling([rule("pass", form="anchor")])) == ({}, {})
    assert limits(None) == ({}, {})
