import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.analysis.experiments.analysis import View, analysed
from statera.analysis.experiments.result import Result
from statera.analysis.experiments.units import Units, chosen
from statera.experiment.design import Design
from statera.records.live import Aside
from tests.analysis.experiments.made import NOW, codes, design, drawn, first, reports

PLAN = design(guardrails=[{"outcome": "complaint", "margin": 0.01}])
PLAIN = View(detail=False)


def result(
    found: Units, plan: Design = PLAN, *, aside: Aside | None = None, view: View | None = None
) -> Result:
    return analysed(plan, found, aside or Aside(), now=NOW, view=view)


def test_a_planted_effect_without_harm_passes() -> None:
    found = result(drawn(1, 12_000, rates=(0.5, 0.57)))
    assert found.verdict == "pass"
    assert len(found.reasons) == 2
    assert (found.closed, found.exposed) == (12_000, 12_000)
    assert found.responses == {"solved": {"base": 1.0, "warm": 1.0}}
    assert found.path[0].points[-1].units == 12_000
    assert found.next_look is None


def test_a_planted_breach_fails_whatever_the_primary_says() -> None:
    found = result(drawn(2, 12_000, rates=(0.5, 0.6), complaints=(0.01, 0.06)))
    assert found.verdict == "fail"
    assert found.reasons[0].startswith("complaint: surely worse by more than the margin of 0.01")
    assert found.primary[0].standing == "better"


def test_a_planted_loss_of_units_voids_the_result_and_says_where_it_sits() -> None:
    seen = drawn(3, 12_000, rates=(0.5, 0.6))
    rng = np.random.default_rng(33)
    seen = seen._replace(segments={"platform": codes(rng.integers(0, 2, 12_000), ("ios", "pc"))})
    lost = (seen.arm == 1) & (seen.segments["platform"].codes == 0) & (rng.random(12_000) < 0.3)
    faults = Aside(faults={"warm": 900, "base": 9}, exposures={"warm": 6_000, "base": 6_000})
    found = result(chosen(seen, ~lost), aside=faults)
    assert found.verdict == "inconclusive"
    assert found.ratio.failed
    assert any("platform=ios" in line for line in found.reasons)
    assert any("faults" in line for line in found.reasons)
    assert {each.standing for each in (*found.primary, *found.guardrails)} == {"void"}
    assert all(each.low is None and each.why for each in found.primary)
    assert found.segments == ()
    assert found.path == ()


def test_planted_servility_is_warned_of() -> None:
    seen = drawn(4, 8_000, rates=(0.5, 0.6), complaints=(0.02, 0.06))
    seen = seen._replace(outcomes={**seen.outcomes, "thumb": seen.outcomes["solved"]})
    assert any("servility" in line for line in result(seen).warnings)


