import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.analysis.frame import extremes
from statera.metrics.catalogue import with_repeats
from statera.metrics.means import Accuracy, MeanScore
from statera.metrics.passk import GPass, PassAt, PassHat
from statera.metrics.repeats import Flips, SameAnswer, SameText, named_for_several, of_several
from statera.protocols import Metric
from statera.records.scores import Outcome, Score
from statera.scorers.reading import choice
from tests.shared_data import shared

LETTERS = ("A", "B", "C", "D")
OPTIONS = ("the first one", "the second one", "the third one", "the fourth one")
Told = tuple[Outcome, str | None]


def score(outcome: Outcome, extracted: str | None) -> Score:
    return Score(metric="a", value=None, outcome=outcome, extracted=extracted)


def value(metric: Metric, *told: Told) -> float | None:
    found = metric.item([score(*one) for one in told])
    return None if found is None else found.value


def test_answers_agree_whether_right_or_wrong() -> None:
    same = SameAnswer(score="a", k=2)
    assert value(same, ("wrong", "B"), ("wrong", "B")) == 1.0
    assert value(same, ("wrong", "B"), ("wrong", "C")) == 0.0
    assert value(same, ("right", "B"), ("refused", None)) == 0.0
    assert value(same, ("refused", None), ("refused", None)) == 1.0
    assert value(same, ("right", None), ("wrong", None)) == 0.0


def test_fewer_than_k_tries_are_no_value_and_more_are_a_chance() -> None:
    for metric in (SameAnswer(score="a", k=3), SameText(k=3), Flips(score="a", k=3)):
        assert value(metric, ("right", "B"), ("right", "B"), ("infra_error", None)) is None
    more: list[Told] = [("right", "B"), ("right", "B"), ("wrong", "C")]
    assert value(SameAnswer(score="a", k=2), *more) == pytest.approx(1 / 3)
    assert value(SameText(k=2), *more) == pytest.approx(1 / 3)
    assert value(Flips(score="a", k=2), *more) == pytest.approx(2 / 3)


@given(some.lists(some.sampled_from(["x", "y"]), min_size=1, max_size=4))
def test_a_failed_trial_may_have_agreed_or_not(said: list[str]) -> None:
    tries = [score("right", one) for one in said] + [score("infra_error", None)]
    agreed = len(set(said)) == 1
    for metric in (SameText(k=len(tries)), SameAnswer(score="a", k=len(tries))):
        low, high = extremes(metric, tries)
        assert (low.value, high.value) == (0.0, float(agreed))
    low, high = extremes(Flips(score="a", k=len(tries)), tries)
    assert (low.value, high.value) == (0.0, 1.0)


def test_names_tell_what_is_of_several_tries() -> None:
    metrics = with_repeats([Accuracy(score="a"), MeanScore(score="f")], 12)
    found = [m.name for m in metrics if named_for_several(m.name)]
    assert found == [m.name for m in metrics[2:]] == [m.name for m in metrics if of_several(m)]
    assert named_for_several(GPass(score="a", k=5, tau=0.6).name)
    assert not any(map(named_for_several, ("pass@1", "pass^1", "flips", "accuracy")))


def recorded(name: str, task: str) -> list[tuple[str, Sequence[str]]]:
    path = shared("data", "alignment", "reliability", name)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [(row["target"].strip("()"), row["responses"]) for row in rows if row["task"] == task]


def read(target: str, reply: str, options: int) -> Score:
    found = choice.read(reply, LETTERS[:options], OPTIONS[:options]).value
    right: Outcome = "right" if found == target else "wrong"
    return score(right if found else "unparsed", found)


def total(metric: Metric, items: Sequence[Sequence[Score]]) -> float:
    return sum(found.value for scores in items if (found := metric.item(scores)))


STRICT = {
    "college_mathematics": ((45, 52, 48, 45, 43), 45, 47, 67, 30),
    "high_school_european_history": ((149, 147, 151, 150, 147), 153, 153, 153, 142),
    "logical_deduction": ((229, 231, 232, 234, 230), 223, 223, 244, 217),
    "public_relations": ((85, 82, 89, 83, 88), 85, 85, 98, 75),
}


@pytest.mark.parametrize("task", STRICT)
def test_strict_json_at_temperature_zero_is_as_published(task: str) -> None:
    rows = recorded("llm_stability_strict_json.jsonl", task)
    answers = [[read(target, reply, 4) for reply in said] for target, said in rows]
    texts = [[score("right", reply) for reply in said] for _, said in rows]
    runs, raw, parsed, best, worst = STRICT[task]
    each = tuple(sum(s[run].outcome == "right" for s in answers) for run in range(5))
    assert each == runs
    assert total(SameText(k=5), texts) == raw
    assert total(SameAnswer(score="a", k=5), answers) == parsed
    assert total(PassAt(score="a", k=5), answers) == best
    assert total(PassHat(score="a", k=5), answers) == worst
    assert total(Flips(score="a", k=5), answers) == best - worst


def test_free_text_at_temperature_zero_is_as_published() -> None:
    rows = recorded("llm_stability_gpt35_text_logical_deduction.jsonl", "logical_deduction")
    answers = [[read(target, reply, 3) for reply in said] for target, said in rows]
    texts = [[score("right", reply) for reply in said] for _, said in rows]
    each = [sum(s[run].outcome == "right" for s in answers) for run in range(10)]
    assert each == [224, 224, 224, 225, 225, 223, 224, 223, 223, 223]
    assert total(SameText(k=10), texts) == 199
    assert total(SameAnswer(score="a", k=10), answers) == 248
    assert total(PassAt(score="a", k=10), answers) == 225
    assert total(PassHat(score="a", k=10), answers) == 223
