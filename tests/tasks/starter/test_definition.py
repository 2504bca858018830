"""What holds for each of the five starter tasks."""

import pytest

from statera.errors import DeclarationError
from statera.records.specs import Api
from statera.tasks import catalogue
from statera.tasks.data import DataFolder
from statera.tasks.starter.definition import StarterTask
from statera.tasks.suite import Suite
from statera.tasks.task import TaskOptions

NOWHERE = DataFolder(None)
NAMES = [name for name in catalogue.names() if name.startswith("starter_")]


def _definition(name: str) -> StarterTask:
    found = catalogue.find(name)
    assert isinstance(found, StarterTask)
    return found


def test_the_suite_has_all_five() -> None:
    suite = Suite.load("starter")
    assert sorted(definition.name for definition in suite.definitions) == NAMES
    assert len(NAMES) == 5


@pytest.mark.parametrize("name", NAMES)
def test_a_task_needs_no_data_and_says_how_many_items_it_has(name: str) -> None:
    definition = _definition(name)
    for mode in definition.modes:
        task = definition.load(TaskOptions(mode=mode), NOWHERE)
        assert len(task.samples) == definition.items
        assert (task.name, task.version, task.num_fewshot) == (name, "1", 0)


@pytest.mark.parametrize("name", NAMES)
def test_mode_and_endpoint_make_different_templates(name: str) -> None:
    definition = _definition(name)
    apis: tuple[Api, Api] = ("chat", "completions")
    templates = {
        definition.load(TaskOptions(mode="generate", api=api), NOWHERE).template for api in apis
    }
    if "loglikelihood" in definition.modes:
        templates.add(definition.load(TaskOptions(mode="loglikelihood"), NOWHERE).template)
    assert len(templates) == 1 + len(definition.modes)


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_refused_in_one_line(name: str) -> None:
    with pytest.raises(DeclarationError, match="no examples"):
        _definition(name).load(TaskOptions(num_fewshot=5), NOWHERE)
