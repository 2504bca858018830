import asyncio

import pytest

from statera.errors import DeclarationError
from statera.graders.code import CodeTests
from statera.protocols import Tools
from statera.records.requests import Chat
from statera.records.responses import Response
from statera.records.trials import Exchange, Trial
from statera.runner.grading import Grading, is_grader
from statera.scorers.contains import Contains
from statera.scorers.exact import Exact
from tests.tasks_made import sums


def trial(text: str) -> Trial:
    exchange = Exchange(Chat(messages=()), Response(text=text, finish="stop"))
    return Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=(exchange,), started=0.0)


def test_every_scorer_gives_a_score_under_its_key() -> None:
    grading = Grading((Exact(name="accuracy"), Contains(any=("2",))), Tools())
    found = asyncio.run(grading(sums(2)[1], trial("2")))
    assert [k.score.metric for k in found] == ["accuracy", "contains"]
    assert [k.key for k in found] == [grading.keys["accuracy"], grading.keys["contains"]]
    assert found[0].score.outcome == "right"


def test_two_scorers_of_one_name_are_refused() -> None:
    with pytest.raises(DeclarationError, match="share a metric name"):
        Grading((Exact(name="x"), Contains(name="x", any=("2",))), Tools())


def test_graders_are_told_from_scorers() -> None:
    assert is_grader(CodeTests())
    assert not is_grader(Exact())
