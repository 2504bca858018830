import gzip
import json
from hashlib import sha256
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat, Complete, Likelihood
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.tasks.builtin import hellaswag
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.shared_data import shared
from tests.tasks.folder import made, measured, replied, shows

LIKELIHOOD = TaskOptions(mode="loglikelihood")


def _task(folder: Path, options: TaskOptions) -> Task:
    return hellaswag.definition.load(options, made(folder))


def test_the_prompts_are_the_worked_examples(tmp_path: Path) -> None:
    task = _task(tmp_path / "a", LIKELIHOOD)
    request = task.render(task.samples[0])
    assert isinstance(request, Likelihood)
    assert shows(hellaswag.__doc__, request.context)
    assert request.continuations[0] == " scrubs the roof with a yellow sponge."
    asked = _task(tmp_path / "b", TaskOptions())
    chat = asked.render(asked.samples[0])
    assert isinstance(chat, Chat)
    assert shows(hellaswag.__doc__, chat.messages[0].content)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a b ", "a b"),
        ("a [title] b", "a.  b".replace("  ", " ")),
        ("[header] How [title] Do it. [step] Go", " How. Do it. Go"),
        ("a    b", "a  b"),
        ("a [x] b [y", "a b [y"),
    ],
)
def test_text_is_cleaned_as_in_the_reference(text: str, expected: str) -> None:
    assert hellaswag.clean(text) == expected


def test_an_article_is_told_from_a_video(tmp_path: Path) -> None:
    video, article = _task(tmp_path, LIKELIHOOD).samples
    assert (video.category, article.category) == ("ActivityNet", "WikiHow")
    assert article.fields == {"activity": "Home and Garden"}
    assert article.input == "Home and Garden: How to sweep. Find a broom. Hold it."
    assert article.answer == 2


def test_the_letters_show_endings_without_the_space_in_front(tmp_path: Path) -> None:
    task = _task(tmp_path, TaskOptions(api="completions"))
    request = task.render(task.samples[1])
    assert isinstance(request, Complete)
    assert "\nA. Sweep.\nB. Sing.\n" in request.prompt
    assert task.samples[1].choices[0] == " Sweep."


def test_both_metrics_are_scored_and_the_headline_leads(tmp_path: Path) -> None:
    task = _task(tmp_path, LIKELIHOOD)
    assert [scorer.metric for scorer in task.scorers] == ["acc_norm", "acc"]


def test_there_are_no_examples(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="training split is not in the data"):
        _task(tmp_path, TaskOptions(num_fewshot=1))


@pytest.mark.parametrize(
    ("name", "count"), [("hellaswag_smollm2", 100), ("hellaswag_wikihow_smollm2", 30)]
)
def test_every_item_of_the_reference_is_rendered_and_scored_alike(name: str, count: int) -> None:
    task = hellaswag.definition.load(LIKELIHOOD, DataFolder(shared("data", "benchmarks")))
    samples = {sample.id: sample for sample in task.samples}
    assert len(samples) == hellaswag.definition.items
    scorers = [scorer for scorer in task.scorers if isinstance(scorer, ChoiceLikelihood)]
    lines = shared("data", "reference", f"{name}.jsonl").read_text("utf-8").splitlines()
    for expected in map(json.loads, lines):
        sample = samples[expected["item_id"]]
        request = task.render(sample)
        assert isinstance(request, Likelihood)
        assert request.context == expected["context"]
        assert list(request.continuations) == expected["continuations"]
        assert sample.answer == expected["gold"]
        trial = replied(request, measured(*expected["loglikelihoods"]))
        right = [s.score(sample, trial).outcome == "right" for s in scorers]
        assert right == [expected["correct_norm"], expected["correct"]]
    assert len(lines) == count


def test_the_original_file_converts_to_the_pinned_items() -> None:
    """The original is rebuilt byte for byte: its pinned SHA-256 comes out."""
    path = shared("data", "benchmarks", "hellaswag", "validation.jsonl.gz")
    original = b"".join(map(_original, gzip.decompress(path.read_bytes()).splitlines()))
    assert sha256(original).hexdigest() == hellaswag.origin.downloads[0].sha256
    assert set(hellaswag.origin.converted([original])) == set(hellaswag.origin.files)


def _original(line: bytes) -> bytes:
    row = json.loads(line)
    row["label"] = int(row["label"])
    video = ["activity_label", "ctx_a", "ctx_b", "ctx"]
    article = ["ctx", "activity_label", "ctx_a", "ctx_b"]
    middle = article if row["source_id"].startswith("wikihow") else video
    order = ["ind", *middle, "split", "split_type", "label", "endings", "source_id"]
    return (json.dumps({key: row[key] for key in order}) + "\n").encode()
