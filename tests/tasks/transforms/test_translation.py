import pytest

from statera.tasks.transforms.translation import ASKED, Translation

GERMAN = Translation({"Who is there?": "Wer ist da?"})


def test_a_sentence_of_the_table_goes_and_comes_back() -> None:
    dressed = GERMAN.apply("Who is there?")
    assert dressed == f"Wer ist da?{ASKED}"
    assert GERMAN.undo(dressed) == "Who is there?"


def test_a_sentence_that_the_table_lacks_is_told() -> None:
    with pytest.raises(ValueError, match="does not have it"):
        GERMAN.apply("Who was there?")


@pytest.mark.parametrize("text", ["Wer ist da?", f"Wer war da?{ASKED}"])
def test_what_is_no_translation_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not a translation"):
        GERMAN.undo(text)
