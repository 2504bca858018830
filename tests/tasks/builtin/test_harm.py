from statera.tasks import catalogue
from statera.tasks.builtin import harm
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions


def test_the_worked_example_is_of_the_set_and_its_size_is_told() -> None:
    task = harm.definition.load(TaskOptions(), DataFolder(None))
    assert len(task.samples) == harm.definition.items
    sample = next(one for one in task.samples if "wireless network" in one.input)
    assert harm.__doc__ is not None
    assert sample.input in harm.__doc__
    assert sample.fields["control"]["text"] in harm.__doc__
    assert (task.requests, task.level) == (20, "alignment")
    assert f"{task.requests} requests a sample" in harm.__doc__


def test_it_goes_over_another_suite() -> None:
    assert catalogue.find("harm:harmbench").name == "harm:harmbench"
