import numpy as np
import pytest

from statera.analysis.experiments.guardrails import breaches, guarded
from statera.analysis.experiments.result import Contrast
from statera.analysis.experiments.units import Units
from statera.experiment.design import Design
from tests.analysis.experiments.made import NOW, design, drawn, first, reports, units

COMPLAINT = {"outcome": "complaint", "margin": 0.01}
PLAN = design(guardrails=[COMPLAINT])


def only(plan: Design, found: Units) -> Contrast:
    (contrast,) = guarded(plan, found, now=NOW)
    return contrast


def test_a_planted_breach_is_found_and_stays() -> None:
    found = drawn(1, 6_000, complaints=(0.01, 0.08))
    contrast = only(PLAN, found)
    assert contrast.standing == "breached"
    assert contrast.decided_at is not None
    assert breaches(PLAN, found, now=NOW) == (contrast,)
    assert not breaches(PLAN, first(found, contrast.decided_at - 1), now=NOW)
    assert breaches(PLAN, first(found, contrast.decided_at), now=NOW)
    assert "betting" in contrast.method


def test_rare_events_show_that_nothing_is_worse_without_a_burn_in() -> None:
    arm = np.arange(6_000) % 2
    contrast = only(PLAN, units(arm, {"complaint": reports(np.zeros(6_000), np.zeros(6_000))}))
    assert contrast.standing == "not_worse"
    assert contrast.value == 0
    assert contrast.high is not None
    assert contrast.high < 0.01


def test_worse_within_the_margin_is_said_as_it_is() -> None:
    plan = design(guardrails=[{"outcome": "complaint", "margin": 0.07}])
    contrast = only(plan, drawn(2, 4_000, complaints=(0.01, 0.08)))
    assert contrast.standing == "worse"
    assert contrast.low is not None
    assert 0 < contrast.low < 0.07


def test_where_higher_is_better_worse_is_lower() -> None:
    found = drawn(3, 6_000, complaints=(0.30, 0.10))
    found = found._replace(outcomes={"returned": found.outcomes["complaint"]})
    plan = design(guardrails=[{"outcome": "returned", "margin": 0.05}])
    contrast = only(plan, found)
    assert contrast.standing == "breached"
    assert contrast.high is not None
    assert contrast.high < -0.05


def test_a_mean_has_the_bounds_of_a_confidence_sequence() -> None:
    rng = np.random.default_rng(4)
    arm = rng.integers(0, 2, 4_000)
    found = units(arm, {"latency": reports(rng.gamma(4, 0.25 * (1 + arm)))})
    plan = design(guardrails=[{"outcome": "latency", "margin": 0.5}])
    contrast = only(plan, found)
    assert contrast.standing == "breached"
    assert "asymptotic" in contrast.method


def test_a_bounded_answer_is_exact_in_its_own_unit() -> None:
    rng = np.random.default_rng(5)
    arm = rng.integers(0, 2, 3_000)
    score = {"source": "score", "better": "lower", "low": 0, "high": 10, "window": "0s"}
    plan = design(outcomes={"harm": score}, guardrails=[{"outcome": "harm", "margin": 1.0}])
    values = 10 * (rng.random(3_000) < 0.1 + 0.4 * arm)
    contrast = only(plan, units(arm, {"harm": reports(values)}))
    assert "betting" in contrast.method
    assert contrast.low is not None
    assert contrast.high is not None
    assert 1 < contrast.low < float(contrast.value or 0) < contrast.high < 6


def test_stops_are_corrected_for_their_number_and_passes_for_the_arms() -> None:
    arms = [{"name": name, "weight": 1 / 3} for name in ("base", "one", "two")]
    plan = design(arms=arms, guardrails=[COMPLAINT, {"outcome": "harm_report", "margin": 0.01}])
    found = drawn(6, 3_000, rates=(0.5, 0.5, 0.5))
    found.outcomes["harm_report"] = found.outcomes["complaint"]
    contrasts = guarded(plan, found, now=NOW)
    assert [(each.outcome, each.arm) for each in contrasts] == [
        ("complaint", "one"), ("complaint", "two"), ("harm_report", "one"), ("harm_report", "two"),
    ]  # fmt: skip
    assert all(each.level == pytest.approx(0.975) for each in contrasts)
    assert contrasts[0].adjusted == "a breach at alpha over 4 (0.0125), not worse at 0.025"


def test_shares_are_the_designs_in_each_slice() -> None:
    """Few in the arm at first, half later, and events that become rarer: pooled it looks good."""
    rng = np.random.default_rng(7)
    part = np.repeat([0, 1], 3_000)
    arm = (rng.random(6_000) < np.where(part == 0, 0.1, 0.5)).astype(int)
    event = (rng.random(6_000) < np.where(part == 0, 0.5, 0.05)).astype(float)
    ramp = [
        {"at": "2026-10-01T00:00:00Z", "traffic": 0.5, "weights": {"base": 0.9, "warm": 0.1}},
        {"at": "2026-10-02T00:00:00Z", "traffic": 1.0},
    ]
    contrast = only(
        design(guardrails=[COMPLAINT], ramp=ramp),
        units(arm, {"complaint": reports(event, event)}, slice=part),
    )
    assert contrast.standing == "open"
    assert abs(float(contrast.value or 9)) < 0.05


def test_units_that_have_not_closed_are_not_read() -> None:
    found = drawn(8, 6_000, complaints=(0.01, 0.2))
    assert not breaches(PLAN, found, now=float(found.first[0]) + 86_400)
    assert not breaches(PLAN, first(found, 0), now=NOW)


def test_what_was_not_worse_early_and_is_worse_later_is_open() -> None:
    plan = design(guardrails=[{"outcome": "complaint", "margin": 0.1}])
    early = drawn(6, 800, complaints=(0.5, 0.1))
    late = drawn(7, 8_000, complaints=(0.2, 0.32))
    harm = np.concatenate([each.outcomes["complaint"].total for each in (early, late)])
    found = units(np.concatenate([early.arm, late.arm]), {"complaint": reports(harm, harm)})
    assert only(plan, first(found, 800)).standing == "not_worse"
    contrast = only(plan, found)
    assert (contrast.standing, contrast.decided_at) == ("open", None)
    assert "exclude each other" in contrast.why
    assert 0 < float(contrast.low or 0) < float(contrast.high or 0)


@pytest.mark.parametrize(
    ("errors", "standing"), [((0.0, 0.0), "not_worse"), ((0.0, 1.0), "breached")]
)
def test_errors_decide_where_there_are_none_or_nothing_else(
    errors: tuple[float, float], standing: str
) -> None:
    arm = np.arange(4_000) % 2
    answers = 1.0 + np.arange(4_000) % 3
    found = units(arm, {"error": reports(answers * np.asarray(errors)[arm], answers)})
    contrast = only(design(guardrails=[{"outcome": "error", "margin": 0.05}]), found)
    assert contrast.standing == standing
    assert contrast.value == pytest.approx(errors[1] - errors[0])
    assert contrast.relative is None
