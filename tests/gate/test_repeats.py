from collections.abc import Sequence
from typing import Any

import pytest

from statera.analysis.frame import Frame
from statera.gate.evidence import Evidence
from statera.gate.judging import judge
from statera.gate.repeats import asked_of
from statera.metrics.passk import PassHat
from statera.records.scores import Outcome
from tests.analysis.made import METRICS, frame
from tests.gate.made import items, only_target, paired, rules, single
from tests.gate.test_failures import severe

GOOD: Sequence[Outcome] = ("right", "right", "right")
RULE = {"metric": "t/critical", "max": 0.01, "critical": True}


def asked(*epochs: int) -> Frame:
    return severe({f"{place}": ["right"] * times for place, times in enumerate(epochs)})


def test_a_rule_of_k_epochs_is_decided_on_runs_of_exactly_k() -> None:
    (rule,) = judge(rules(RULE | {"epochs": 3}), single(asked(*[3] * 300))).rules
    assert (rule.verdict, rule.epochs, rule.claim) == ("pass", 3, "< 0.01 in 3 epochs")


@pytest.mark.parametrize("epochs", [[1] * 300, [5] * 300, [3] * 299 + [2], [3] * 299 + [4]])
def test_on_any_other_run_it_says_why_it_is_not(epochs: Sequence[int]) -> None:
    (rule,) = judge(rules(RULE | {"epochs": 3}), single(asked(*epochs))).rules
    assert rule.verdict == "inconclusive"
    assert rule.reason.startswith("the rule is of 3 epochs an item; the candidate has ")


def test_failed_any_of_k_does_not_fail_a_rule_of_another_k() -> None:
    found = severe({"a": ["right", "right", "wrong"], "b": ["right"] * 3})
    assert judge(rules(RULE | {"epochs": 3}), single(found)).verdict == "fail"
    assert judge(rules(RULE | {"epochs": 2}), single(found)).verdict == "inconclusive"


def test_failed_trials_are_tries_all_the_same() -> None:
    found = severe({"a": ["right", "infra_error"], "b": ["right", "right"]})
    evidence = single(found)
    assert asked_of(only_target(evidence, RULE), found) == {2: 2}


def test_both_sides_of_a_comparison_were_asked_as_often() -> None:
    rule = {"metric": "t/accuracy", "than": "baseline", "margin": 0.05, "epochs": 3}
    one, three = (frame(items({"a": [(300, GOOD[:k])]})) for k in (1, 3))
    assert judge(rules(rule), paired(three, three)).verdict == "pass"
    (found,) = judge(rules(rule), paired(three, one)).rules
    assert found.reason.endswith("; the baseline has 300 items of 1 epoch")


def notes(evidence: Evidence, *stated: dict[str, Any]) -> tuple[str, ...]:
    return judge(rules(*stated), evidence).notes


def test_a_rule_on_single_failures_of_several_epochs_is_asked_to_say_how_many() -> None:
    many = single(asked(3, 3))
    wanted = "t/critical failed in any of 3 tries counts: say `epochs: 3` in its rule"
    assert notes(many, RULE) == (wanted,)
    assert notes(many, RULE | {"epochs": 3}) == ()
    assert notes(single(asked(1, 1)), RULE) == ()
    assert notes(many, {"metric": "t/accuracy", "min": 0.5}) == ()


def test_more_epochs_are_no_more_rules() -> None:
    metrics = (*METRICS, PassHat(score="accuracy", k=1), PassHat(score="accuracy", k=3))
    found = single(frame(items({"a": [(20, GOOD)]}), metrics=metrics))
    ruled = judge(rules({"metric": "t/*", "min": 0.5}), found)
    assert [rule.metric for rule in ruled.rules] == [
        "t/accuracy",
        "t/accuracy_given_answer",
        "t/accuracy_macro",
        "t/pass^1",
    ]
    assert judge(rules({"metric": "t/pass^3", "min": 0.5}), found).verdict == "pass"
