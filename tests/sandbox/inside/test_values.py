import math
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.sandbox.inside.values import decode, encode


class Colour(IntEnum):
    RED = 1


class Point(NamedTuple):
    x: int
    y: int


class Liar(int):
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = int.__hash__


def crossed(value: Any) -> Any:
    return decode(encode(value, lambda other: ["o", 0]), lambda tag, handle: (tag, handle))


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.complex_numbers(allow_nan=False)
    | st.fractions()
    | st.decimals(allow_nan=False),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
        | st.sets(st.integers(), max_size=4)
        | st.frozensets(st.text(), max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_plain_data_crosses_unchanged(value: Any) -> None:
    found = crossed(value)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (Colour.RED, 1),
        (Point(1, 2), (1, 2)),
        (Liar(3), 3),
        (bytearray(b"ab"), bytearray(b"ab")),
        (range(1, 9, 2), range(1, 9, 2)),
        (Decimal("1.50"), Decimal("1.5")),
        (Fraction(2, 4), Fraction(1, 2)),
        ("\ud800", "\ud800"),
        (math.inf, math.inf),
        (True, True),
        (object(), ("o", 0)),
        (len, ("o", 0)),
    ],
)
def test_known_values(value: Any, found: Any) -> None:
    result = crossed(value)
    assert result == found
    assert type(result) is type(found)


def test_integers_of_any_length_cross() -> None:
    assert crossed(-(10**6000)) == -(10**6000)


def test_a_liar_crosses_as_what_it_is() -> None:
    assert crossed(Liar(3)) != 4
    assert math.isnan(crossed(math.nan))
    assert math.copysign(1, crossed(-0.0)) == -1


def test_what_contains_itself_does_not_cross() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(RecursionError):
        crossed(loop)


@pytest.mark.parametrize(
    "nonsense",
    [
        [],
        ["i"],
        ["i", "z"],
        ["f", 1],
        ["d", [[["l", []], 1]]],
        {"a": 1},
        1.5,
        ["n", "os", "x", "1"],
    ],
)
def test_nonsense_is_refused(nonsense: Any) -> None:
    def resolve(tag: str, handle: Any) -> Any:
        raise ValueError(tag)

    with pytest.raises((ValueError, TypeError, LookupError)):
        decode(nonsense, resolve)
