import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.analysis.experiments.columns import column
from statera.analysis.experiments.contrasts import looks_of, primary, read
from statera.analysis.experiments.result import Contrast, Path
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from tests.analysis.experiments.made import NOW, design, drawn, first, reports, units

SEQUENTIAL = design(analysis="group-sequential", planned=2_000, looks=4)


def contrasted(plan: Design, found: Units, arm: int = 1) -> tuple[Contrast, Path]:
    seen = column(plan, found, plan.primary.outcome, now=NOW)

    return primary(plan, read(plan, seen, looks_of(plan, seen.closed), found), arm)


def test_the_difference_by_hand() -> None:
    found = units([0, 1, 0, 1, 0, 1], {"solved": reports([1, 3, 0, 0, 1, 1], [2, 3, 1, 0, 1, 3])})
    contrast, path = contrasted(design(), found)
    assert contrast.base.value == pytest.approx(2 / 4)
    assert contrast.candidate.value == pytest.approx(4 / 6)
    assert contrast.value == pytest.approx(1 / 6)
    assert contrast.relative == pytest.approx(1 / 3)
    assert (contrast.candidate.units, contrast.candidate.reporting) == (3, 2)
    assert (contrast.low, contrast.high, contrast.standing) == (None, None, "open")
    assert "50 units" in contrast.why
    assert [point.units for point in path.points] == [6]


def test_slices_with_other_weights_are_strata() -> None:
    """Pooled, the arm would look worse by 0.3; within each slice there is no difference."""
    arm = np.repeat([0, 1, 0, 1], [900, 100, 500, 500])
    part = np.repeat([0, 0, 1, 1], [900, 100, 500, 500])
    solved = np.where(part == 0, 1.0, 0.0)
    ramp = [{"at": f"2026-10-0{day}T00:00:00Z", "traffic": day / 2} for day in (1, 2)]
    found = units(arm, {"solved": reports(solved)}, slice=part)
    assert contrasted(design(ramp=ramp), found)[0].value == pytest.approx(0)


def test_a_planted_effect_is_found_and_keeps_its_look() -> None:
    found = drawn(1, 20_000, rates=(0.5, 0.56))
    contrast, path = contrasted(design(), found)
    assert contrast.standing == "better"
    assert contrast.decided_at is not None
    before = [point for point in path.points if point.units < contrast.decided_at]
    assert all(point.low is None or point.low <= 0 for point in before)


@pytest.mark.parametrize(
    ("rates", "minimum", "standing"),
    [
        ((0.56, 0.5), 0.02, "worse"),
        ((0.5, 0.5), 0.2, "small"),
        ((0.5, 0.5), 0.02, "open"),
    ],
)
def test_other_answers(rates: tuple[float, ...], minimum: float, standing: str) -> None:
    plan = design(primary={"outcome": "solved", "minimum": minimum})
    assert contrasted(plan, drawn(2, 6_000, rates=rates))[0].standing == standing


def test_where_lower_is_better_an_arm_that_lowers_is_better() -> None:
    plan = design(primary={"outcome": "duration", "minimum": 0.02})
    found = drawn(3, 6_000, rates=(0.6, 0.5))
    found = found._replace(outcomes={"duration": found.outcomes["solved"]})
    contrast, _ = contrasted(plan, found)
    assert contrast.value is not None
    assert contrast.value < 0
    assert contrast.standing == "better"


@pytest.mark.parametrize("plan", [design(), SEQUENTIAL], ids=["sequence", "sequential"])
@settings(max_examples=12)
@given(count=st.integers(100, 4_000))
def test_who_looks_when_changes_nothing(plan: Design, count: int) -> None:
    """The decision after any number of units is what the whole run says of that far."""
    found = drawn(5, 4_000, rates=(0.5, 0.58))
    whole, early = contrasted(plan, found)[0], contrasted(plan, first(found, count))[0]
    assert whole.decided_at is not None
    assert early.decided_at == (whole.decided_at if count >= whole.decided_at else None)
    assert early.standing == (whole.standing if early.decided_at else "open")


def test_between_planned_looks_the_last_ones_numbers_are_shown() -> None:
    found = drawn(6, 3_000)
    at_look, between = (contrasted(SEQUENTIAL, first(found, each))[0] for each in (500, 999))
    assert between == at_look
    assert at_look.base.units + at_look.candidate.units == 500
    early = contrasted(SEQUENTIAL, first(found, 499))[0]
    assert (early.value, early.why) == (None, "the first look is at 500 closed units")


