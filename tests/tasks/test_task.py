from pathlib import Path

import msgspec
import pytest

from statera.records.requests import Chat, Complete, Message, Sampling
from statera.records.samples import Sample
from statera.tasks.catalogue import find
from statera.tasks.task import Task, TaskOptions, template_of
from tests.tasks.folder import GSM8K, jsonl, made


def _gsm8k(folder: Path, options: TaskOptions) -> Task:
    return find("gsm8k").load(options, made(folder))


def test_the_template_holds_the_prompt_its_limits_and_its_examples() -> None:
    def render(sample: Sample) -> Complete:
        return Complete(prompt=f"Q: {sample.input}", sampling=Sampling(stop=("\n",)))

    found = template_of(render, Sample(id="", input="{question}"), ["an example"])
    assert "Q: {question}" in found
    assert '"stop":["\\n"]' in found
    assert "an example" in found


@pytest.mark.parametrize(
    "changed",
    [
        TaskOptions(api="completions"),
        TaskOptions(num_fewshot=1),
        TaskOptions(num_fewshot=2),
    ],
)
def test_another_prompt_is_another_template(tmp_path: Path, changed: TaskOptions) -> None:
    first = _gsm8k(tmp_path / "a", TaskOptions())
    second = _gsm8k(tmp_path / "b", changed)
    assert first.template != second.template
    assert first.data == second.data


def test_a_changed_item_is_other_data(tmp_path: Path) -> None:
    first = _gsm8k(tmp_path / "a", TaskOptions())
    folder = made(tmp_path / "b")
    jsonl(tmp_path / "b" / "gsm8k/test.jsonl", [{**GSM8K, "question": "How many?"}])
    second = find("gsm8k").load(TaskOptions(), folder)
    assert first.data != second.data
    assert first.template == second.template


def test_samples_survive_their_own_encoding(tmp_path: Path) -> None:
    sample = _gsm8k(tmp_path, TaskOptions()).samples[0]
    assert msgspec.json.decode(msgspec.json.encode(sample), type=Sample) == sample
    assert isinstance(_gsm8k(tmp_path / "b", TaskOptions()).render(sample), Chat)
    assert Message("user", "x").content == "x"
