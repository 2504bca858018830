import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from statera.analysis.judgeaudit.signs import sign
from statera.stats.paired import difference
from statera.stats.results import Difference, Pairs


def paired(gaps: list[float], units: list[str] | None = None) -> Difference:
    ones = [1.0] * len(gaps)
    names = [f"q{i}" for i in range(len(gaps))] if units is None else units
    return difference(Pairs([0.5 + gap for gap in gaps], [0.5] * len(gaps), names, ones, ones))


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([0.25] * 20, 1),  # the same everywhere: bounds for any law would not tell
        ([-0.25] * 20, -1),
        ([0.25] * 6, 1),  # 2 / 64
        ([0.25] * 5, 0),  # 2 / 32
        ([0.1, 0.2, 0.3, 0.1, 0.2, 0.3], 1),
        ([0.1, 0.2, 0.3, 0.1, 0.2, -0.3], 0),
        ([0.0] * 20, 0),
        ([0.1, -0.1] * 20, 0),
        ([0.1] * 20 + [0.3] * 20, 1),
        ([-0.1] * 20 + [-0.3] * 20 + [0.0], -1),
        ([], 0),
    ],
)
def test_known_signs(gaps: list[float], expected: int) -> None:
    assert sign(paired(gaps)) == expected


def test_items_of_one_unit_do_not_make_it_surer() -> None:
    assert sign(paired([0.25] * 20, ["a", "b", "c", "d"] * 5)) == 0


@settings(max_examples=40)
@given(some.lists(some.sampled_from([-0.5, -0.25, 0.0, 0.25, 0.5]), max_size=30))
def test_turning_the_difference_turns_its_sign(gaps: list[float]) -> None:
    assert sign(paired(gaps)) == -sign(paired([-gap for gap in gaps]))
