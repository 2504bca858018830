import asyncio
from pathlib import Path

import pytest

import statera as st
from statera.api.judged import judge_run
from statera.graders.judge import read_judge
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.records.requests import Chat, Complete
from statera.records.responses import Failure, Response
from statera.records.trials import Exchange, Trial
from statera.scorers.kept import Kept
from statera.tasks.builtin import truthfulqa_open
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskOptions
from tests.judges_made import bench
from tests.shared_data import shared
from tests.tasks.folder import MOON, made, shows


def _task(folder: Path, options: TaskOptions) -> Task:
    return truthfulqa_open.definition.load(options, made(folder))


def test_the_prompts_are_the_worked_examples(tmp_path: Path) -> None:
    task = _task(tmp_path / "a", TaskOptions())
    chat = task.render(task.samples[0])
    assert isinstance(chat, Chat)
    assert chat.messages[0].content == MOON
    assert shows(truthfulqa_open.__doc__, MOON)
    bare = _task(tmp_path / "b", TaskOptions(api="completions"))
    request = bare.render(bare.samples[0])
    assert isinstance(request, Complete)
    assert shows(truthfulqa_open.__doc__, request.prompt.rpartition("\n\n")[2])


def test_the_references_of_both_kinds_are_on_the_sample(tmp_path: Path) -> None:
    sample = _task(tmp_path, TaskOptions()).samples[0]
    assert sample.id == "truthfulqa_open/v1/0"
    assert sample.accepted == ("No", "It is too narrow")
    assert sample.fields["wrong"] == ["Yes", "Yes at night"]


@pytest.mark.parametrize(
    ("response", "outcome"),
    [
        (Response(text="No.", finish="stop"), "unparsed"),
        (Response(failure=Failure(kind="infra", message="reset")), "infra_error"),
    ],
)
def test_no_reply_is_wrong_before_it_is_judged(
    tmp_path: Path, response: Response, outcome: str
) -> None:
    task = _task(tmp_path, TaskOptions())
    sample = task.samples[0]
    trial = Trial(
        task=task.name,
        sample_id=sample.id,
        epoch=0,
        key="k",
        exchanges=(Exchange(task.render(sample), response),),
        started=0.0,
    )
    (scorer,) = task.scorers
    assert isinstance(scorer, Kept)
    score = scorer.score(sample, trial)
    assert (score.value, score.outcome) == (None, outcome)


def test_every_published_question_has_references() -> None:
    folder = DataFolder(shared("data", "benchmarks"))
    task = truthfulqa_open.definition.load(TaskOptions(), folder)
    assert len(task.samples) == truthfulqa_open.definition.items
    assert all(sample.reference and sample.fields["wrong"] for sample in task.samples)
    assert len({sample.category for sample in task.samples}) == 38


def test_a_judge_sees_the_true_answers_and_the_false_ones(tmp_path: Path) -> None:
    store = st.RunStore(tmp_path / "store")
    options = st.RunOptions(data=str(made(tmp_path / "data").root))
    suite = st.Suite.load("truthfulqa_open")
    run = st.run(suite, st.model(lambda text: "No."), store=store, options=options)
    judge = ScriptedModel(Script(default="It agrees.\n[5]"))
    asyncio.run(judge_run(bench(read_judge("reference"), judge, store), run.info))
    (row, *_) = [r for r in store.scores(run.info.id) if r.score.metric == "reference"]
    assert (row.score.value, row.score.outcome) == (1.0, "right")
    shown = str(judge.asked[0])
    assert all(text in shown for text in ("It is too narrow", "False, and not", "Yes at night"))
