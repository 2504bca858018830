import pytest

from statera.guard.personal.passports import passports
from tests.guard.personal.found import by_text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Passport No: L898902C3", ["L898902C3"]),
        ("my passport number is 123456789.", ["123456789"]),
        ("Reisepassnummer: C01X00T47", ["C01X00T47"]),
        ("Pasaporte # XDA123456", ["XDA123456"]),
        ("the passport office opens at nine", []),
        ("L898902C3", []),
        ("a passport renewed by everyone", []),
    ],
)
def test_only_where_a_word_says_so(text: str, found: list[str]) -> None:
    assert by_text(passports, text) == found
