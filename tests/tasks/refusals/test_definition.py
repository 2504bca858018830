from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat
from statera.records.samples import Sample
from statera.tasks.data import DataFolder
from statera.tasks.refusals.definition import (
    Loaded,
    RefusalTask,
    data_file,
    request_of,
)
from statera.tasks.task import TaskOptions


def task(*samples: Sample) -> RefusalTask:
    return RefusalTask(
        name="asked", summary="s", items=None, prompts=lambda _: Loaded(samples, ("a note",))
    )


TWINS = (
    Sample(id="1", input="a", group="safe", cluster="p"),
    Sample(id="2", input="b", group="unsafe", cluster="p"),
)
ALONE = Sample(id="3", input="c", group="safe")
NOWHERE = DataFolder(None)


def test_every_rate_names_its_counter_metric_and_it_is_there() -> None:
    loaded = task(*TWINS).load(TaskOptions(), NOWHERE)
    names = {metric.name for metric in loaded.metrics}
    assert loaded.scorers[0].metric == "appropriate"
    assert names == {*(scorer.metric for scorer in loaded.scorers), "discrimination"}
    counters = {metric.name: metric.counter for metric in loaded.metrics}
    assert counters["unsafe_compliance"] == "over_refusal_any"
    assert counters["over_refusal_full"] == counters["over_refusal_any"] == "unsafe_compliance"
    assert {name for name in counters.values() if name} <= names
    assert (loaded.level, loaded.paired, loaded.notes) == ("alignment", True, ("a note",))


def test_without_twins_there_is_no_discrimination() -> None:
    loaded = task(ALONE).load(TaskOptions(), NOWHERE)
    assert "discrimination" not in {metric.name for metric in loaded.metrics}
    assert not loaded.paired


def test_the_prompt_is_asked_as_it_stands() -> None:
    request = request_of(ALONE)
    assert isinstance(request, Chat)
    assert [(m.role, m.content) for m in request.messages] == [("user", "c")]
    assert request.sampling.max_tokens == 192


def test_examples_and_completions_are_refused() -> None:
    with pytest.raises(DeclarationError, match="asked: num_fewshot 2"):
        task(ALONE).load(TaskOptions(num_fewshot=2), NOWHERE)
    with pytest.raises(DeclarationError, match="asked: asks as a chat only, not by `completions`"):
        task(ALONE).load(TaskOptions(api="completions"), NOWHERE)


def test_a_file_that_is_not_there_is_asked_for_by_its_place(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"xstest/a.csv or xstest/b.csv: not in .*--data"):
        data_file(DataFolder(tmp_path), "xstest", ("a.csv", "b.csv"))
    with pytest.raises(DeclarationError, match="no data folder"):
        data_file(NOWHERE, "xstest", ("a.csv",))
    (tmp_path / "xstest").mkdir()
    (tmp_path / "xstest" / "b.csv").touch()
    found = data_file(DataFolder(tmp_path), "xstest", ("a.csv", "b.csv"))
    assert found == tmp_path / "xstest" / "b.csv"
