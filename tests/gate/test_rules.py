import pytest

from statera.analysis.frame import frames
from statera.errors import DeclarationError
from statera.gate.rules import KnownTask, check_known, known_frames, known_task, targets
from statera.metrics.means import Accuracy, Macro
from statera.metrics.outcomes import OutcomeShare
from statera.records.samples import Sample
from tests.analysis.made import METRICS, frame, rows
from tests.gate.made import items, rules, single

MMLU = known_task(
    "mmlu",
    (Accuracy(score="accuracy"), Macro(score="accuracy")),
    [
        Sample(id="1", input="?", category="law", group="other"),
        Sample(id="2", input="?", category="art", group="other"),
        Sample(id="3", input="?", category="art", severity="critical"),
    ],
)
GSM = known_task("gsm8k", (Accuracy(score="strict"),), [Sample(id="1", input="?")])
KNOWN = [MMLU, GSM]


def names(metric: str, **rule: object) -> list[str]:
    """Return what a rule for that metric is asked of."""
    found = targets(rules({"metric": metric, "min": 0.5} | rule), KNOWN)
    return ["/".join(filter(None, (t.task, t.category, t.metric.name))) for t in found]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("mmlu/accuracy", ["mmlu/accuracy"]),
        ("mmlu/law/accuracy", ["mmlu/law/accuracy"]),
        ("mmlu/other/accuracy", ["mmlu/other/accuracy"]),
        ("mmlu/*/accuracy", ["mmlu/law/accuracy", "mmlu/art/accuracy"]),
        ("*/refused", ["mmlu/refused", "gsm8k/refused"]),
        ("*/accuracy", ["mmlu/accuracy"]),
        ("mmlu/*", ["mmlu/accuracy", "mmlu/accuracy_macro"]),
        ("*/*/refused", ["mmlu/law/refused", "mmlu/art/refused"]),
        ("mmlu/critical", ["mmlu/critical"]),
    ],
)
def test_a_star_is_one_part(pattern: str, expected: list[str]) -> None:
    assert names(pattern) == expected


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("mmlv/accuracy", "unknown task 'mmlv'. Did you mean 'mmlu'?"),
        ("mmlu/acuracy", "unknown metric 'acuracy'. Did you mean 'accuracy'?"),
        ("mmlu/lav/accuracy", "unknown category 'lav'. Did you mean 'law'?"),
        ("gsm8k/*/strict", "task gsm8k has no categories"),
        ("mmlu/*/accuracy_macro", "`accuracy_macro` is a number of the whole task"),
        ("*/nothing", "unknown metric 'nothing'"),
        ("gsm8k/critical", "unknown metric 'critical'"),
    ],
)
def test_a_name_that_nothing_has_is_a_mistake(pattern: str, told: str) -> None:
    with pytest.raises(DeclarationError) as raised:
        check_known(rules({"metric": pattern, "min": 0.5}), KNOWN)
    assert str(raised.value).startswith(f"rules[0] `{pattern}`: ")
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("rule", "claim"),
    [
        ({"metric": "gsm8k/strict", "than": "baseline", "margin": 0.02}, ("above", -0.02)),
        ({"metric": "gsm8k/refused", "than": "baseline", "margin": 0.02}, ("below", 0.02)),
        ({"metric": "gsm8k/strict", "than": "baseline", "margin": 0}, ("above", 0.0)),
        ({"metric": "gsm8k/refused", "max": 0.05}, ("below", 0.05)),
        ({"metric": "gsm8k/strict", "min": 0.8}, ("above", 0.8)),
    ],
)
def test_the_side_comes_from_the_metric_and_the_form(
    rule: dict[str, object], claim: tuple[str, float]
) -> None:
    (found,) = targets(rules(rule), KNOWN)
    assert (found.side, found.limit) == claim


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"max": 5}, "a limit of 5 is not between 0 and 1"),
        ({"max": 0}, "a limit of 0 is not between 0 and 1"),
        ({"min": 1}, "a limit of 1 is not between 0 and 1"),
        ({"than": "baseline", "margin": 1}, "a margin of 1 allows anything"),
    ],
)
def test_a_limit_that_says_nothing_is_a_mistake(rule: dict[str, object], told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        targets(rules({"metric": "gsm8k/strict", **rule}), KNOWN)


def test_an_anchor_doubles_the_rules_that_compare_with_the_baseline() -> None:
    stated = {"metric": "gsm8k/strict", "than": "baseline", "margin": 0.02}
    found = targets(rules(stated, anchor="v1", anchor_margin=0.05), KNOWN)
    assert [(t.form, t.limit) for t in found] == [("baseline", -0.02), ("anchor", -0.05)]
    assert len({t.asked for t in found}) == 2


def test_categories_of_any_run_or_of_the_data_are_known() -> None:
    one = frame(items({"a": [(1, ("right",))]}))
    two = frame(items({"b": [(1, ("right",))]}))
    (found,) = known_frames([one, two], {"t": ["c"]})
    assert found.categories == ("a", "b", "c")
    assert isinstance(found, KnownTask)
    assert found.own == tuple(metric.name for metric in METRICS)
    assert found.metrics["refused"] == OutcomeShare(score="accuracy", outcome="refused")


def test_a_group_is_no_category_of_the_star() -> None:
    made = [row._replace(group="all") for row in rows(items({"a": [(1, ("right",))]}))]
    (task,) = known_frames(frames(made, {"t": METRICS}), {})
    assert (task.categories, task.groups) == (("a",), ("all",))
    found = targets(rules({"metric": "t/*/accuracy", "min": 0.5}), [task])
    assert [target.category for target in found] == ["a"]


@pytest.mark.parametrize(("whole", "own"), [(True, False), (False, True), (False, False)])
def test_a_policy_that_takes_judges_at_their_word_says_so_of_every_rule(
    whole: bool, own: bool
) -> None:
    policy = rules({"metric": "t/accuracy", "min": 0.5, "unvalidated": own}, unvalidated=whole)
    (found,) = targets(policy, single(frame([("1", "a", ["right"])])).known)
    assert found.rule.unvalidated is (whole or own)
