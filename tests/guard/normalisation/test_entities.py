import pytest

from statera.guard.normalisation.entities import replacements
from tests.guard.normalisation.rewriting import decoded


@pytest.mark.parametrize("text", ["l&#111;ck", "l&#x6F;ck", "l&#111ck", "&#108;&#111;&#99;&#107;"])
def test_letters_are_decoded(text: str) -> None:
    assert decoded(replacements, text) == "lock"


def test_what_is_invisible_is_decoded_and_others_with_it() -> None:
    assert decoded(replacements, "lo&shy;ck &amp; &#8203;") == "lo\u00adck & \u200b"


@pytest.mark.parametrize("text", ["a &amp; b", "&lt;p&gt;", "R&D; &bogus;", "x && y", "&#; &;"])
def test_signs_are_left(text: str) -> None:
    assert decoded(replacements, text) == text


@pytest.mark.parametrize("text", ["l&amp;#111;ck", "l&amp;amp;#x6f;ck", f"l&#{'0' * 15}111;ck"])
def test_what_is_encoded_twice_or_padded_is_decoded(text: str) -> None:
    assert decoded(replacements, text) == "lock"
