"""How many labels a policy's judged rules need, and which rules need none."""

from typing import Any

import numpy as np
import pytest

from statera.analysis.correction import corrected
from statera.analysis.frame import Frame
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Standing
from statera.gate.evidence import Evidence
from statera.gate.judges import Judges
from statera.gate.labelneeds import LabelNeed, label_needs
from tests.gate.made import rules
from tests.verdicts_made import KEY, judged_frame, standing


def frame(labels: int, *, seed: int = 0, size: int = 500) -> Frame:
    """Return replies of which 60 % are good, a judge that is right on four of five, and labels."""
    rng = np.random.default_rng(seed)
    truth = rng.random(size) < 0.6
    verdicts = np.where(rng.random(size) < 0.8, truth, ~truth)
    return judged_frame(verdicts.astype(float).tolist(), truth[:labels].astype(float).tolist())


def single(labels: int, behind: Standing | None = None) -> Evidence:
    known = behind or (standing(labels / 500) if labels else standing(labelled=None))
    return Evidence(candidate={"t": frame(labels)}, judges=Judges({KEY: known}))


def needs(evidence: Evidence, *stated: dict[str, Any], **more: Any) -> list[LabelNeed]:
    return label_needs(rules(*stated), evidence, **more)


def test_a_pilot_tells_how_many_labels_a_rule_needs() -> None:
    (need,) = needs(single(100), {"metric": "t/quality", "min": 0.44})
    assert need.needed is not None
    assert need.labels == 100
    assert need.margin == pytest.approx((need.value or 0) - 0.44)
    assert "by 100 labels their correlation with the judge is 0." in need.told
    assert ", 100 are there" in need.told
    assert need.needed.labels is not None
    assert need.needed.alone is not None
    assert 30 <= need.needed.labels < need.needed.alone


def test_a_wider_margin_and_less_power_need_fewer() -> None:
    near, far = (
        needs(single(100), {"metric": "t/quality", "min": limit})[0].needed for limit in (0.44, 0.4)
    )
    weak = needs(single(100), {"metric": "t/quality", "min": 0.44}, power=0.5)[0].needed
    for fewer in (far, weak):
        assert near is not None
        assert fewer is not None
        assert (fewer.labels or 0) < (near.labels or 0)


def test_without_labels_a_correlation_is_supposed() -> None:
    (need,) = needs(single(0), {"metric": "t/quality", "min": 0.44})
    assert need.labels == 0
    assert "supposed correlation with the judge 0.50" in need.told


def test_a_number_on_the_wrong_side_needs_no_number() -> None:
    (need,) = needs(single(100), {"metric": "t/quality", "min": 0.9})
    assert need.needed is None
    assert need.told.endswith("is not above 0.9")


def test_too_small_a_margin_is_said_so() -> None:
    (need,) = needs(single(100), {"metric": "t/quality", "than": "baseline", "margin": 0.001})
    assert need.needed is None  # there is no baseline
    assert need.told == "a rule against a baseline needs --base RUN"
    anchored = rules({"metric": "t/quality", "than": "anchor", "margin": 0.001}, anchor="x")
    (need,) = label_needs(anchored, single(100))
    assert need.told == "no number: nothing is known of it"
    both = paired()
    (need,) = needs(both, {"metric": "t/quality", "than": "baseline", "margin": 0})
    assert need.told == (
        "no number of labels: what is as good as the other run never passes `margin: 0`, which "
        "asks for better: plan with a margin, such as 0.02"
    )
    (need,) = needs(both, {"metric": "t/quality", "than": "baseline", "margin": 0.001})
    assert "not even a label of all 500 items on each run is enough" in need.told


def paired() -> Evidence:
    ours, theirs = frame(120), frame(120, seed=1)
    return Evidence(
        candidate={"t": ours},
        base={"t": Pairing.of(ours, theirs)},
        others=(theirs,),
        judges=Judges({KEY: standing(0.24)}, {KEY: standing(0.24, run="r2")}),
    )


def test_items_too_few_for_labels_to_differ_are_said_so() -> None:
    few = judged_frame([0.5, 0.5, 0.75, 0.75] * 15)
    evidence = Evidence(candidate={"t": few}, judges=Judges({KEY: standing(labelled=None)}))
    (need,) = needs(evidence, {"metric": "t/quality", "min": 0.2})
    assert need.told == (
        "60 items are too few: labels would differ from the judge too seldom "
        "(supposed correlation with the judge 0.50)"
    )


def test_a_difference_needs_labels_on_both_runs() -> None:
    (need,) = needs(paired(), {"metric": "t/quality", "than": "baseline", "margin": 0.15})
    assert (need.runs, need.value) == (2, 0.0)
    assert need.margin == pytest.approx(0.15)
    assert "of 500 items on each run" in need.told


def test_rules_that_read_no_judge_or_take_its_word_need_none() -> None:
    found = needs(
        single(0),
        {"metric": "t/kept", "min": 0.44},
        {"metric": "t/quality", "min": 0.5, "unvalidated": True},
    )
    assert [need.told for need in found] == ["none: the rule says `unvalidated: true`"]


def test_planned_labels_give_the_power() -> None:
    """Of many runs with the planned labels, about 80 % show that the truth lies above."""
    (need,) = needs(single(150), {"metric": "t/quality", "min": 0.42})
    assert need.needed is not None
    labels = need.needed.labels or 0
    shown = 0
    for seed in range(60):
        made = frame(labels, seed=100 + seed)
        behind = standing(labels / 500)
        shown += _lower(made, behind) > 0.6 - (need.margin or 0)
    assert shown / 60 == pytest.approx(0.8, abs=0.14)


def _lower(made: Frame, behind: Standing) -> float:
    return corrected(made, "quality", behind, level=0.9).low or 0.0
