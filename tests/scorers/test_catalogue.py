"""Scorers by their type, and the key that says which scores are stale."""

from typing import Any

import pytest

from statera.codec.strict import from_yaml
from statera.errors import DeclarationError
from statera.metrics.catalogue import default_metrics
from statera.metrics.rates import Rate
from statera.metrics.twins import Discrimination
from statera.scorers import refusal
from statera.scorers.catalogue import scorer_type, scorer_types, scoring_key
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.scorers.contains import Contains
from statera.tasks.builtin import (
    are_you_sure,
    business_pressure,
    feedback,
    harm,
    hints,
    mimicry,
    over_refusal,
    pressure,
)
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskDefinition, TaskOptions

READY = {
    "choice", "choice_likelihood", "true_mass", "number", "exact", "contains", "regex",
    "json_valid", "json_schema", "token_f1", "rouge_l", "chrf", "length", "latency", "cost",
}  # fmt: skip
YAML = """
- type: choice
- {type: contains, all: [a, b], not: true, metric: clean}
- {type: number, form: strict}
- {type: regex, pattern: "a+"}
"""


def decode(text: str) -> Any:
    return from_yaml(text, list[scorer_type()], source="task.yaml")  # type: ignore[misc, arg-type]


def test_every_ready_scorer_is_found() -> None:
    assert set(scorer_types()) >= READY


def test_yaml_names_a_scorer_by_its_type() -> None:
    found = decode(YAML)
    assert found[0] == Choice()
    assert found[1] == Contains(all=("a", "b"), invert=True, name="clean")
    assert [s.metric for s in found] == ["accuracy", "clean", "strict_match", "regex"]
    assert all(isinstance(s.version, str) and isinstance(s.graded, bool) for s in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {type: choise}", "Did you mean 'choice'"),
        ("- {type: contains, al: [a]}", "Did you mean 'all'"),
        ("- {type: regex, pattern: '('}", r"task.yaml: scorer 'regex'.*\$\[0\]"),
        ("- {type: contains, not: 'false'}", "Expected true or false"),
    ],
)
def test_a_mistake_names_file_place_and_the_nearest_name(text: str, said: str) -> None:
    with pytest.raises(DeclarationError, match=said):
        decode(text)


def test_the_key_changes_with_what_may_change_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, blind = Choice(), ChoiceLikelihood()
    before = scoring_key(reads), scoring_key(blind)
    assert scoring_key(Choice()) == before[0]
    others = [Choice(labels="1234"), Choice(name="x"), Contains(), Contains(invert=True)]
    assert len({*before, *map(scoring_key, others)}) == 6
    monkeypatch.setattr(refusal, "VERSION", "next")
    assert scoring_key(reads) != before[0]
    assert scoring_key(blind) == before[1]
    monkeypatch.setattr(ChoiceLikelihood, "version", "next")
    assert scoring_key(blind) != before[1]


TASKS: tuple[TaskDefinition, ...] = (
    over_refusal.definition,
    harm.definition,
    are_you_sure.definition,
    hints.definition,
    feedback.definition,
    mimicry.definition,
    pressure.definition,
    business_pressure.definition,
)


@pytest.mark.parametrize("definition", TASKS, ids=lambda one: one.name)
def test_what_a_scorer_says_of_its_values_is_what_its_task_says(definition: TaskDefinition) -> None:
    task = definition.load(TaskOptions(), DataFolder(None))
    own = {metric.name: metric for metric in task.metrics if not isinstance(metric, Discrimination)}
    told = {metric.name: metric for metric in default_metrics(task.scorers)}
    for name, metric in own.items():
        assert told[name].higher_is_better == metric.higher_is_better, name
        assert told[name].bounds == metric.bounds, name
        assert isinstance(told[name], Rate) == isinstance(metric, Rate), name
