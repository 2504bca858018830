import pytest

from statera.cli.reading import asked
from statera.records.requests import Chat, Complete, Embed, Likelihood, Message, Request


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
