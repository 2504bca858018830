from hashlib import sha256
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete
from statera.tasks.builtin import humaneval
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.shared_data import shared
from tests.tasks.folder import HUMANEVAL, made, shows


def _task(folder: Path, options: TaskOptions) -> Task:
    return humaneval.definition.load(options, made(folder))


def test_the_chat_prompt_is_the_worked_example(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions())
    chat = task.render(task.samples[0])
    assert isinstance(chat, Chat)
    assert shows(humaneval.__doc__, chat.messages[0].content)


def test_a_completions_endpoint_gets_the_code_as_it_is(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions(api="completions"))
    request = task.render(task.samples[0])
    assert isinstance(request, Complete)
    assert request.prompt == HUMANEVAL["prompt"]
    assert request.sampling.stop == ("\nclass", "\ndef", "\n#", "\nif", "\nprint")
    assert request.sampling.max_tokens == 1024


def test_the_sample_has_what_the_tests_need(tmp_path: Path) -> None:
    sample = _task(tmp_path, TaskOptions()).samples[0]
    assert sample.id == "humaneval/test/0"
    assert {"prompt", "test", "entry_point"} <= set(sample.fields)
    assert sample.reference == "    return 2 * number\n"


def test_it_is_measured_by_pass_at_k(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions())
    assert [metric.name for metric in task.metrics] == ["pass@1", "pass_given_answer"]
    assert [scorer.metric for scorer in task.scorers] == ["pass"]


def test_there_are_no_examples(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="it has no examples"):
        _task(tmp_path, TaskOptions(num_fewshot=1))


def test_the_original_file_converts_to_the_pinned_items() -> None:
    folder = shared("data", "benchmarks")
    original = (folder / "humaneval" / "HumanEval.jsonl.gz").read_bytes()
    assert sha256(original).hexdigest() == humaneval.origin.downloads[0].sha256
    assert set(humaneval.origin.converted([original])) == set(humaneval.origin.files)
    task = humaneval.definition.load(TaskOptions(), DataFolder(folder))
    assert len(task.samples) == humaneval.definition.items
