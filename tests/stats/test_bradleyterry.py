"""Rankings: golden scores, two models, planted strengths, ties, splits, resamples and coverage."""

import csv
import doctest
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import statera.stats.bradleyterry as module
from statera.stats.bradleyterry import bradley_terry
from statera.stats.games import Games, Ties
from statera.stats.ranking import Ranking
from tests.shared_data import shared


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def played(
    strengths: np.ndarray, count: int, seed: int, *, nu: float = 0.0, per_item: int = 1
) -> Games:
    draw, models = rng(seed), len(strengths)
    left = draw.integers(0, models, count)
    right = (left + draw.integers(1, models, count)) % models
    gap = strengths[left] - strengths[right]
    wins, losses = np.exp(gap / 2), np.exp(-gap / 2)
    place = draw.random(count) * (wins + losses + nu)
    score = np.where(place < wins, 1.0, np.where(place < wins + losses, 0.0, 0.5))
    return Games(left, right, score, cluster=np.arange(count) // per_item)


def values(found: Ranking) -> np.ndarray:
    assert all(one.value is not None for one in found.models)
    return np.array([one.value for one in found.models], dtype=np.float64)


@pytest.mark.parametrize("name", ["simple", "food"])
def test_golden_scores(name: str) -> None:
    def rows(file: str) -> list[dict[str, str]]:
        path = shared("data", "judge", "ranking", file)
        return list(csv.DictReader(path.read_text("utf-8").splitlines()))

    games = rows(f"{name}.csv")
    golden = {
        row["item"]: float(row["score"])
        for row in rows(f"{name}-golden.csv")
        if row["algorithm"] == "bradley_terry"
    }
    names = sorted(golden)
    points = {"left": 1.0, "right": 0.0, "tie": 0.5}
    found = bradley_terry(
        Games(
            [names.index(row["left"]) for row in games],
            [names.index(row["right"]) for row in games],
            [points[row["winner"]] for row in games],
        ),
        rng=rng(),
    )
    scores = {names[one.model]: one.score for one in found.models}
    assert scores == pytest.approx(golden, abs=1e-9)
    assert found.models[0].method == "no interval: fewer than 40 items"


def test_two_models_are_the_log_odds_of_the_win_share() -> None:
    # 30 wins, 10 losses and 20 ties: 40 of 60
    games = Games([0] * 60, [1] * 60, [1] * 30 + [0] * 10 + [0.5] * 20)
    found = bradley_terry(games, rng=rng(), resamples=4_000)
    first = found.models[0]
    assert first.value == pytest.approx(log(2) / 2)
    assert first.score == pytest.approx(2 / 3)
    assert found.win[0][1] == pytest.approx(2 / 3)
    assert first.low is not None
    assert first.high is not None
    # delta method: variance of the share (30 + 20 / 4) / 60 - (2 / 3)^2, by 60, over (s (1 - s))^2
    error = np.sqrt((35 / 60 - 4 / 9) / 60) / (2 / 9) / 2
    assert (first.high - first.low) / 2 == pytest.approx(2.001 * error, rel=0.06)
    # Davidson: nu = ties / sqrt(wins losses), the strength half of the log odds of wins
    tied = bradley_terry(games, ties="davidson", rng=rng())
    assert tied.models[0].value == pytest.approx(log(3) / 2)
    assert tied.tie is not None
    assert tied.tie.value == pytest.approx(20 / np.sqrt(300))
    assert tied.tie.low is not None
    assert tied.tie.high is not None
    assert 0 < tied.tie.low < 20 / np.sqrt(300) < tied.tie.high


@pytest.mark.parametrize(("ties", "nu"), [("half", 0.0), ("davidson", 0.7)])
def test_planted_strengths_come_back(ties: Ties, nu: float) -> None:
    strengths = np.linspace(-1.5, 1.5, 6)
    found = bradley_terry(played(strengths, 20_000, 1, nu=nu), ties=ties, rng=rng(), resamples=200)
    assert values(found) == pytest.approx(strengths, abs=0.1)
    assert [one.rank for one in found.models] == [6, 5, 4, 3, 2, 1]
    for one, truth in zip(found.models, strengths, strict=True):
        assert one.low is not None
        assert one.high is not None
        assert one.low - 0.03 < truth < one.high + 0.03
        assert one.best == one.worst == one.rank
    if nu:
        assert found.tie is not None
        assert found.tie.value == pytest.approx(nu, abs=0.04)
    else:
        assert found.tie is None


@given(st.permutations(range(5)), st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_names_and_sides_do_not_matter(order: list[int], random: object) -> None:
    games = played(np.linspace(-1, 1, 5), 150, 2, nu=0.3)
    left, right, score = (np.asarray(x) for x in games[:3])
    turned = np.array([random.random() < 0.5 for _ in left])  # type: ignore[attr-defined]
    names = np.array(order)
    moved = Games(
        names[np.where(turned, right, left)],
        names[np.where(turned, left, right)],
        np.where(turned, 1 - score, score),
        cluster=games.cluster,
    )
    for ties in ("half", "davidson"):
        before = bradley_terry(games, ties=ties, rng=rng(), resamples=20)
        after = bradley_terry(moved, ties=ties, rng=rng(), resamples=20)
        assert values(after)[names] == pytest.approx(values(before))
        low = [after.models[k].low for k in order]
        assert low == pytest.approx([one.low for one in before.models])


def test_a_weight_is_so_many_games() -> None:
    games = played(np.array([-0.5, 0.0, 0.5]), 90, 3)
    weight = rng(4).integers(0, 4, 90)
    left, right, score = (np.repeat(np.asarray(x), weight) for x in games[:3])
    weighed = bradley_terry(games._replace(weight=weight), rng=rng())
    written = bradley_terry(Games(left, right, score), rng=rng())
    assert values(weighed) == pytest.approx(values(written))
    assert weighed.models[0].games == written.models[0].games


def test_who_cannot_be_compared_has_no_number() -> None:
    # 0, 1, 2 play each other; 3 beats all; 4 loses to all; 5 and 6 play each other only; 7 nobody
    base = played(np.array([0.3, 0.0, -0.3]), 120, 5)
    left = [*np.asarray(base.left), 3, 3, 0, 1, 5, 6]
    right = [*np.asarray(base.right), 0, 1, 4, 4, 6, 5]
    score = [*np.asarray(base.score), 1, 1, 1, 1, 1, 1]
    found = bradley_terry(Games(left, right, score, models=8), rng=rng(), resamples=100)
    assert found.groups == ((0, 1, 2), (5, 6), (3,), (4,), (7,))
    assert found.n == 120
    alone = bradley_terry(base, rng=rng(), resamples=100)
    assert values(alone) == pytest.approx([one.value for one in found.models[:3]])
    assert all(one.value is None and one.score is None for one in found.models[3:])
    assert found.models[3].method == "never beaten by the ranked group"
    assert found.models[4].method == "never beats the ranked group"
    assert found.models[5].method == "no games link it to the ranked group"


@pytest.mark.parametrize(
    "games", [Games([0], [1], [1]), Games([], [], []), Games([0, 1], [1, 2], [1, 1], models=4)]
)
def test_nothing_to_rank(games: Games) -> None:
    found = bradley_terry(games, rng=rng())
    assert all(one.value is None and one.method for one in found.models)
    assert "no two models" in found.method


@pytest.mark.parametrize(
    ("score", "determined"),
    [
        ([1, 1, 0.5], False),  # no loss: the wins could be ever surer
        ([1, 0, 1], False),  # no tie
        ([1, 0, 0.5], True),
    ],
)
def test_davidson_needs_a_tie_and_a_ring_of_wins(score: list[float], determined: bool) -> None:
    games = Games([0, 0, 0], [1, 1, 1], score)
    found = bradley_terry(games, ties="davidson", rng=rng())
    assert (found.models[0].value is not None) == determined
    if not determined:
        assert "ring of wins" in found.method


def test_resamples_without_a_finite_fit_are_counted_and_end_the_intervals() -> None:
    # the second model won twice of 60: exp(-2), more than a tenth, of resamples have none of these
    few = Games([0] * 60, [1] * 60, [0] * 2 + [1] * 58)
    found = bradley_terry(few, rng=rng())
    assert 80 < found.disconnected < 190
    assert found.models[0].low is None
    assert "of resamples have no finite strengths" in found.models[0].method
    assert found.models[0].value == pytest.approx(log(58 / 2) / 2)
    # and 4 times of 60: exp(-4), below 2.5 %: counted, and the interval stands
    some = bradley_terry(Games([0] * 60, [1] * 60, [0] * 4 + [1] * 56), rng=rng())
    assert 3 < some.disconnected < 25
    assert some.models[0].high is not None
    assert some.models[0].high < 3
    assert some.better is not None
    assert some.better[0][1] == 1


def test_games_on_one_item_are_not_independent() -> None:
    strengths = np.array([-0.5, 0.0, 0.5])
    base = played(strengths, 200, 6)
    left, right, score = (np.repeat(np.asarray(x), 9) for x in base[:3])
    loose = bradley_terry(Games(left, right, score), rng=rng())
    bound = bradley_terry(Games(left, right, score, cluster=np.repeat(range(200), 9)), rng=rng())
    once = bradley_terry(base, rng=rng())

    def width(found: Ranking) -> float:
        one = found.models[0]
        assert one.low is not None
        assert one.high is not None
        return one.high - one.low

    assert width(bound) == pytest.approx(width(once), rel=0.15)
    assert width(loose) == pytest.approx(width(once) / 3, rel=0.15)
    assert bound.clusters == 200


def test_intervals_and_ranks_cover() -> None:
    strengths = np.array([-0.75, -0.75, 0.25, 0.25, 1.0])
    ranks = [(4, 5), (4, 5), (2, 3), (2, 3), (1, 1)]
    trials, covered, placed = 120, [], []
    for seed in range(trials):
        found = bradley_terry(played(strengths, 300, seed, nu=0.3), rng=rng(seed), resamples=200)
        # ties as half wins shrink strengths: the truth is that of the mean score of each pair
        for one, truth, (best, worst) in zip(found.models, shrunk(strengths), ranks, strict=True):
            assert one.low is not None
            assert one.high is not None
            assert one.best is not None
            assert one.worst is not None
            covered.append(one.low <= truth <= one.high)
            placed.append(one.best <= best and worst <= one.worst)
    # five models share each trial: their five answers are worth about two
    assert abs(np.mean(covered) - 0.95) <= 3 * np.sqrt(0.95 * 0.05 / (2 * trials))
    assert np.mean(placed) >= 0.93


def shrunk(strengths: np.ndarray) -> np.ndarray:
    """Return what ranking by half wins finds of endless games with Davidson's nu at 0.3."""
    pairs = [(i, j) for i in range(5) for j in range(5) if i != j]
    left, right = np.array(pairs).T
    gap = strengths[left] - strengths[right]
    win, loss = np.exp(gap / 2), np.exp(-gap / 2)
    return values(bradley_terry(Games(left, right, (win + 0.15) / (win + loss + 0.3)), rng=rng()))


def test_the_seed_decides_and_the_level_widens() -> None:
    games = played(np.array([-0.5, 0.0, 0.5]), 200, 8)
    assert bradley_terry(games, rng=rng(1)) == bradley_terry(games, rng=rng(1))
    wide = bradley_terry(games, level=0.99, rng=rng(1)).models[0]
    usual = bradley_terry(games, rng=rng(1)).models[0]
    assert wide.low is not None
    assert usual.low is not None
    assert wide.low < usual.low
    with pytest.raises(ValueError, match="level"):
        bradley_terry(games, level=0.0, rng=rng())


def test_the_example_is_true() -> None:
    assert doctest.testmod(module).failed == 0
