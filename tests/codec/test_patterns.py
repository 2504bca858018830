import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.codec.patterns import compiled, signs


def test_a_pattern_is_found() -> None:
    assert compiled("^Which .*river").search("Which is the longest river?") is not None
    assert compiled("^x").search("ax") is None


def test_what_is_no_pattern_is_told_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match=r"missing \]: \["):
        compiled("([")
    assert capfd.readouterr().err == ""


def test_no_pattern_hangs() -> None:
    assert compiled("(a+)+$").search("a" * 50_000 + "b") is None


SIGNS = (r"(?i)\bkey\s{0,3}[=:]", r"\d(?:\D{0,3}\d){2}", r"[\[(] ?at ?[\])]", "é$", r"\bs\b|ſ")


@given(st.text(alphabet="kKeyY =:12a[(at])é\nsſK ", max_size=24))
def test_signs_are_those_whose_pattern_is_found(text: str) -> None:
    found = [number for number, one in enumerate(SIGNS) if compiled(one).search(text)]
    assert sorted(signs(*SIGNS)(text)) == found


def test_signs_are_seen_at_the_end_of_a_long_text() -> None:
    noise = "".join(chr(0x21 + at * at % 94) + "1ab-"[at % 4] for at in range(300_000))
    many = signs(r"(?:x|\d.{0,40}){3}[b-z].{20}END", *SIGNS)
    assert {0, 1} <= set(many(noise + "key=1 1b2c3d" + "z" * 20 + "END"))


def test_what_is_no_pattern_is_told_of_signs_too() -> None:
    with pytest.raises(ValueError, match="missing"):
        signs("a", "([")
