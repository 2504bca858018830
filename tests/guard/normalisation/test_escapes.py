import pytest

from statera.guard.normalisation.escapes import replacements
from tests.guard.normalisation.rewriting import decoded


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"\x6c\x6f\x63\x6b", "lock"),
        (r"\u006c\u006f\u0063\u006b", "lock"),
        (r"\u{6c}\u{6f}ck", "lock"),
        (r"\U0000006c\U0000006fck", "lock"),
        (r"\154\157\143\153", "lock"),
        ("U+006C U+006F U+0063 U+006B", "lock"),
        (r"a\x62c\xc3\xa9d\x65", "abcéde"),
        (r"\u0061\u0062 \ud83d\ude00", "ab 😀"),
    ],
)
def test_escapes_are_decoded(text: str, plain: str) -> None:
    assert decoded(replacements, text) == plain


@pytest.mark.parametrize(
    "text",
    [r"C:\users\new", r"caf\u00e9", r"\d+\s*\w", r"\033[0m", "U+1F600 U+1F601", r"\u{ffffff}"],
)
def test_paths_patterns_and_signs_are_left(text: str) -> None:
    assert decoded(replacements, text) == text


def test_one_letter_is_decoded_inside_a_word() -> None:
    for escape in (r"\x63", r"\u0063", r"\u{63}", "%u0063"):
        assert decoded(replacements, f"lo{escape}k") == "lock"
        assert decoded(replacements, f"lo {escape} k") == f"lo {escape} k"
    for text in (r"C:\x63d", r"Users\143abc", r"a\x20b", r"na\u00efve"):
        assert decoded(replacements, text) == text
