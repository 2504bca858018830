import pytest

from statera.guard.normalisation import invisible
from tests.guard.normalisation.rewriting import after


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u200d", "\u202e", "\u2066", "\ufeff", "\u00ad", "\u3164", "\x00", "\ud800"]
)
def test_it_is_dropped(sign: str) -> None:
    assert after(invisible.replacements, f"bo{sign}{sign}mb") == "bomb"
    assert invisible.present(sign)


def test_what_parts_words_or_has_a_picture_stays() -> None:
    text = "a\tb\nc\r\nd\x0be\x0cf\x85g\u2028h\u00a0i\u3000j é 中 😀"
    assert invisible.replacements(text) == []


def test_zero_width_between_letters_may_be_a_space() -> None:
    assert (
        after(invisible.as_spaces, "to\u200b\u200bme, to\u200b 1\u200b2")
        == "to me, to\u200b 1\u200b2"
    )
    assert invisible.as_spaces("to me") == []
