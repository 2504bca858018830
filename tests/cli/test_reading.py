import pytest

from statera.cli.reading import asked, telling, verdict
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message, Request
from statera.records.scores import UNDRAWN, Outcome, Score


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
