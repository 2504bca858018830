import pytest

from statera.errors import DeclarationError
from statera.records.requests import Chat
from statera.tasks.data import DataFolder
from statera.tasks.notes.definition import (
    MAX_TOKENS,
    METRICS,
    SCORERS,
    WORDS,
    NotesTask,
    request_of,
)
from statera.tasks.notes.items import items
from statera.tasks.task import TaskOptions

TASK = NotesTask(name="noted", summary="s", items=120)
NOWHERE = DataFolder(None)


def test_every_score_has_its_metric_and_rates_name_what_stands_against_them() -> None:
    names = [scorer.metric for scorer in SCORERS]
    assert [metric.score for metric in METRICS] == names
    assert names[0] == "complete"
    counters = {metric.name: metric.counter for metric in METRICS}
    assert counters["critical_omission"] == counters["allergy_omission"] == "brevity"
    assert {name for name in counters.values() if name} <= set(names)


def test_the_note_is_asked_with_a_small_limit() -> None:
    request = request_of(items()[0])
    assert isinstance(request, Chat)
    assert request.messages[0].content.endswith(items()[0].input)
    assert f"at most {WORDS} words" in request.messages[0].content
    assert request.sampling.max_tokens == MAX_TOKENS <= 128


def test_examples_and_completions_are_refused() -> None:
    with pytest.raises(DeclarationError, match="noted: num_fewshot 2"):
        TASK.load(TaskOptions(num_fewshot=2), NOWHERE)
    with pytest.raises(DeclarationError, match="noted: asks as a chat only"):
        TASK.load(TaskOptions(api="completions"), NOWHERE)
    assert TASK.load(TaskOptions(), NOWHERE).level == "reliability"
