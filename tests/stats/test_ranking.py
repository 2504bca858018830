"""What a ranking says: places of models, spreads that wild draws do not move, bounds of ranks."""

import msgspec
import numpy as np
import pytest

from statera.stats.games import Games, check_games
from statera.stats.ranking import (
    Fitted,
    Ranking,
    interval,
    rank_bounds,
    ranking,
    refusal,
    setting_of,
    spread,
    unranked,
)

# models 1, 2, 3 beat each other in a ring; 0 beats 1, 4 is beaten by 3, 5 has no games
RING = Games([1, 2, 3, 0, 3] * 10, [2, 3, 1, 1, 4] * 10, [1] * 50, models=6)


def draws(strengths: np.ndarray, deviation: float) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=(500, len(strengths))) * deviation
    found: np.ndarray = strengths + noise - noise.mean(axis=1, keepdims=True)
    return found


def made(why: str = "") -> Ranking:
    setting, _ = setting_of(check_games(RING), 0.95, "method", "source")
    strengths = np.array([0.5, -1.0, 0.5])
    return ranking(Fitted(strengths, draws(strengths, 0.1), why), setting)


def test_models_outside_the_group_have_a_reason_and_no_number() -> None:
    found = made()
    assert found.groups[0] == (1, 2, 3)
    assert [one.value for one in found.models] == [None, 0.5, -1.0, 0.5, None, None]
    assert [one.rank for one in found.models] == [None, 1, 3, 1, None, None]
    assert [one.method for one in found.models] == [
        "never beaten by the ranked group",
        *["method"] * 3,
        "never beats the ranked group",
        "no games link it to the ranked group",
    ]
    assert [one.games for one in found.models] == [10, 30, 20, 30, 10, 0]
    assert (found.n, found.clusters) == (30, 30)
    assert found.win[0] == (None,) * 6
    assert found.win[1][2] == pytest.approx(1 / (1 + np.exp(-1.5)))
    assert found.win[1][1] is None
    assert found.better is not None
    assert found.win_low is not None
    assert found.win_high is not None
    assert found.win_low[1][2] == pytest.approx(1 - (found.win_high[2][1] or 0))
    # the difference of two draws has the deviation 0.1 * sqrt(2); Student's t at 29 degrees
    half = 2.045 * 0.1 * np.sqrt(2)
    assert found.win_low[1][2] == pytest.approx(1 / (1 + np.exp(half - 1.5)), abs=0.01)
    assert found.win_high[1][2] == pytest.approx(1 / (1 + np.exp(-half - 1.5)), abs=0.01)
    assert found.win_low[1][1] is found.win_high[0][1] is None
    assert found.better[1][2] == 1
    assert found.better[1][3] == pytest.approx(0.5, abs=0.08)
    assert found.better[2][1] == 0
    assert sum(one.score for one in found.models if one.score is not None) == pytest.approx(1)


def test_intervals_are_symmetric_and_ranks_stay_open_where_strengths_do() -> None:
    found = made().models[1]
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert found.value - found.low == pytest.approx(found.high - found.value)
    # Student's t at 29 degrees, 2.045; 0.1 * sqrt(2 / 3) is the deviation of a centred draw
    assert found.high - found.value == pytest.approx(2.045 * 0.0816, rel=0.1)
    assert (found.best, found.worst) == (1, 2)
    assert (made().models[2].best, made().models[2].worst) == (3, 3)


def test_without_an_interval_there_is_a_reason() -> None:
    found = made("too few")
    assert found.models[1].value == 0.5
    assert found.models[1].low is None
    assert found.models[1].best is None
    assert found.better is found.win_low is found.win_high is None
    assert found.models[1].method == "no interval: too few"
    assert found.method == "method; no interval: too few"
    assert found.source == "source"


def test_without_strengths_every_model_says_why() -> None:
    setting, _ = setting_of(check_games(RING), 0.95, "method", "source")
    found = ranking(unranked("nothing to fit"), setting)
    assert all(one.value is None and one.rank is None for one in found.models)
    assert found.models[1].method == "nothing to fit"
    assert found.better is None
    assert "nothing to fit" in found.method


def test_where_no_one_can_be_ranked_each_model_says_what_its_games_do() -> None:
    ladder = Games([0, 0, 1], [1, 2, 2], [1, 1, 1], models=4)
    setting, inside = setting_of(check_games(ladder), 0.95, "method", "source")
    assert setting.ranked == ()
    assert len(inside.score) == 0
    assert [setting.reasons[k] for k in range(4)] == [
        "never beaten",
        "no two models have won against each other, even by a chain of others",
        "never won",
        "no games",
    ]
    nothing, _ = setting_of(check_games(Games([], [], [])), 0.95, "method", "source")
    assert ranking(unranked("no games"), nothing).models == ()


def test_a_spread_is_a_deviation_that_wild_draws_do_not_move() -> None:
    normal = np.random.default_rng(1).normal(size=20_000) * 3
    assert spread(normal) == pytest.approx(3, rel=0.03)
    assert spread(np.append(normal, [1e6] * 100)) == pytest.approx(3, rel=0.05)


def test_an_interval_of_something_else() -> None:
    setting, _ = setting_of(check_games(RING), 0.95, "method", "source")
    drawn = np.random.default_rng(1).normal(size=2_000)
    found = interval("slope", 0.0, drawn, setting)
    assert found.high == pytest.approx(2.045, rel=0.06)
    assert found.low == -(found.high or 0)
    assert found.method == "slope"
    none = interval("slope", 0.0, drawn, setting, why="too few")
    assert (none.low, none.method) == (None, "too few")


def test_rank_bounds_hold_the_rank_and_close_as_draws_do() -> None:
    strengths = np.array([2.0, 1.0, 0.9, -4.0])
    wide = rank_bounds(strengths, draws(strengths, 0.5), level=0.95)
    close = rank_bounds(strengths, draws(strengths, 0.01), level=0.95)
    assert close.tolist() == [[1, 1], [2, 2], [3, 3], [4, 4]]
    assert wide.tolist() == [[1, 3], [1, 3], [1, 3], [4, 4]]


@pytest.mark.parametrize(("disconnected", "why"), [(0.0, ""), (0.025, ""), (0.03, "3% of")])
def test_refusals(disconnected: float, why: str) -> None:
    setting, _ = setting_of(check_games(RING), 0.95, "method", "source")
    assert refusal(setting, disconnected) == "fewer than 40 items"
    assert refusal(setting._replace(clusters=40), disconnected).startswith(why)
    assert bool(refusal(setting._replace(clusters=40), disconnected)) == bool(why)


def test_a_ranking_reads_from_the_top_and_survives_json() -> None:
    lines = str(made()).splitlines()
    assert lines[0].startswith("model 1: +0.500 [")
    assert lines[0].endswith("rank 1 (1 to 2)")
    assert lines[2].startswith("model 2: -1.000")
    assert lines[3] == "model 0: no strength (never beaten by the ranked group)"
    assert lines[-1] == "95 %, 30 games, 30 items; method"
    assert "rank 1 (no interval: too few)" in str(made("too few"))
    assert msgspec.json.decode(msgspec.json.encode(made()), type=Ranking) == made()


def test_a_level_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        setting_of(check_games(RING), 1.0, "method", "source")