def test_no_difference_is_no_answer() -> None:
    found = result(drawn(5, 3_000))
    assert found.verdict == "inconclusive"
    assert found.reasons[0].startswith("solved: not surely better, worse, or below the minimum")


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6))
def test_late_reports_and_other_views_never_move_the_decision(seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = drawn(6, 4_000, rates=(0.5, 0.58))
    late = {
        name: each._replace(late=rng.random(4_000) * 9, late_number=rng.integers(1, 9, 4_000))
        for name, each in seen.outcomes.items()
    }
    before, after = result(seen), result(seen._replace(outcomes=late), view=View(prior=0.1))
    assert after.late
    assert after.late[0].value != before.primary[0].value
    assert (after.verdict, after.reasons) == (before.verdict, before.reasons)
    assert (after.primary, after.guardrails) == (before.primary, before.guardrails)


@settings(max_examples=10)
@given(count=st.integers(100, 6_000))
def test_a_run_that_is_cut_anywhere_comes_to_the_same(count: int) -> None:
    """Whatever was decided by then stays, and nothing is decided earlier by looking."""
    seen = drawn(7, 6_000, rates=(0.5, 0.6), complaints=(0.01, 0.05))
    whole, early = result(seen, view=PLAIN), result(first(seen, count), view=PLAIN)
    for late, now in zip(
        (*whole.primary, *whole.guardrails), (*early.primary, *early.guardrails), strict=True
    ):
        assert late.decided_at is not None
        assert (now.decided_at == late.decided_at) == (count >= late.decided_at)


def test_history_is_used_where_the_design_names_it_or_the_view_asks() -> None:
    seen = drawn(8, 2_000)
    known = seen.outcomes["solved"]._replace(
        before=seen.outcomes["solved"].total, before_number=np.ones(2_000)
    )
    seen = seen._replace(outcomes={**seen.outcomes, "solved": known})
    plain, asked = result(seen, view=PLAIN), result(seen, view=View(cuped=True, detail=False))
    named = result(seen, design(history="30d"), view=PLAIN)
    assert float(asked.primary[0].error or 9) < float(plain.primary[0].error or 0) / 3
    assert named.primary == asked.primary
    refused = result(seen, design(history="30d"), view=View(cuped=False, detail=False))
    assert refused.primary == plain.primary


def test_the_bayesian_view_is_an_option_and_turned_to_what_is_better() -> None:
    seen = drawn(9, 4_000, rates=(0.55, 0.5))
    assert result(seen).bayes == ()
    (higher,) = result(seen, view=View(prior=0.05)).bayes
    assert higher.better < 0.1
    assert higher.low < higher.mean < 0 < higher.loss
    plan = design(primary={"outcome": "duration", "minimum": 0.01}, prior=0.05)
    (lower,) = result(seen._replace(outcomes={"duration": seen.outcomes["solved"]}), plan).bayes
    assert lower.better == pytest.approx(1 - higher.better)
    assert lower.mean == pytest.approx(higher.mean)
    assert lower.loss < higher.loss


def test_group_sequential_says_when_the_next_look_is() -> None:
    plan = design(analysis="group-sequential", planned=1_000, looks=4)
    assert [result(first(drawn(1, 1_000), n), plan).next_look for n in (0, 250, 999, 1_000)] == [
        250, 500, 1_000, None,
    ]  # fmt: skip
    assert result(first(drawn(1, 1_000), 100), plan).novelty == ()


def test_requests_of_users_have_a_view_within_users() -> None:
    unit = {"kind": "request", "cluster": "x-user"}
    seen = drawn(1, 1_000)._replace(cluster=np.arange(1_000) // 4)
    assert result(seen).within == ()
    assert result(seen, design(unit=unit)).within[0].base.units > 200


def test_what_the_design_does_not_know_is_left_out_with_a_line() -> None:
    seen = drawn(1, 300, rates=(0.5, 0.5, 0.5))
    found = result(seen)
    assert found.exposed == int((seen.arm < 2).sum())
    assert "the design lacks" in found.warnings[0]


def test_no_units_at_all() -> None:
    found = result(first(drawn(1, 10), 0))
    assert found.verdict == "inconclusive"
    assert found.reasons[0].endswith("(no unit has closed yet)")
    assert (found.primary[0].value, found.path[0].points) == (None, ())


def test_an_outcome_that_the_units_lack_is_an_error() -> None:
    seen = drawn(1, 10)
    with pytest.raises(KeyError, match="complaint"):
        result(seen._replace(outcomes={"solved": reports(np.ones(10))}))


def test_the_sides_of_two_equal_arms_are_what_a_hand_counts() -> None:
    seen = drawn(10, 500)
    found = result(seen).primary[0]
    for side, arm in ((found.base, 0), (found.candidate, 1)):
        assert side.units == int((seen.arm == arm).sum())
        assert side.value == pytest.approx(
            float(seen.outcomes["solved"].total[seen.arm == arm].mean())
        )
    assert msgspec.structs.asdict(found)["outcome"] == "solved"


def test_an_arm_that_silences_who_is_not_served_does_not_pass() -> None:
    """Both arms solve half; in one, half of those it does not serve say nothing."""
    seen = drawn(8, 4_000)
    solved = seen.outcomes["solved"].total
    silent = (seen.arm == 1) & (solved == 0) & (np.arange(4_000) % 2 == 0)
    outcomes = {**seen.outcomes, "solved": reports(solved, ~silent)}
    found = result(seen._replace(outcomes=outcomes))
    assert found.primary[0].standing == "better"
    assert found.verdict == "inconclusive"
    assert any("its mean is over different people" in line for line in found.reasons)
