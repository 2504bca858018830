import gzip
import json
from hashlib import sha256
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete
from statera.records.responses import Response
from statera.scorers.number import Number
from statera.tasks.builtin import gsm8k
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.shared_data import shared
from tests.tasks.folder import made, replied, shows


def _task(folder: Path, options: TaskOptions) -> Task:
    return gsm8k.definition.load(options, made(folder))


def test_the_prompts_are_the_worked_examples(tmp_path: Path) -> None:
    task = _task(tmp_path / "a", TaskOptions())
    chat = task.render(task.samples[0])
    assert isinstance(chat, Chat)
    assert shows(gsm8k.__doc__, chat.messages[0].content)
    bare = _task(tmp_path / "b", TaskOptions(api="completions", num_fewshot=0))
    request = bare.render(bare.samples[0])
    assert isinstance(request, Complete)
    assert shows(gsm8k.__doc__, request.prompt)
    assert request.sampling.stop == ("Question:", "</s>", "<|im_end|>")
    assert request.sampling.max_tokens == 256


def test_a_completions_endpoint_sees_five_examples_with_their_annotations(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions(api="completions"))
    request = task.render(task.samples[0])
    assert isinstance(request, Complete)
    assert task.num_fewshot == 5
    assert request.prompt.count("Question: ") == 6
    assert request.prompt.count("<<") == 5
    assert request.prompt.count("\n\n") == 5


def test_examples_of_a_chat_are_turns_without_annotations(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions(num_fewshot=2))
    chat = task.render(task.samples[0])
    assert isinstance(chat, Chat)
    assert [message.role for message in chat.messages] == ["user", "assistant"] * 2 + ["user"]
    assert chat.messages[1].content.startswith("It is\n#### 1,00")


def test_the_reference_is_the_number_after_the_marks(tmp_path: Path) -> None:
    sample = _task(tmp_path, TaskOptions()).samples[0]
    assert (sample.id, sample.reference) == ("gsm8k/test/0", "96")
    assert sample.fields["solution"].endswith("#### 96")


def test_both_readings_are_scored(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions())
    assert {scorer.metric for scorer in task.scorers} == {"strict", "flexible"}


def test_too_many_examples_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="num_fewshot 33"):
        _task(tmp_path, TaskOptions(num_fewshot=33))


def test_every_prompt_of_the_reference_is_rendered_and_scored_alike() -> None:
    folder = DataFolder(shared("data", "benchmarks"))
    task = gsm8k.definition.load(TaskOptions(api="completions", num_fewshot=0), folder)
    samples = {sample.id: sample for sample in task.samples}
    assert len(samples) == gsm8k.definition.items
    scorers = [scorer for scorer in task.scorers if isinstance(scorer, Number)]
    lines = shared("data", "reference", "gsm8k_0shot_smollm2.jsonl").read_text("utf-8").splitlines()
    for expected in map(json.loads, lines):
        sample = samples[expected["item_id"]]
        request = task.render(sample)
        assert isinstance(request, Complete)
        assert request.prompt == expected["prompt"]
        assert sample.fields["solution"] == expected["target"]
        trial = replied(request, Response(text=expected["generation"], finish="stop"))
        right = {s.metric: s.score(sample, trial).outcome == "right" for s in scorers}
        for metric, name in (("strict", "strict-match"), ("flexible", "flexible-extract")):
            assert right[metric] is (expected["filters"][name]["exact_match"] == 1.0)
    assert len(lines) == 20


def test_every_reference_is_a_number() -> None:
    folder = DataFolder(shared("data", "benchmarks"))
    task = gsm8k.definition.load(TaskOptions(), folder)
    assert all(
        float((sample.reference or "x").replace(",", "")) is not None for sample in task.samples
    )


def test_the_original_files_convert_to_the_pinned_items() -> None:
    """The training file is rebuilt byte for byte: its pinned SHA-256 comes out."""
    folder = shared("data", "benchmarks", "gsm8k")
    rows = gzip.decompress((folder / "train.jsonl.gz").read_bytes()).splitlines()
    train = b"".join((json.dumps(json.loads(row)) + "\n").encode() for row in rows)
    test = (folder / "test.jsonl").read_bytes()
    pinned = [download.sha256 for download in gsm8k.origin.downloads]
    assert [sha256(test).hexdigest(), sha256(train).hexdigest()] == pinned
    assert set(gsm8k.origin.converted([test, train])) == set(gsm8k.origin.files)
