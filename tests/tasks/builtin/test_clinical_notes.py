from statera.tasks.builtin import clinical_notes
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions


def test_what_ships_is_asked_without_any_data_folder() -> None:
    task = clinical_notes.definition.load(TaskOptions(), DataFolder(None))
    assert task.name == "clinical_notes"
    assert len(task.samples) == clinical_notes.definition.items == 120
    assert {sample.id.split("/")[1] for sample in task.samples} == {"v1"}
