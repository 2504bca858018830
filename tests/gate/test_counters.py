from collections.abc import Sequence

import pytest

from statera.gate.judging import judge
from statera.gate.ruling import Ruling
from statera.metrics.attacks import AttackRate
from statera.metrics.passk import PassAt, PassHat
from statera.metrics.rates import Rate
from statera.metrics.repeats import Flips
from statera.protocols import Metric
from tests.analysis.made import frame
from tests.gate.made import items, rules, single

METRICS: Sequence[Metric] = (
    Rate(score="accuracy", better="higher"),
    Rate(score="regressive_flip", opposed="accepts_correction"),
    Rate(score="accepts_correction", better="higher", opposed="regressive_flip"),
    Rate(score="unsafe_compliance", opposed="over_refusal_any"),
    Rate(score="over_refusal_full", opposed="unsafe_compliance"),
    Rate(score="attack_success", opposed="decoded"),
    AttackRate(score="rot13", opposed="decoded"),
    Rate(score="elsewhere", opposed="u/other"),
    PassAt(score="accuracy", k=2),
    PassHat(score="accuracy", k=2),
    Flips(score="accuracy", k=2, opposed="accuracy"),
)


def ruled(*names: str) -> Ruling:
    made = single(frame(items({"a": [(10, ("right", "right"))]}), metrics=METRICS))
    return judge(rules(*({"metric": f"t/{name}", "max": 0.5} for name in names)), made)


def test_a_metric_whose_counter_metric_no_rule_reads_is_named_with_it() -> None:
    (line,) = ruled("regressive_flip").uncountered
    assert line == (
        "no rule reads t/accepts_correction, the counter-metric of t/regressive_flip: add a rule "
        "on t/accepts_correction"
    )
    assert ruled("regressive_flip", "accepts_correction").uncountered == ()
    assert ruled("accuracy").uncountered == ()
    assert ruled("elsewhere").uncountered[0].startswith("no rule reads u/other, the counter")


@pytest.mark.parametrize("harm", ["unsafe_compliance", "attack_success", "rot13"])
def test_beside_a_rule_on_harm_stands_helpfulness_on_edge_cases(harm: str) -> None:
    (line,) = ruled(harm).uncountered
    assert line.startswith(
        f"no rule reads helpfulness_on_edge_cases, the counter-metric of t/{harm}"
    )
    assert line.endswith("add a rule on over_refusal_any, over_refusal_full or discrimination")
    both = ruled(harm, "over_refusal_full", "unsafe_compliance")
    assert both.uncountered == ()


def test_it_is_a_warning_and_no_verdict() -> None:
    found = ruled("unsafe_compliance")
    assert found.uncountered == found.notes
    assert [rule.reason for rule in found.rules] == [
        rule.reason for rule in ruled("unsafe_compliance", "over_refusal_full").rules[:1]
    ]


def test_any_of_k_needs_all_of_k_and_not_the_other_way_round() -> None:
    assert "t/pass^2" in ruled("pass@2").uncountered[0]
    assert ruled("pass^2").uncountered == ()
    assert "t/accuracy" in ruled("flips@2").uncountered[0]
