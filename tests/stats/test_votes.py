from math import log

import numpy as np
import pytest

from statera.stats.votes import balanced_weight, plurality, vote_weight


@pytest.mark.parametrize(
    ("right", "of", "kinds", "expected"),
    [
        (0, 0, 2, 0.0),  # nobody knows
        (50, 100, 2, 0.0),  # chance
        (10, 100, 2, 0.0),  # worse than chance is no vote, not a vote against
        (8, 8, 2, log(9)),  # (8 + 1) / (8 + 2): a few labels make nobody infallible
        (32, 97, 3, log(2 * 33 / 67)),
        (20, 100, 5, 0.0),
    ],
)
def test_a_vote_weighs_the_log_odds_over_chance(
    right: int, of: int, kinds: int, expected: float
) -> None:
    assert vote_weight(right, of, kinds=kinds) == pytest.approx(max(0.0, expected))


def test_who_always_says_the_commoner_answer_weighs_nothing() -> None:
    assert balanced_weight((90, 90), (0, 90)) == 0.0
    assert balanced_weight((45, 50), (190, 200)) == pytest.approx(
        log((46 / 52 + 191 / 202) / 2 / (1 - (46 / 52 + 191 / 202) / 2))
    )


@pytest.mark.parametrize(("right", "of", "kinds"), [(3, 2, 2), (-1, 2, 2), (1, 2, 1)])
def test_counts_are_counts(right: int, of: int, kinds: int) -> None:
    with pytest.raises(ValueError, match="right of"):
        vote_weight(right, of, kinds=kinds)
    with pytest.raises(ValueError, match="each"):
        balanced_weight((3, 2), (0, 0))


def test_weighted_votes_are_right_more_often_than_plain_ones() -> None:
    rng = np.random.default_rng(0)
    chances = np.array([0.9, 0.6, 0.6])
    votes = np.where(rng.random((20_000, 3)) < chances, 1.0, -1.0)
    weights = [vote_weight(round(1000 * c), 1000, kinds=2) for c in chances]
    plain, weighted = (float(np.mean(votes @ w > 0)) for w in (np.ones(3), np.array(weights)))
    # The odds of 0.9 outweigh both others together, so the weighted vote is the first one's.
    assert weighted == pytest.approx(0.9, abs=0.01)
    assert plain == pytest.approx(0.9 * (1 - 0.16) + 0.1 * 0.36, abs=0.01)


def test_the_commonest_label_and_none_where_several_are() -> None:
    assert plurality(["a", "b", "a"]) == "a"
    assert plurality(["a", "b"]) is None
    assert plurality([]) is None
