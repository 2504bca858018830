import json
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from statera.stats.passk import g_pass_at, mean_g_pass, pass_at, pass_hat, worst_of
from tests.shared_data import shared


@pytest.mark.parametrize(("right", "tries"), [(0, 5), (1, 5), (3, 7), (7, 7)])
def test_equal_the_shares_of_subsets(right: int, tries: int) -> None:
    outcomes = [1] * right + [0] * (tries - right)
    for k in range(1, tries + 1):
        counts = [sum(subset) for subset in combinations(outcomes, k)]
        share = [sum(c >= j for c in counts) / len(counts) for j in range(k + 1)]
        assert pass_at(right, tries, k) == pytest.approx(share[1])
        assert pass_hat(right, tries, k) == pytest.approx(share[k])
        for j in range(1, k + 1):
            assert g_pass_at(right, tries, k, j / k) == pytest.approx(share[j])
        if k >= 2:
            upper = [share[i] for i in range(-(-k // 2) + 1, k + 1)]
            assert mean_g_pass(right, tries, k) == pytest.approx(2 / k * sum(upper))


@given(some.lists(some.floats(-5, 5), min_size=1, max_size=8), some.integers(1, 8))
def test_worst_of_is_the_mean_of_the_least(values: list[float], k: int) -> None:
    k = min(k, len(values))
    subsets = list(combinations(values, k))
    expected = sum(min(subset) for subset in subsets) / len(subsets)
    assert worst_of(values, k) == pytest.approx(expected, abs=1e-12)


def test_worst_of_right_and_wrong_is_pass_hat() -> None:
    assert worst_of([1, 0, 1, 1, 0], 2) == pytest.approx(pass_hat(3, 5, 2))


def test_a_share_of_the_tries_is_not_rounded_up_by_a_hair() -> None:
    """0.28 * 25 is 7.000000000000001 in floating point, and still 7 tries."""
    assert g_pass_at(7, 25, 25, 0.28) == 1.0


PASS_HAT = {
    "college_mathematics": (0.466, 0.374, 0.335, 0.314, 0.300),
    "high_school_european_history": (0.9018, 0.8867, 0.8764, 0.8679, 0.8606),
    "logical_deduction": (0.9248, 0.8972, 0.8824, 0.8736, 0.8680),
    "public_relations": (0.7764, 0.7282, 0.7073, 0.6927, 0.6818),
}


def test_recorded_runs_give_their_recorded_shares() -> None:
    """gpt-4o at temperature 0, five runs of 625 items."""
    lines = shared("data", "alignment", "reliability", "llm_stability_strict_json.jsonl")
    right: dict[str, list[int]] = {}
    for line in lines.read_text().splitlines():
        row = json.loads(line)
        found = [json.loads(reply)["Answer"].strip("()") for reply in row["responses"]]
        hits = found.count(row["target"].strip("()"))
        right.setdefault(row["task"], []).append(hits)
    for task, expected in PASS_HAT.items():
        counts = right[task]
        shares = [sum(pass_hat(c, 5, k) for c in counts) / len(counts) for k in range(1, 6)]
        assert shares == pytest.approx(expected, abs=6e-5)
    best = sum(pass_at(c, 5, 5) for c in right["college_mathematics"])
    assert best == pytest.approx(67)


@pytest.mark.parametrize(("right", "tries", "k"), [(1, 2, 3), (3, 2, 1), (0, 2, 0)])
def test_refuse_what_cannot_be_estimated(right: int, tries: int, k: int) -> None:
    with pytest.raises(ValueError, match="pass@"):
        pass_at(right, tries, k)
    with pytest.raises(ValueError, match=r"pass\^"):
        pass_hat(right, tries, k)
    with pytest.raises(ValueError, match="g-pass@"):
        g_pass_at(right, tries, k, 0.5)
    with pytest.raises(ValueError, match="mg-pass@"):
        mean_g_pass(right, tries, k)


def test_refuse_what_has_no_meaning() -> None:
    with pytest.raises(ValueError, match="share"):
        g_pass_at(1, 2, 2, 0.0)
    with pytest.raises(ValueError, match="k >= 2"):
        mean_g_pass(1, 2, 1)
    with pytest.raises(ValueError, match="worst@"):
        worst_of([0.1, 0.2], 3)
    with pytest.raises(ValueError, match="NaN"):
        worst_of([0.1, float("nan")], 1)
