import pytest

from statera.guard.personal.emails import emails
from tests.guard.personal.found import by_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mail john.doe+x@example.co.uk.", ["john.doe+x@example.co.uk"]),
        (
            "<anna@bücher.example>, o'neil@example.org",
            ["anna@bücher.example", "o'neil@example.org"],
        ),
        ("'a@b.org'", ["a@b.org"]),
        ("Email:a@b.org mailto:c@d.org", ["a@b.org", "c@d.org"]),
        ("john [at] example [dot] com", ["john [at] example [dot] com"]),
        ("JOHN(AT)EXAMPLE.COM", ["JOHN(AT)EXAMPLE.COM"]),
        ("иван@пример.рф", ["иван@пример.рф"]),
    ],
)
def test_addresses(text: str, found: list[str]) -> None:
    assert by_text(emails, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:owner/name.git",
        "postgres://user:word@db.example.com/x",
        "ssh://deploy@db.example.com and https://:word@db.example.com",
        "icon@2x.png and logo@large.svg",
        "left-pad@1.3.0",
        "@handle and a @ b",
        "foo@bar",
        "arrive (at noon)",
        "@" * 1000,
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert by_text(emails, text) == []


def test_a_megabyte_of_letters_is_passed_by() -> None:
    assert by_text(emails, "a" * 1_000_000 + "@") == []
