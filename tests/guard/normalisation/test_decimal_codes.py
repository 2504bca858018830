import pytest

from statera.guard.normalisation.decimal_codes import replacements
from tests.guard.normalisation.rewriting import weighed


@pytest.mark.parametrize("between", [" ", ",", ", "])
def test_codes_are_read(between: str) -> None:
    text = between.join(str(one) for one in b"open the safe")
    assert weighed(replacements, text) == "open the safe"


@pytest.mark.parametrize(
    "text",
    [
        "scores: 85, 90, 78, 92, 88, 76, 100, 99",
        "heights 100, 105, 110, 115, 120, 121, 119",
        "101 102 103 104 105 106 107",
        "120 130 140 150",
    ],
)
def test_numbers_are_left(text: str) -> None:
    assert weighed(replacements, text) == text