def test_after_the_planned_end_nothing_changes() -> None:
    found = drawn(7, 4_000, rates=(0.5, 0.53))
    assert contrasted(SEQUENTIAL, found) == contrasted(SEQUENTIAL, first(found, 2_000))


@pytest.mark.parametrize("plan", [design(), SEQUENTIAL], ids=["sequence", "sequential"])
def test_relabelled_arms_flip_the_signs(plan: Design) -> None:
    found = drawn(8, 2_000, rates=(0.5, 0.55))
    one, _ = contrasted(plan, found)
    other, _ = contrasted(plan, found._replace(arm=1 - found.arm))
    assert one.low is not None
    assert other.high == pytest.approx(-one.low)
    assert other.value == pytest.approx(-float(one.value or 0))
    assert other.error == pytest.approx(float(one.error or 0))


def test_several_arms_share_alpha_and_each_is_against_the_base() -> None:
    arms = [{"name": name, "weight": 0.25} for name in ("base", "one", "two", "three")]
    plan = design(arms=arms)
    found = drawn(9, 9_000, rates=(0.5, 0.5, 0.5, 0.62))
    contrasts = [contrasted(plan, found, arm)[0] for arm in (1, 2, 3)]
    assert [each.standing for each in contrasts] == ["open", "open", "better"]
    assert all(each.level == pytest.approx(1 - 0.05 / 3) for each in contrasts)
    assert contrasts[2].adjusted == "alpha over 3 arms"
    alone = found._replace(arm=np.where(found.arm == 3, 1, 0))
    assert contrasted(plan, alone)[0].base.units != contrasts[2].base.units


def test_history_narrows_the_interval() -> None:
    rng = np.random.default_rng(10)
    level = rng.normal(size=4_000)
    found = units(
        rng.integers(0, 2, 4_000), {"solved": reports(level + rng.normal(size=4_000) / 4)}
    )
    plan, seen = design(), column(design(), found, "solved", now=NOW)
    looks = looks_of(plan, 4_000)
    plain, _ = primary(plan, read(plan, seen, looks, found), 1)
    narrow, _ = primary(plan, read(plan, seen, looks, found, level[:, None]), 1)
    assert float(narrow.error or 9) < float(plain.error or 0) / 3
    assert "CUPED" in narrow.method
    assert "CUPED" not in plain.method


def test_requests_of_users_who_differ_are_bounded_by_user() -> None:
    """An arm that helps half of the users as much as it harms the others is not surely better."""
    rng = np.random.default_rng(12)
    user = rng.integers(0, 100, 6_000)
    effect = np.where(rng.random(100) < 0.6, 0.45, -0.45)[user]
    arm = rng.integers(0, 2, 6_000)
    found = units(arm, {"solved": reports(rng.random(6_000) < 0.5 + effect * arm)}, cluster=user)
    alone, _ = contrasted(design(), found)
    bound, _ = contrasted(design(unit={"kind": "request", "cluster": "x-user"}), found)
    assert alone.standing == "better"
    assert bound.standing == "open"
    assert bound.value == alone.value
    assert float(bound.error or 0) > 2 * float(alone.error or 9)
    assert "clustered" in bound.method
    few = units(arm, found.outcomes, cluster=user % 40)
    none, _ = contrasted(design(unit={"kind": "request", "cluster": "x-user"}), few)
    assert (none.low, none.high) == (None, None)


def test_a_shadow_says_nothing_of_what_people_report() -> None:
    plan = design(mode="shadow")
    contrast, path = contrasted(plan, drawn(3, 2_000, rates=(0.3, 0.7)))
    assert (contrast.value, contrast.low, contrast.standing) == (None, None, "open")
    assert "nobody is shown the arm" in contrast.why
    assert path.points == ()


def test_an_effect_that_turns_round_is_decided_no_more() -> None:
    """The first look that decided keeps its answer, unless later bounds exclude that answer."""
    early, late = drawn(4, 1_500, rates=(0.4, 0.7)), drawn(5, 8_500, rates=(0.7, 0.4))
    arm = np.concatenate([early.arm, late.arm])
    solved = [each.outcomes["solved"].total for each in (early, late)]
    found = units(arm, {"solved": reports(np.concatenate(solved))})
    assert contrasted(design(), first(found, 1_500))[0].standing == "better"
    contrast, _ = contrasted(design(), found)
    assert (contrast.standing, contrast.decided_at) == ("open", None)
    assert float(contrast.high or 9) < 0
    assert "exclude each other" in contrast.why
