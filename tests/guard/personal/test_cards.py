import random

import pytest

from statera.guard.personal.cards import cards
from statera.guard.personal.checksums import luhn
from tests.guard.personal.found import by_number

TEST_NUMBERS = (
    "4111111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "3530111333300000",
    "30569309025904",
    "6200000000000005",
)


@pytest.mark.parametrize("number", TEST_NUMBERS)
def test_every_issuers_test_number_is_found(number: str) -> None:
    assert by_number(cards, f"pay with {number}, please") == [number]


@pytest.mark.parametrize(
    "written",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "3782 822463 10005",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    ],
)
def test_usual_groups(written: str) -> None:
    assert by_number(cards, f"({written})") == [written]


def test_two_cards_in_a_row_are_two() -> None:
    text = "4111111111111111 5555555555554444"
    assert by_number(cards, text) == text.split()


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",  # Luhn
        "9111111111111111",  # no issuer
        "a4111111111111111",  # a part of an identifier
        "4111111111111111_2",
        "0.4111111111111111",  # a fraction
        "41 11 11 11 11 11 11 11",  # a dump of bytes
        "411 1111 1111 11111",
        "1700000000000 20261128123045 9780306406157",  # times and an ISBN
    ],
)
def test_what_is_no_card(text: str) -> None:
    assert by_number(cards, text) == []


def test_few_numbers_of_orders_look_like_cards() -> None:
    draw = random.Random(7)
    orders = [f"{draw.randrange(10**16):016d}" for _ in range(2000)]
    found = [order for order in orders if by_number(cards, order)]
    assert all(map(luhn, found))
    assert len(found) < 60  # a tenth has Luhn's digit, a fifth of those an issuer
