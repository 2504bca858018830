import ast
from collections.abc import Callable
from typing import Any

import pytest

from statera.graders.code import CodeTests
from statera.records.requests import Chat, Complete
from statera.records.samples import Sample
from statera.tasks.builtin import starter_coding
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.tasks.folder import shows

DEFINITION = starter_coding.definition
NOWHERE = DataFolder(None)
SAMPLES = DEFINITION.load(TaskOptions(), NOWHERE).samples
IDS = [sample.fields["entry_point"] for sample in SAMPLES]
WRONG: dict[str, Callable[..., object]] = {
    "None": lambda *arguments: None,
    "0": lambda *arguments: 0,
    "''": lambda *arguments: "",
    "[]": lambda *arguments: [],
    "{}": lambda *arguments: {},
    "the first argument": lambda *arguments: arguments[0],
}


def _check(sample: Sample) -> Callable[[object], None]:
    names: dict[str, Any] = {}
    exec(sample.fields["test"], names)
    check: Callable[[object], None] = names["check"]
    return check


def _solution(sample: Sample) -> object:
    names: dict[str, Any] = {}
    exec(f"{sample.fields['prompt']}{sample.reference}", names)
    return names[sample.fields["entry_point"]]


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_the_solution_passes_its_tests(sample: Sample) -> None:
    _check(sample)(_solution(sample))


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_an_obviously_wrong_solution_fails(sample: Sample, wrong: str) -> None:
    with pytest.raises(AssertionError):
        _check(sample)(WRONG[wrong])


@pytest.mark.parametrize("sample", SAMPLES, ids=IDS)
def test_a_problem_is_a_described_function_with_at_least_four_assertions(sample: Sample) -> None:
    assert sample.input == sample.fields["prompt"]
    tree = ast.parse(f"{sample.input}{sample.reference}")
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    assert function.name == sample.fields["entry_point"]
    assert "example" in (ast.get_docstring(function) or "")
    imports = (ast.Import, ast.ImportFrom)
    assert not any(isinstance(node, imports) for node in ast.walk(tree))
    tests = ast.parse(sample.fields["test"])
    assert sum(isinstance(node, ast.Assert) for node in ast.walk(tests)) >= 4


def test_the_names_are_all_different() -> None:
    assert len(set(IDS)) == len(IDS) == 40


def test_the_prompts_are_the_worked_example() -> None:
    asked = DEFINITION.load(TaskOptions(), NOWHERE)
    sample = next(s for s in asked.samples if s.fields["entry_point"] == "times_halved")
    chat = asked.render(sample)
    assert isinstance(chat, Chat)
    assert shows(starter_coding.__doc__, chat.messages[0].content)
    continued = DEFINITION.load(TaskOptions(api="completions"), NOWHERE).render(sample)
    assert isinstance(continued, Complete)
    assert continued.prompt == sample.input


def test_it_is_graded_by_running_the_tests_and_reports_pass_at_k() -> None:
    task = DEFINITION.load(TaskOptions(), NOWHERE)
    (grader,) = task.scorers
    assert isinstance(grader, CodeTests)
    assert [metric.name for metric in task.metrics] == ["pass@1", "pass_given_answer"]
    assert task.metrics[0].score == grader.metric == "pass"
