import pytest

from statera.cli.reading import asked, print_sample, telling, verdict
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message, Request
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import UNDRAWN, Outcome, Score
from statera.records.trials import Exchange, Trial
from statera.store.rows import Stored


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (Chat(messages=(Message("system", "s"), Message("user", "u"))), "system> s\nuser> u"),
        (Complete(prompt="p"), "p"),
        (Likelihood(context="c", continuations=(" A", " B")), "c\n  … A\n  … B"),
        (Embed(texts=("a", "b")), "a\nb"),
    ],
)
def test_requests_are_readable(request_: Request, expected: str) -> None:
    assert asked(request_) == expected


@pytest.mark.parametrize(
    ("score", "line"),
    [
        (
            Score(metric="accuracy", value=0.0, outcome="wrong", extracted="A", why="stated"),
            "accuracy: wrong, score 0, read 'A' (stated)",
        ),
        (Score(metric="exact", value=None, outcome="refused"), "exact: refused, no score"),
        (
            Score(metric="fpr", value=None, outcome="unparsed", why="harmful", flags=(UNDRAWN,)),
            "fpr: does not count here (harmful)",
        ),
    ],
)
def test_a_verdict_names_its_parts(score: Score, line: str) -> None:
    assert verdict(score) == line


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({"right": 9, "wrong": 3, "unparsed": 8}, "wrong"),
        ({"right": 9, "unparsed": 1, "wrong": 0}, "unparsed"),
        ({"right": 9}, "right"),
        ({}, "wrong"),
    ],
)
def test_the_outcome_to_read_is_one_that_is_there(
    outcomes: dict[Outcome, int], expected: Outcome
) -> None:
    assert telling(outcomes) == expected


def test_each_exchange_of_a_conversation_shows_its_own_reply_and_what_it_goes_on_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    question, doubt = Message("user", "2 + 3?"), Message("user", "Sure?")
    asked_again = (question, Message("assistant", "five"), doubt)
    exchanges = (
        Exchange(Chat(messages=(question,)), Response(text="five", finish="stop")),
        Exchange(Chat(messages=asked_again), Response(text="six", finish="stop")),
        Exchange(Chat(messages=(question,)), Response(text="seven", finish="stop")),
    )
    trial = Trial(task="t", sample_id="s", epoch=0, key="k", exchanges=exchanges, started=0.0)
    print_sample(Stored(Sample(id="s", input="2 + 3?"), trial, ()), as_json=False)
    assert capsys.readouterr().out.splitlines()[1:-1] == [
        "exchange 1 of 3",
        "user> 2 + 3?",
        "five",
        "exchange 2 of 3 · goes on from exchange 1",
        "user> Sure?",
        "six",
        "exchange 3 of 3 · a fresh conversation",
        "user> 2 + 3?",
        "seven",
    ]
