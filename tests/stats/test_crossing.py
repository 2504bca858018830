from math import exp, inf, log

import pytest

from statera.stats.crossing import Search, climb, crossing, fewest


def test_a_falling_function_is_solved_to_many_digits() -> None:
    assert crossing(lambda x: 2 - x**3, 0.0, 2.0) == pytest.approx(2 ** (1 / 3), abs=1e-11)


def test_infinite_ends_and_functions_of_one_sign() -> None:
    assert crossing(lambda x: inf if x < 0 else -inf, -1.0, 1.0) == pytest.approx(0.0, abs=1e-11)
    assert crossing(lambda _: 1.0, -1.0, 1.0) == 1.0
    assert crossing(lambda _: -1.0, -1.0, 1.0) == -1.0


@pytest.mark.parametrize("start", [-1.0, -0.2, 0.693, 0.9, 5.0])
def test_a_climb_ends_just_before_zero_from_any_start(start: float) -> None:
    found = climb(lambda x: exp(x) - 2, Search(start, 0.5, -1.0, 1.0), within=1e-6)
    assert -1e-6 <= exp(found) - 2 <= 0
    assert found == pytest.approx(log(2), abs=1e-6)


def test_a_jump_over_zero_gives_the_place_just_before_it() -> None:
    found = climb(lambda x: -1.0 if x < 0.25 else 1.0, Search(0.0, 0.1, -1.0, 1.0), within=1e-6)
    assert 0.25 - 1e-9 < found < 0.25


def test_a_climb_without_a_zero_ends_at_an_end() -> None:
    assert climb(lambda _: 1.0, Search(0.0, 0.1, -1.0, 1.0), within=1e-6) == -1.0
    assert climb(lambda _: -1.0, Search(0.0, 0.1, -1.0, 1.0), within=1e-6) == 1.0


def test_few_evaluations() -> None:
    asked: list[float] = []

    def function(x: float) -> float:
        asked.append(x)
        return x - 0.3 + 0.1 * x * x

    climb(function, Search(0.2, 1.0, -1.0, 1.0), within=1e-3)
    assert len(asked) <= 6


@pytest.mark.parametrize("least", [1, 2, 3, 299, 1024, 1025])
def test_the_smallest_count_that_is_enough(least: int) -> None:
    assert fewest(lambda count: count >= least, most=1025) == least
    assert fewest(lambda count: count >= least, most=least) == least
    assert fewest(lambda _: False, most=1000) is None
    assert fewest(lambda count: count > least, most=least) is None
