import numpy as np
import pytest

from statera.analysis.experiments.columns import column
from statera.analysis.experiments.units import Units, chosen
from statera.analysis.experiments.views import (
    Scene,
    novelty,
    segmented,
    whole,
    within_users,
)
from statera.experiment.design import Design
from tests.analysis.experiments.made import DAY, NOW, codes, design, drawn, reports, units

PLATFORM = ("ios", "android", "other")


def scene(found: Units, plan: Design | None = None, *, late: bool = False) -> Scene:
    plan = plan or design()
    seen = column(plan, found, "solved", now=2 * NOW, late=late)
    return Scene(plan, seen, found, seen.closed)


def split_by_platform(seed: int, gain: tuple[float, ...], count: int = 9_000) -> Units:
    rng = np.random.default_rng(seed)
    arm, platform = rng.integers(0, 2, count), rng.integers(0, 3, count)
    solved = rng.random(count) < 0.5 + arm * np.asarray(gain)[platform]
    return units(arm, {"solved": reports(solved)}, segments={"platform": codes(platform, PLATFORM)})


def test_an_effect_in_one_segment_is_found_there_and_only_there() -> None:
    found = segmented(scene(split_by_platform(1, (0.2, 0.0, 0.0))))
    assert [(part.name, part.value) for part in found.parts] == [
        ("platform", value) for value in PLATFORM
    ]
    ios, *others = found.parts
    assert ios.contrast.standing == "better"
    assert ios.p is not None
    assert ios.p < 0.001
    assert all(part.contrast.standing == "open" and part.p == 1 for part in others)
    assert found.homogeneity["warm, platform"] < 0.01


def test_the_same_effect_everywhere_is_homogeneous() -> None:
    found = segmented(scene(split_by_platform(2, (0.1, 0.1, 0.1))))
    assert found.homogeneity["warm, platform"] == 1
    assert all(part.contrast.level == pytest.approx(1 - 0.05 / 3) for part in found.parts)


def test_a_segments_value_is_the_contrast_of_its_units() -> None:
    found = split_by_platform(3, (0.1, 0.0, 0.0))
    ios = segmented(scene(found)).parts[0].contrast
    (alone,) = whole(scene(chosen(found, found.segments["platform"].codes == 0)))
    assert (ios.value, ios.error) == pytest.approx((alone.value, alone.error))
    assert ios.candidate.value == pytest.approx(alone.candidate.value)
    assert (ios.base.units, ios.base.reporting) == (alone.base.units, alone.base.reporting)


def test_units_without_a_segment_and_values_without_units_are_left_out() -> None:
    found = drawn(4, 400)
    none = codes(np.where(np.arange(400) < 300, 0, -1), ("ios", "android"))
    (part,) = segmented(scene(found._replace(segments={"platform": none}))).parts
    assert part.contrast.base.units + part.contrast.candidate.units == 300
    assert segmented(scene(found)).parts == ()
    few = codes(np.where(np.arange(400) < 390, 0, 1), ("ios", "android"))
    found_few = segmented(scene(found._replace(segments={"platform": few})))
    assert found_few.parts[1].p is None
    assert found_few.parts[1].contrast.low is None
    assert found_few.homogeneity == {}


@pytest.mark.parametrize(
    ("days", "stretches", "first"),
    [
        (3, 3, "2026-09-21"),
        (10, 10, "2026-09-21"),
        (11, 2, "2026-09-21 to 2026-09-27"),
        (70, 10, "2026-09-21 to 2026-09-27"),
        (71, 6, "2026-09-21 to 2026-10-04"),
    ],
)
def test_cohorts_are_days_or_weeks(days: int, stretches: int, first: str) -> None:
    found = drawn(5, 2_000)
    start = np.floor(found.first[0] / DAY) * DAY
    found = found._replace(first=start + np.arange(2_000) * days * DAY / 2_000)
    parts = novelty(scene(found))
    assert len(parts) == stretches
    assert (parts[0].name, parts[0].value) == ("cohort", first)
    assert sum(part.contrast.base.units + part.contrast.candidate.units for part in parts) == 2_000


def test_a_novelty_that_wears_off_is_seen() -> None:
    rng = np.random.default_rng(6)
    arm, day = rng.integers(0, 2, 8_000), np.repeat(np.arange(4), 2_000)
    solved = rng.random(8_000) < 0.4 + arm * np.array([0.3, 0.1, 0.0, 0.0])[day]
    found = units(arm, {"solved": reports(solved)})
    found = found._replace(first=np.floor(found.first[0] / DAY) * DAY + day * DAY)
    values = [float(part.contrast.value or 0) for part in novelty(scene(found))]
    assert values == pytest.approx([0.3, 0.1, 0.0, 0.0], abs=0.07)


def test_late_reports_are_a_view_of_their_own() -> None:
    found = drawn(7, 1_000)
    late = reports(
        found.outcomes["solved"].total * 0,
        np.zeros(1_000),
        late=found.arm.astype(float),
        late_number=np.ones(1_000),
    )
    (contrast,) = whole(scene(found._replace(outcomes={"solved": late}), late=True))
    assert contrast.value == 1
    (contrast,) = whole(scene(found._replace(outcomes={"solved": late})))
    assert (contrast.value, contrast.low) == (None, None)


def test_users_are_compared_with_themselves() -> None:
    """Users differ far more than arms do: only within users the effect is seen."""
    rng = np.random.default_rng(8)
    user = np.repeat(np.arange(300), 4)
    arm = rng.integers(0, 2, 1_200)
    value = 10 * rng.normal(size=300)[user] + arm + rng.normal(size=1_200)
    found = units(arm, {"solved": reports(value)}, cluster=user)
    (inside,), (plain,) = within_users(scene(found)), whole(scene(found))
    assert inside.standing == "better"
    assert float(inside.value or 0) == pytest.approx(1, abs=0.3)
    assert plain.standing == "open"
    assert "users who saw both arms" in inside.method
    (few,) = within_users(scene(chosen(found, user < 20)))
    assert (few.low, few.high) == (None, None)
    assert few.why
