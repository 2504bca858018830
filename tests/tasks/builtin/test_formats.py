from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Request
from statera.tasks import catalogue
from statera.tasks.builtin.formats import definition, with_formats
from statera.tasks.custom import load_custom
from statera.tasks.data import DataFolder
from statera.tasks.forms.layouts import LAYOUTS
from statera.tasks.task import Task, TaskOptions
from tests.scorers.conversations import conversation
from tests.tasks.folder import made

TASK = definition.load(TaskOptions(), DataFolder(None))


def asked(task: Task, place: int = 0) -> list[str]:
    assert task.next_turn is not None
    sample, said, found = task.samples[place], [], []
    request: Request | None = task.render(sample)
    while request is not None:
        assert isinstance(request, Chat)
        assert len(request.messages) == 1
        found.append(request.messages[0].content)
        said.append("x")
        request = task.next_turn(sample, conversation(*said).exchanges)
    return found


def test_every_layout_is_a_fresh_request() -> None:
    texts = asked(TASK)
    assert len(set(texts)) == len(texts) == TASK.requests == len(LAYOUTS) == 14
    assert TASK.level == "reliability"
    first = TASK.render(TASK.samples[0])
    assert isinstance(first, Chat)
    assert first.sampling.max_tokens == 32


def test_scores_are_the_three_and_one_a_layout_with_their_counter_metrics() -> None:
    names = [scorer.metric for scorer in TASK.scorers]
    assert names[:3] == ["accuracy", "format_worst", "format_agreement"]
    assert names[3:] == [f"format_{layout.name}" for layout in LAYOUTS]
    counters = {metric.name: metric.counter for metric in TASK.metrics}
    assert counters.pop("format_agreement") == "accuracy"
    assert set(counters.values()) == {"format_agreement"}


def test_other_tasks_of_letters_and_numbers_are_asked_so(tmp_path: Path) -> None:
    data = made(tmp_path)
    for name, least in (("mmlu", 13), ("gsm8k", 11), ("starter_arithmetic", 11)):
        task = catalogue.find(f"formats:{name}").load(TaskOptions(), data)
        texts = asked(task)
        assert len(set(texts)) == len(texts) >= least
        assert all("#### N" not in text for text in texts)
        assert task.version.startswith("1.")
    assert "Solve the problem step by step. End your reply" in texts[0]


def custom(folder: Path, prompt: str) -> Path:
    (folder / "rows.jsonl").write_text('{"q": "Which swims?", "c": ["hen", "cod"], "a": 1}\n')
    path = folder / "fish.yaml"
    path.write_text(
        f"task: fish\nversion: 1\ndata: rows.jsonl\nprompt: {prompt}\nchoices: c\nanswer: a\n"
        "system: Be brief.\n",
        encoding="utf-8",
    )
    return path


def test_a_task_of_ones_own_keeps_its_system_message(tmp_path: Path) -> None:
    inner = load_custom(custom(tmp_path, "'{{ q }}'"))
    task = catalogue.over("formats", inner).load(TaskOptions(), DataFolder(None))
    request = task.render(task.samples[0])
    assert isinstance(request, Chat)
    assert [message.role for message in request.messages] == ["system", "user"]


def test_a_question_that_lists_its_options_is_an_error_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    inner = load_custom(custom(tmp_path, '"{{ q }}\\n\\n{{ lettered }}"'))
    with pytest.raises(DeclarationError, match="fish/rows/0: the question's text lists its option"):
        catalogue.over("formats", inner).load(TaskOptions(), DataFolder(None))


def test_examples_and_tasks_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="examples would keep one format"):
        definition.load(TaskOptions(num_fewshot=2), DataFolder(None))
    with pytest.raises(DeclarationError, match="Allowed: tasks of one question"):
        catalogue.find("formats:starter_coding").load(TaskOptions(), DataFolder(None))


def test_a_number_among_the_options_is_no_list_of_them() -> None:
    sample = TASK.samples[0]
    assert "numbered" in with_formats("t", sample).fields["formats"]
