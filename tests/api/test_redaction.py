import pytest

from statera.api.redaction import Redaction


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Write to anna.berg@example.org.", "Write to [EMAIL]."),
        ("Call +49 30 901820 now", "Call [PHONE] now"),
        ("card 4111 1111 1111 1111", "card [CARD]"),
        ("Nothing to see in version 1.2.3.4 of 2026-03-01.", None),
        ("", None),
    ],
)
def test_what_gives_people_away_is_taken_out(text: str, left: str | None) -> None:
    assert Redaction()(text) == (text if left is None else left)


def test_keys_are_taken_out() -> None:
    key = "sk-" + "proj-" + "a1B2c3D4" * 6
    assert key not in Redaction()(f"use {key} here")


def test_names_that_are_said() -> None:
    clean = Redaction(["Anna Berg", "Elm (St.)", " "])
    told = clean("anna berg of Elm (St.) wrote to anna@x.example; Annalena did not")
    assert told == "[NAME] of [NAME] wrote to [EMAIL]; Annalena did not"
