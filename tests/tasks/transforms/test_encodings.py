import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.tasks.transforms.encodings import (
    BASE64,
    LEETSPEAK,
    ROT13,
    from_base64,
    leet,
    rot13,
    to_base64,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize("transform", [BASE64, ROT13, LEETSPEAK], ids=lambda one: one.name)
@given(text=TEXTS)
def test_every_text_comes_back(transform, text: str) -> None:  # type: ignore[no-untyped-def]
    assert transform.undo(transform.apply(text)) == text


def test_known_answers() -> None:
    assert to_base64("Wer da?") == "V2VyIGRhPw=="
    assert rot13("Hello, World 1") == "Uryyb, Jbeyq 1"
    assert leet("A taste of iron") == "A 74573 0f 1r0n"
    assert leet("5 #") == "#5 ##"


@pytest.mark.parametrize("text", ["not base64", "abc", "/w=="])
def test_what_is_no_base64_of_a_text_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no Base64"):
        from_base64(text)
