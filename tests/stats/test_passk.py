from itertools import combinations

import pytest

from statera.stats.passk import pass_at


@pytest.mark.parametrize(("right", "tries"), [(0, 5), (1, 5), (3, 7), (7, 7)])
def test_equals_the_share_of_subsets_with_a_right_one(right: int, tries: int) -> None:
    outcomes = [1] * right + [0] * (tries - right)
    for k in range(1, tries + 1):
        subsets = list(combinations(outcomes, k))
        assert pass_at(right, tries, k) == pytest.approx(
            sum(any(s) for s in subsets) / len(subsets)
        )


@pytest.mark.parametrize(("right", "tries", "k"), [(1, 2, 3), (3, 2, 1), (0, 2, 0)])
def test_refuses_what_cannot_be_estimated(right: int, tries: int, k: int) -> None:
    with pytest.raises(ValueError, match="pass@"):
        pass_at(right, tries, k)
