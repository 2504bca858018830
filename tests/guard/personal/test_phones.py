import pytest

from statera.guard.personal.phones import phones
from tests.guard.personal.found import by_number


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("call +49 30 901820 now", ["+49 30 901820"]),
        ("+44 (0)20 7946 0958. 2 more", ["+44 (0)20 7946 0958"]),
        ("+1 212-555-0100", ["+1 212-555-0100"]),
        ("(212) 555-0100 or 212-555-0199", ["(212) 555-0100", "212-555-0199"]),
        ("01 23 45 67 89", ["01 23 45 67 89"]),
        ("0049 30 901820", ["0049 30 901820"]),
        ("at 9.30 or 31 (212) 555-0100", ["(212) 555-0100"]),
        ("Phone: 020 7946 0958", ["020 7946 0958"]),
        ("Telefonnummer 030/1234567", ["030/1234567"]),
        ("我的电话 13800138000", ["13800138000"]),
    ],
)
def test_numbers_of_telephones(text: str, found: list[str]) -> None:
    assert by_number(phones, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "order 12345678, invoice 2026-0001234",
        "phone book of 2026-11-28",
        "+1 12 34 56 and +123456789",  # no number of North America
        "3+49309018201 UTC+0200300400",
        "1700000000 seconds, 16777216 colours",
        "version 10.15.7.2024",
        "0.06385714286, 0.0612345678",
        "123e4567-e89b-12d3-a456-426614174000",
        "p < 0.001 (n = 1234567)",
        "call f(1234567)",
        "192.168.100.200",
        "911-555-0100",
    ],
)
def test_what_is_no_telephone(text: str) -> None:
    assert by_number(phones, text) == []


def test_brackets_without_end_are_read_once_each() -> None:
    assert by_number(phones, "1 (" * 40_000 + "212) 555-0100") == ["(1 (212) 555-0100"]
