import pytest

from statera.guard.normalisation.morse import replacements
from tests.guard.normalisation.rewriting import decoded


@pytest.mark.parametrize(
    "text",
    [
        ".--. .. -.-. -.- / .-.. --- -.-. -.-",
        ".--. .. -.-. -.-  .-.. --- -.-. -.-",
        ".--. .. -.-. -.- | .-.. --- -.-. -.-",
        "·--· ·· -·-· -·- / ·-·· --- -·-· -·-",
        "•––• •• –•–• –•– / •–•• ––– –•–• –•–",
    ],
)
def test_morse_is_read(text: str) -> None:
    assert decoded(replacements, text) == "pick lock"


@pytest.mark.parametrize(
    "text",
    [
        "- - - - -",
        ". . . . . .",
        "--- | --- | ---",
        "a .- b -. c",
        "-.-.-.-.-.-",
        "... --- ... ---",
    ],
)
def test_rules_and_tables_are_left(text: str) -> None:
    assert decoded(replacements, text) == text
