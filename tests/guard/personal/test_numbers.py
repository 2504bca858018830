import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.guard.personal.numbers import numbers, stands_alone


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("call 020 7946 0958 or 4", ["020 7946 0958"]),
        ("4111-1111-1111-1111. 2 apples", ["4111-1111-1111-1111"]),
        ("(212) 555-0100", ["212) 555-0100"]),
        ("12, 13, 14, 15", []),
        ("2026-11-28 12:30", ["2026-11-28 12"]),
        ("12345", []),
    ],
)
def test_what_is_read_as_one_number(text: str, written: list[str]) -> None:
    assert [one.written for one in numbers(text)] == written


@given(st.text("0123456789 -./()a\n", max_size=200))
def test_groups_hold_all_digits_of_a_number(text: str) -> None:
    for one in numbers(text):
        assert one.digits == "".join(sign for sign in one.written if sign.isdigit())
        assert sum(one.sizes) == len(one.digits) >= 6
        assert len(one.separators) == len(one.sizes) - 1
        assert one.since(0).digits == one.digits


def test_a_part_of_a_word_does_not_stand_alone() -> None:
    assert stands_alone("a 123 b", 2, 5)
    assert not stands_alone("a123 b", 1, 4)
    assert not stands_alone("123_b", 0, 3)


def test_a_megabyte_of_digits_is_one_number() -> None:
    assert len(list(numbers("7" * 1_000_000))) == 1
    assert len(list(numbers("7 " * 500_000))) == 1
