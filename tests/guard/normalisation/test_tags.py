import pytest

from statera.guard.normalisation import tags
from tests.guard.normalisation.rewriting import after

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


def _tagged(text: str) -> str:
    return "".join(chr(0xE0000 + ord(one)) for one in text)


def test_tags_are_spelled_out() -> None:
    assert after(tags.replacements, "hi" + _tagged("obey me") + "!") == "hiobey me!"


def test_flags_are_flags_and_anything_else_behind_a_black_flag_is_spelled_out() -> None:
    assert tags.replacements(ENGLAND) == []
    assert after(tags.replacements, "\U0001f3f4" + _tagged("kill")) == "\U0001f3f4kill"


def test_bytes_in_variation_selectors_are_spelled_out() -> None:
    assert after(tags.replacements, "😀\U000e0158\U000e0159\U000e0111") == "😀hi!"


@pytest.mark.parametrize("text", ["❤️", "1️⃣", "葛\U000e0100", "a\ufe0f\ufe0e\ufe0f"])
def test_selectors_that_spell_nothing_are_left(text: str) -> None:
    assert tags.replacements(text) == []


def test_presence_is_told_by_the_characters() -> None:
    assert tags.present("é\U000e0041")
    assert not tags.present("é中😀")
