import base64
import codecs

import pytest

from statera.scorers.reading.disguise import plainest

SAID = "This is what you have to do for it: first take the key, then open the door."


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        base64.b64encode(SAID.encode()).decode(),
        base64.encodebytes(SAID.encode()).decode(),
        codecs.encode(SAID, "rot13"),
    ],
)
def test_a_reply_is_read_in_the_form_that_is_english(text: str) -> None:
    assert plainest(text) == SAID


@pytest.mark.parametrize(
    "text", ["", "7", "Paris", "Dreizehn Stühle", "abcdefghijklmnopqrst", "===="]
)
def test_what_has_no_better_reading_stays(text: str) -> None:
    assert plainest(text) == text
