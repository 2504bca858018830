import pytest

from statera.report.experiments import amounts
from tests.report.experiments.made import contrast


@pytest.mark.parametrize(
    ("values", "bounds", "limit", "places"),
    [
        ((0.61, 0.64), (0.01, 0.05), 0.02, 3),
        ((0.61, 0.64), (None, None), 0.02, 3),
        ((0.61, 0.64), (0.01, 0.05), 0.005, 4),
        ((0.012, 0.013), (-0.001, 0.002), 0.0005, 5),
        ((0.61, 0.64), (-0.000348, 0.101), 0.02, 4),  # not to be read as 0
        ((0.61, 0.64), (0.02003, 0.101), 0.02, 5),  # nor as the minimum
        ((0.61, 0.64), (1e-12, 0.101), 0.02, 5),
        ((512.0, 530.0), (-12.0, 40.0), 30.0, 1),
        ((120.0, 131.0), (None, 40.0), 6.0, 1),
    ],
)
def test_amounts_have_the_decimals_that_tell_bounds_and_limit_apart(
    values: tuple[float, float],
    bounds: tuple[float | None, float | None],
    limit: float,
    places: int,
) -> None:
    assert amounts.decimals(contrast(values=values, bounds=bounds, limit=limit)) == places


def test_bounds_are_told_also_where_there_is_one_or_none() -> None:
    assert amounts.span(-0.01, 0.02, 2) == "−0.01 to +0.02"
    assert amounts.span(None, 0.02, 2) == "at most +0.02"
    assert amounts.span(-0.01, None, 2) == "at least −0.01"
    assert amounts.span(None, None, 2) == ""


def test_what_is_absent_is_none_and_no_number() -> None:
    assert amounts.amount(None, 3) == amounts.change(None, 3) == "none"
    assert amounts.share(None) == amounts.probability(None) == "none"
    assert amounts.amount(1234.5, 1) == "1,234.5"
    assert amounts.change(-0.0001, 2) == "+0.00"
    assert amounts.share(0.4983) == "49.8 %"
    assert amounts.probability(1e-9) == "< 0.0001"
