import json

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import binomtest

from statera.stats.mcnemar import exact_p, mid_p
from tests.shared_data import shared

COUNT = some.integers(0, 400)


@pytest.mark.parametrize(
    ("wins", "losses", "exact", "mid"),
    [
        (4, 14, 0.0309, 0.0192),
        # Fagerland, Lydersen and Laake 2013, airway hyper-responsiveness (Bentur et al. 2009)
        (1, 7, 0.070, 0.039),
        (0, 0, 1.0, 1.0),
        (5, 5, 1.0, 1.0),
        (0, 5, 0.0625, 0.03125),
    ],
)
def test_published_values(wins: int, losses: int, exact: float, mid: float) -> None:
    assert exact_p(wins, losses) == pytest.approx(exact, abs=5e-4 if exact == 0.070 else 5e-5)
    assert mid_p(wins, losses) == pytest.approx(mid, abs=5e-4 if mid == 0.039 else 5e-5)


def test_two_models_on_1319_questions() -> None:
    text = shared("data", "alignment", "robustness", "gsm8k_item_correctness.jsonl").read_text()
    rows = {row["model"]: row["correct"] for row in map(json.loads, text.splitlines())}
    pairs = list(zip(rows["gpt4"], rows["abel_70b"], strict=True))
    wins, losses = pairs.count(("1", "0")), pairs.count(("0", "1"))
    assert (wins, losses) == (169, 44)
    assert exact_p(wins, losses) == pytest.approx(1.8e-18, rel=0.02)


@given(COUNT, COUNT)
def test_the_exact_test_is_the_binomial_one(wins: int, losses: int) -> None:
    if wins + losses:
        expected = binomtest(wins, wins + losses, 0.5).pvalue
        assert exact_p(wins, losses) == pytest.approx(expected, rel=1e-9)


@given(COUNT, COUNT)
def test_swapping_sides_changes_nothing_and_mid_p_is_smaller(wins: int, losses: int) -> None:
    assert exact_p(wins, losses) == exact_p(losses, wins)
    assert mid_p(wins, losses) == mid_p(losses, wins)
    assert 0 < mid_p(wins, losses) <= exact_p(wins, losses) <= 1


def test_counts_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        exact_p(-1, 3)
