"""Games as tables: counting, weights, groups, resamples of whole items, and what is no game."""

import doctest

import numpy as np
import pytest

import statera.stats.games as module
from statera.stats.games import Games, check_games, resampled, tally, whole


def some(count: int = 200, models: int = 4, items: int = 50) -> Games:
    rng = np.random.default_rng(3)
    left = rng.integers(0, models, count)
    return Games(
        left=left,
        right=(left + rng.integers(1, models, count)) % models,
        score=rng.choice([0.0, 0.5, 1.0], size=count),
        weight=rng.integers(0, 3, count),
        cluster=rng.integers(0, items, count),
    )


def test_tables_add_up_games() -> None:
    games = Games([0, 1, 0, 0], [1, 0, 2, 1], [1, 0.25, 0.5, 0.5], weight=[2, 4, 1, 0])
    played = check_games(games)
    half = whole(tally(played, ties="half"))
    assert half.wins[0].tolist() == [[0, 2 + 3, 0.5], [1, 0, 0], [0.5, 0, 0]]
    assert half.ties is None
    sharp = check_games(games._replace(score=[1, 0, 0.5, 0.5]))
    found = whole(tally(sharp, ties="davidson"))
    assert found.wins[0].tolist() == [[0, 6, 0], [0, 0, 0], [0, 0, 0]]
    assert found.ties is not None
    assert found.ties[0].tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]


@pytest.mark.parametrize("way", ["gathered", "dense"])
@pytest.mark.parametrize("held", [2**20, 40])
def test_resamples_draw_whole_items(way: str, held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # three items: 0 beats 1 twice; 1 beats 0 and 2 beats 1; a tie of 0 and 2. Every table must be
    # a sum of three of these, and items come as often as they should
    games = Games([0, 0, 1, 2, 0], [1, 1, 0, 1, 2], [1, 1, 1, 1, 0.5], cluster=[*"aabbc"])
    monkeypatch.setattr(module, "DENSE", 0.0 if way == "dense" else 1.0)
    monkeypatch.setattr(module, "MOST_HELD", held)
    counted = tally(check_games(games), ties="davidson")
    sets = list(resampled(counted, 3_000, np.random.default_rng(0)))
    assert max(len(one.wins) for one in sets) <= max(1, held // 18)
    wins = np.concatenate([one.wins for one in sets])
    ties = np.concatenate([one.ties for one in sets if one.ties is not None])
    assert len(wins) == len(ties) == 3_000
    a, b, c = wins[:, 0, 1] / 2, wins[:, 1, 0], ties[:, 0, 2]
    assert np.array_equal(a + b + c, np.full(3_000, 3.0))
    assert np.array_equal(wins[:, 2, 1], b)
    assert np.array_equal(ties, np.swapaxes(ties, 1, 2))
    # a multinomial of 3 draws: mean 1 and variance 2/3 each
    assert a.mean() == pytest.approx(1, abs=0.06)
    assert a.var() == pytest.approx(2 / 3, abs=0.06)


def test_both_ways_of_adding_up_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = tally(check_games(some()), ties="half")
    monkeypatch.setattr(module, "DENSE", 1.0)
    gathered = list(resampled(counted, 50, np.random.default_rng(1)))
    monkeypatch.setattr(module, "DENSE", 0.0)
    dense = list(resampled(counted, 50, np.random.default_rng(1)))
    assert gathered[0].wins == pytest.approx(dense[0].wins)
    monkeypatch.setattr(module, "DENSE", 1.0)
    monkeypatch.setattr(module, "MOST_GATHERED", 300)
    few = list(resampled(counted, 50, np.random.default_rng(1)))
    assert few[0].wins == pytest.approx(dense[0].wins)


def test_games_inside_a_group() -> None:
    played = check_games(
        Games([0, 1, 2, 3], [1, 3, 3, 0], [1, 0, 0.5, 1], cluster=[7, 8, 9, 9], models=6)
    )
    assert played.models == 6
    assert played.clusters == 3
    inside = played.among((1, 3, 2))
    assert inside.left.tolist() == [0, 2]
    assert inside.right.tolist() == [1, 1]
    assert inside.cluster.tolist() == [0, 1]
    assert inside.models == 3
    assert played.among(()).clusters == 0


@pytest.mark.parametrize(
    ("games", "why"),
    [
        (Games([0, 1], [1], [1, 1]), "each"),
        (Games([0, 1], [1, 0], [1, 1], cluster=[1]), "each"),
        (Games([0, 1], [1, 0], [1, 1], covariates=[[1.0]]), "each"),
        (Games([0], [0], [1]), "two models"),
        (Games([-1], [0], [1]), "two models"),
        (Games([0], [5], [1], models=3), "model 5 among 3"),
        (Games([0], [1], [1.5]), "score"),
        (Games([0], [1], [float("nan")]), "score"),
        (Games([0], [1], [1], weight=[-1]), "weights"),
        (Games([0], [1], [1], weight=[float("inf")]), "weights"),
        (Games([0], [1], [1], covariates=[float("nan")]), "covariates"),
    ],
)
def test_what_is_no_game_is_refused(games: Games, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        check_games(games)


def test_davidson_takes_no_half_sure_scores() -> None:
    with pytest.raises(ValueError, match=r"0, 0\.5 or 1"):
        tally(check_games(Games([0], [1], [0.7])), ties="davidson")


def test_the_example_is_true() -> None:
    assert doctest.testmod(module).failed == 0
