import csv
import gzip
import io
import json
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete, Likelihood
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks.builtin import mmlu
from statera.tasks.data import DataFolder
from statera.tasks.task import TaskOptions
from tests.shared_data import shared
from tests.tasks.folder import MMLU, jsonl, made, measured, replied, shows

LIKELIHOOD = TaskOptions(mode="loglikelihood")


def _request(folder: Path, options: TaskOptions) -> Likelihood | Chat | Complete:
    task = mmlu.definition.load(options, made(folder))
    found = task.render(task.samples[0])
    assert isinstance(found, Likelihood | Chat | Complete)
    return found


def test_the_likelihood_prompt_is_the_worked_example(tmp_path: Path) -> None:
    found = _request(tmp_path, LIKELIHOOD)
    assert isinstance(found, Likelihood)
    assert shows(mmlu.__doc__, found.context)
    assert found.context.endswith("\nAnswer:")
    assert found.continuations == (" A", " B", " C", " D")


def test_the_chat_prompt_is_the_worked_example(tmp_path: Path) -> None:
    found = _request(tmp_path, TaskOptions())
    assert isinstance(found, Chat)
    assert shows(mmlu.__doc__, found.messages[0].content)


def test_examples_of_the_subject_stand_in_front_in_file_order(tmp_path: Path) -> None:
    found = _request(tmp_path, TaskOptions(mode="loglikelihood", num_fewshot=2))
    assert isinstance(found, Likelihood)
    blocks = found.context.split("\n\n")
    assert blocks[0].endswith("about high school biology.")
    assert blocks[1] == "Which number comes after 0?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer: A"
    assert blocks[2].endswith("Answer: B")
    assert len(blocks) == 4


def test_examples_of_a_chat_are_earlier_turns(tmp_path: Path) -> None:
    found = _request(tmp_path, TaskOptions(num_fewshot=2))
    assert isinstance(found, Chat)
    assert [message.role for message in found.messages] == ["user", "assistant"] * 2 + ["user"]
    assert [found.messages[1].content, found.messages[3].content] == ["Answer: A", "Answer: B"]


def test_a_completions_endpoint_continues_the_same_context(tmp_path: Path) -> None:
    found = _request(tmp_path / "a", TaskOptions(api="completions"))
    likelihood = _request(tmp_path / "b", LIKELIHOOD)
    assert isinstance(found, Complete)
    assert isinstance(likelihood, Likelihood)
    assert found.prompt == likelihood.context
    assert found.sampling.stop == ("</s>", "\n")


def test_the_sample_has_subject_group_and_answer(tmp_path: Path) -> None:
    sample = mmlu.definition.load(TaskOptions(), made(tmp_path)).samples[0]
    assert (sample.id, sample.category, sample.group) == (
        "mmlu/test/0",
        "high_school_biology",
        "stem",
    )
    assert (sample.answer, sample.reference) == (1, "mitochondrion")


def test_the_metrics_are_named_micro_and_macro(tmp_path: Path) -> None:
    for options in (TaskOptions(), LIKELIHOOD):
        folder = tmp_path / options.mode
        task = mmlu.definition.load(options, made(folder))
        names = [metric.name for metric in task.metrics]
        assert names == ["accuracy", "accuracy_given_answer", "accuracy_macro"]


def test_the_groups_are_those_of_the_field() -> None:
    sizes = Counter(mmlu.GROUP.values())
    assert sizes == {"stem": 19, "humanities": 13, "social_sciences": 12, "other": 13}


def test_a_sixth_example_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="num_fewshot 6 is not within 0 to 5"):
        mmlu.definition.load(TaskOptions(num_fewshot=6), made(tmp_path))


def test_a_bad_answer_is_named_with_its_line(tmp_path: Path) -> None:
    folder = made(tmp_path)
    jsonl(tmp_path / "mmlu/test.jsonl.gz", [MMLU, {**MMLU, "answer": 4}])
    with pytest.raises(DeclarationError, match=r"test\.jsonl\.gz, line 2: .*\$\.answer"):
        mmlu.definition.load(TaskOptions(), folder)


def test_every_item_of_the_reference_is_rendered_and_scored_alike() -> None:
    folder = DataFolder(shared("data", "benchmarks"))
    task = mmlu.definition.load(LIKELIHOOD, folder)
    samples = {sample.id: sample for sample in task.samples}
    assert len(samples) == mmlu.definition.items
    assert {sample.category for sample in task.samples} == set(mmlu.GROUP)
    (scorer,) = task.scorers
    assert isinstance(scorer, ChoiceLikelihood)
    lines = shared("data", "reference", "mmlu_smollm2.jsonl").read_text("utf-8").splitlines()
    for expected in map(json.loads, lines):
        sample = samples[expected["item_id"]]
        request = task.render(sample)
        assert isinstance(request, Likelihood)
        assert request.context == expected["context"]
        assert list(request.continuations) == expected["continuations"]
        assert (sample.answer, sample.category) == (expected["gold"], expected["subject"])
        score = scorer.score(sample, replied(request, measured(*expected["loglikelihoods"])))
        assert (score.outcome == "right") is expected["correct"]
    assert len(lines) == 100


def test_the_original_archive_converts_to_the_pinned_items() -> None:
    """The archive is rebuilt from the items, packed as the authors did: a CSV a subject, split."""
    folder = shared("data", "benchmarks", "mmlu")
    found = mmlu.origin.converted([_archive(folder)])
    assert set(found) == set(mmlu.origin.files)


def _archive(folder: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for split, name in (("dev", "dev"), ("val", "validation"), ("test", "test")):
            for subject, text in _tables(folder / f"{name}.jsonl.gz").items():
                data = text.encode()
                member = tarfile.TarInfo(f"data/{split}/{subject}_{split}.csv")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _tables(path: Path) -> dict[str, str]:
    tables: dict[str, io.StringIO] = {}
    for line in gzip.decompress(path.read_bytes()).splitlines():
        row = json.loads(line)
        cells = [row["question"], *row["choices"], "ABCD"[row["answer"]]]
        csv.writer(tables.setdefault(row["subject"], io.StringIO())).writerow(cells)
    return {subject: table.getvalue() for subject, table in tables.items()}
