import pytest

from statera.guard.personal.ibans import ibans
from tests.guard.personal.found import by_text

EXAMPLES = (
    "DE89370400440532013000",
    "GB82WEST12345698765432",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "MT84MALT011000012345MTLCAST001S",
    "NO9386011117947",
    "SA0380000000608010167519",
    "BR9700360305000010009795493P1",
)


@pytest.mark.parametrize("number", EXAMPLES)
def test_the_registrys_examples_are_found_as_they_are_written(number: str) -> None:
    grouped = " ".join(number[at : at + 4] for at in range(0, len(number), 4))
    for written in (number, grouped, number.lower()):
        assert by_text(ibans, f"to {written}, today") == [written]


@pytest.mark.parametrize(
    "text",
    [
        "DE89370400440532013001",  # check digits
        "DE8937040044053201300",  # one digit short
        "XX89370400440532013000",  # no country
        "aDE89370400440532013000",
        "DE89",
    ],
)
def test_what_is_no_iban(text: str) -> None:
    assert by_text(ibans, text) == []


def test_what_stands_behind_it_is_not_taken() -> None:
    text = "DE89 3704 0044 0532 0130 00 12 EUR"
    assert by_text(ibans, text) == ["DE89 3704 0044 0532 0130 00"]
