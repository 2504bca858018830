"""Multiple choice by generation."""

import pytest

from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.scorers.choice import Choice
from tests.scorers.replies import reply, trial

SAMPLE = Sample(id="q", input="?", choices=("London", "Paris", "Rome", "Berlin"), answer=1)


@pytest.mark.parametrize(
    ("text", "outcome", "value", "extracted"),
    [
        ("B", "right", 1.0, "B"),
        ("The answer is (B).", "right", 1.0, "B"),
        ("Paris", "right", 1.0, "B"),
        ("C", "wrong", 0.0, "C"),
        ("E", "unparsed", None, None),
        ("A common mistake", "unparsed", None, None),
        ("I'm sorry, but I can't help with that.", "refused", None, None),
        ("", "unparsed", None, None),
        ("<think>so B", "unparsed", None, None),
    ],
)
def test_the_letter_decides(
    text: str, outcome: str, value: float | None, extracted: str | None
) -> None:
    score = Choice().score(SAMPLE, reply(text))
    assert (score.outcome, score.value, score.extracted) == (outcome, value, extracted)
    assert score.metric == "accuracy"
    if score.span:
        assert text[slice(*score.span)] in ("B", "C", "Paris")


def test_a_cut_off_reply_without_an_answer_is_truncated() -> None:
    assert Choice().score(SAMPLE, reply("<think>so B", "length")).outcome == "truncated"
    assert Choice().score(SAMPLE, reply("B", "length")).flags == ("cut_off",)


def test_plumbing_is_no_answer() -> None:
    failed = Response(failure=Failure(kind="infra", message="503"))
    score = Choice().score(SAMPLE, trial(failed))
    assert (score.outcome, score.value, score.why) == ("infra_error", None, "503")


def test_labels_can_be_chosen() -> None:
    assert Choice(labels="1234").score(SAMPLE, reply("2")).outcome == "right"
