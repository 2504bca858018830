import pytest

from statera.guard.personal.identities import identities, social_security
from tests.guard.personal.found import by_number


@pytest.mark.parametrize(
    "written",
    [
        "12345678Z",
        "12345678-z",
        "X1234567L",
        "2 55 08 14 168 025 38",
        "255081416802538",
        "AB 12 34 56 C",
        "529.982.247-25",
        "9999 4105 7058",
        "11010519491231002X",
    ],
)
def test_numbers_that_tell_themselves(written: str) -> None:
    assert by_number(identities, f"it is {written}, yes") == [written]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("Steuer-ID", "86095742719"),
        ("CPF", "52998224725"),
        ("Aadhaar", "999941057058"),
        ("National Insurance number", "AB123456C"),
    ],
)
def test_numbers_that_need_a_word(word: str, written: str) -> None:
    assert by_number(identities, f"order {written}") == []
    assert by_number(identities, f"{word}: {written}") == [written]


@pytest.mark.parametrize(
    "text",
    [
        "12345678A",  # letter
        "GB 12 34 56 C",  # no prefix of NINO
        "2 55 08 14 168 025 39",  # key
        "110105194912310021",
        "11010519491331002X",  # month
        "id_12345678Z",
        "20261128 12345678",
        "5555 5555 5555",
    ],
)
def test_what_is_none(text: str) -> None:
    assert by_number(identities, text) == []


def test_corsica() -> None:
    body = "180062A004042"
    key = 97 - int(body.replace("2A", "19")) % 97
    assert by_number(identities, f"NIR {body}{key:02d}") == [f"{body}{key:02d}"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("123-45-6789", ["123-45-6789"]),
        ("SSN 123456789", ["123456789"]),
        ("social security number: 123 45 6789", ["123 45 6789"]),
        ("123456789", []),
        ("123 45 6789", []),
        ("000-45-6789 666-45-6789 900-45-6789", []),
        ("123-00-6789 123-45-0000", []),
        ("part 123-45-6789-x1", ["123-45-6789"]),
        ("SSN: a123456789", []),
    ],
)
def test_social_security(text: str, found: list[str]) -> None:
    assert by_number(social_security, text) == found
