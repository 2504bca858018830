"""Numbers as they are written, as exact values."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.scorers.reading.figures import figures, parse, shown


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,000 and 1000.0 and $1,000 and 1 000 and 1.0e3", ["1000"] * 5),
        ("-5, −5", ["-5", "5"]),
        ("5-3", ["5", "3"]),
        ("10 -3 and 10 - 3", ["10", "3", "10", "3"]),
        ("it is -5, minus -$5", ["-5", "-5"]),
        ("-$5 $-5", ["-5", "-5"]),
        ("1/2, 2 1/2, \\frac{1}{3}", ["0.5", "2.5", "1/3"]),
        ("1.000,50; 3,5; 1.000.000", ["1000.5", "3.5", "1000000"]),
        ("1,2,3", ["1", "2", "3"]),
        ("12,34,567 and 1'000", ["1234567", "1000"]),
        ("1.5 × 10^3, 1.5 \\times 10^{-1}", ["1500", "0.15"]),
        ("10/0", []),
        (".. A1 v2", []),
        ("1. First\n2. Then 5, step 3", ["5"]),
        ("1e99999", []),
        (".5, -.5", ["0.5", "-0.5"]),
    ],
)
def test_what_is_found(text: str, values: list[str]) -> None:
    assert [shown(f.value) for f in figures(text)] == values


@pytest.mark.parametrize("text", ["1,000", "1000.0", "$1,000", "1 000", "1.0e3", " 1000. "])
def test_the_same_number_is_the_same_value(text: str) -> None:
    assert parse(text) == 1000


@pytest.mark.parametrize("text", ["", "x", "..", "1 or 2", "72 clips"])
def test_what_is_not_one_number_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.decimals(allow_nan=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_decimal_comes_back(value: object) -> None:
    exact = Fraction(str(value))
    assert parse(shown(exact)) == exact
    assert parse(f"{value:,}") == exact


@given(st.fractions(max_denominator=10**6))
def test_what_is_shown_is_read_as_the_same_value(value: Fraction) -> None:
    assert Fraction(shown(value)) == value
