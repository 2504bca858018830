"""Planted faults: each is named, and neither another mix nor chance is taken for one."""

import numpy as np
import pytest

from statera.analysis.traffic import Coded
from statera.diagnosis.traffic import TrafficDiagnosis, TrafficTerms, diagnose_traffic
from statera.errors import DeclarationError
from tests.traffic_made import Week, traffic

USUAL = Week()
TERMS = TrafficTerms(margin=0.05)


def _diagnosed(after: Week, *, users: int = 1500, seed: int = 0) -> TrafficDiagnosis:
    return diagnose_traffic(*traffic(USUAL, after, users=users, seed=seed), TERMS)


@pytest.mark.parametrize(
    ("after", "cause", "metric"),
    [
        (USUAL._replace(right=0.75), "capability regression", "solved"),
        (USUAL._replace(willing=0.88), "safety over-correction", "refused"),
        (USUAL._replace(parsed=0.9), "format or extraction", "unparsed"),
        (USUAL._replace(complete=0.93), "longer answers", "truncated"),
        (USUAL._replace(failed=0.04), "reliability", "failed"),
        (USUAL._replace(slow=1.3), "reliability", "slow"),
        (USUAL._replace(harm=0.03), "safety regression", "flagged"),
        (USUAL._replace(quality=0.6), "quality regression", "tone"),
    ],
)
def test_a_planted_fault_is_named_alone(after: Week, cause: str, metric: str) -> None:
    found = _diagnosed(after)
    assert found.answer == "worse"
    assert [(one.cause, one.metric) for one in found.findings] == [(cause, metric)]


def test_safety_comes_first_whatever_its_size() -> None:
    found = _diagnosed(USUAL._replace(right=0.6, willing=0.9, harm=0.03))
    causes = [one.cause for one in found.findings]
    assert causes == ["safety regression", "safety over-correction", "capability regression"]
    points = {one.cause: one.points for one in found.findings}
    assert points["safety regression"] is None
    assert (points["capability regression"] or 0) < (points["safety over-correction"] or 0) < 0


def test_another_mix_is_no_regression() -> None:
    found = _diagnosed(USUAL._replace(hard=0.6))
    assert found.answer == "mix"
    assert [(one.cause, one.metric) for one in found.findings] == [("traffic mix", "solved")]
    assert (found.mix or 0) < -0.04
    assert abs(found.adjusted or 0) < 0.02
    assert (found.raw or 0) == pytest.approx((found.adjusted or 0) + (found.mix or 0))


def test_a_fault_under_another_mix_is_a_fault() -> None:
    found = _diagnosed(USUAL._replace(hard=0.1, right=0.75))
    assert [one.cause for one in found.findings] == ["capability regression"]


def test_without_a_change_alarms_are_rare() -> None:
    found = [_diagnosed(USUAL, users=250, seed=seed) for seed in range(40)]
    assert sum(one.answer in ("worse", "better") for one in found) <= 5
    assert sum(one.answer == "mix" for one in found) <= 5


def test_mix_shifts_alone_raise_no_alarm() -> None:
    shifted = USUAL._replace(hard=0.6)
    found = [_diagnosed(shifted, users=250, seed=seed) for seed in range(20)]
    assert sum(one.answer == "worse" for one in found) <= 3


def test_same_and_better() -> None:
    assert _diagnosed(USUAL, users=4000, seed=1).answer == "same"
    assert _diagnosed(USUAL._replace(right=0.93), users=4000, seed=1).answer == "better"


def test_few_users_or_few_graded_are_inconclusive() -> None:
    found = _diagnosed(USUAL, users=100)
    assert found.answer == "inconclusive"
    few = _diagnosed(USUAL, users=6)
    assert few.answer == "inconclusive"
    assert {one.state for one in few.signals} == {"untold"}
    assert "failed: worth fewer than 8 users a side" in few.caveats


def test_parts_of_one_side_are_left_out_and_told() -> None:
    made, after = traffic(USUAL, USUAL)
    country = made.facts["country"]
    late = np.where(after & (np.arange(len(made)) % 4 == 0), 2, country.codes)
    facts = {**made.facts, "country": Coded(late, ("easy", "hard", "new"))}
    object.__setattr__(made, "facts", facts)
    found = diagnose_traffic(made, after, TERMS)
    (left,) = found.left_out
    assert (left.cell, left.base, left.candidate) == ("country new", 0, int(np.sum(late == 2)))
    assert any("are in parts of the mix that one side lacks" in one for one in found.caveats)
    assert found.cells == 2


def test_what_cannot_be_diagnosed() -> None:
    made, after = traffic(USUAL, USUAL, users=30)
    with pytest.raises(DeclarationError, match="no request on the side 'after'"):
        diagnose_traffic(made, np.zeros(len(made), np.bool_), TERMS)
    with pytest.raises(DeclarationError, match="margin lies between 0 and 1"):
        diagnose_traffic(made, after, TrafficTerms(margin=1.5))
    with pytest.raises(DeclarationError, match="unknown field 'land'"):
        diagnose_traffic(made, after, TrafficTerms(segments=("land",)))
    with pytest.raises(DeclarationError, match="the sides share no part of the mix"):
        diagnose_traffic(made, after, TrafficTerms(segments=("version",)))
