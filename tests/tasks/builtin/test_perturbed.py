from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat
from statera.records.samples import Sample
from statera.scorers.perturbation import ORDER, PERTURBED
from statera.tasks import catalogue
from statera.tasks.builtin.perturbed import definition
from statera.tasks.custom import load_custom
from statera.tasks.data import DataFolder
from statera.tasks.forms.perturbations import CHANGING, MEANING_KEPT, NAMES
from statera.tasks.task import Task, TaskOptions
from tests.scorers.conversations import conversation
from tests.tasks.folder import made

TASK = definition.load(TaskOptions(), DataFolder(None))


def asked(task: Task, sample: Sample) -> list[Chat]:
    assert task.next_turn is not None
    said, found = ["x"], []
    while (request := task.next_turn(sample, conversation(*said).exchanges)) is not None:
        assert isinstance(request, Chat)
        found.append(request)
        said.append("x")
    return found


def test_each_change_is_a_fresh_request_that_differs_from_the_plain_one() -> None:
    for sample in TASK.samples[:20]:
        requests = asked(TASK, sample)
        plain = TASK.render(sample)
        assert len(requests) == len(sample.fields[PERTURBED]) <= TASK.requests - 1
        assert plain not in requests
        assert all(one.messages[:-1] == plain.messages[:-1] for one in requests)  # type: ignore[union-attr]
        assert (ORDER in sample.fields[PERTURBED]) == (ORDER in sample.fields)


def test_every_change_is_asked_of_some_question(tmp_path: Path) -> None:
    data = made(tmp_path)
    names = {
        name
        for inner in ("starter_knowledge", "starter_arithmetic", "gsm8k", "mmlu")
        for sample in catalogue.find(f"perturbed:{inner}").load(TaskOptions(), data).samples
        for name in sample.fields[PERTURBED]
    }
    assert names == set(NAMES)


def test_what_keeps_the_meaning_has_a_drop_and_what_does_not_a_move() -> None:
    names = {metric.name for metric in TASK.metrics}
    for name in MEANING_KEPT:
        assert {f"perturbed_{name}", f"drop_{name}", f"changed_{name}"} <= names
    assert not any(f"drop_{name}" in names or f"perturbed_{name}" in names for name in CHANGING)
    counters = {metric.name: metric.counter for metric in TASK.metrics}
    assert counters["drop_typos"] == counters["changed_typos"] == "moves_negation"
    assert counters["moves_negation"] == "changed_paraphrase"
    bounds = {metric.name: metric.bounds for metric in TASK.metrics}
    assert bounds["drop_typos"] == (-1.0, 1.0)


def test_options_that_a_prompt_has_in_its_text_are_not_moved(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"q": "Which swims?", "c": ["hen", "cod"], "a": 1}\n')
    path = tmp_path / "fish.yaml"
    path.write_text(
        'task: fish\nversion: 1\ndata: rows.jsonl\nprompt: "{{ q }}\\n\\n{{ lettered }}"\n'
        "choices: c\nanswer: a\n",
        encoding="utf-8",
    )
    task = catalogue.over("perturbed", load_custom(path)).load(TaskOptions(), DataFolder(None))
    assert ORDER not in task.samples[0].fields[PERTURBED]
    assert "paraphrase" in task.samples[0].fields[PERTURBED]


def test_tasks_of_other_kinds_are_refused() -> None:
    with pytest.raises(DeclarationError, match="Allowed: tasks of one question"):
        catalogue.find("perturbed:starter_coding").load(TaskOptions(), DataFolder(None))
