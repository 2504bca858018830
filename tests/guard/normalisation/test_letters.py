import pytest

from statera.guard.normalisation import letters
from tests.guard.normalisation.rewriting import after


@pytest.mark.parametrize("text", ["🅺🅸🅻🅻", "🅚🅘🅛🅛", "🇰🇮🇱🇱", "⒦⒤⒧⒧", "🄚🄘🄛🄛"])
def test_drawn_letters_are_letters(text: str) -> None:
    assert after(letters.replacements, text) == "kill"


def test_flags_stay_unless_a_pair_in_the_text_is_none() -> None:
    assert letters.replacements("🇻🇳 and 🇨🇦🇺🇬") == []
    assert after(letters.replacements, "🇭🇴🇼 🇹🇴") == "how to"
    assert after(letters.replacements, "🇰 🇮") == "k i"


def test_presence_is_told_by_the_characters() -> None:
    assert letters.present("é🅺")
    assert not letters.present("é😀中")
