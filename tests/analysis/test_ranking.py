"""Leaderboards of games: planted strengths and traits, what is void, who has no place."""

from typing import Any

import msgspec
import numpy as np
import pytest

from statera.analysis.leaderboards import Leaderboard
from statera.analysis.ranking import Tournament, leaderboard
from statera.stats.games import Games

NAMES = ("new", "old", "mini", "nano")
STRENGTHS = np.array([0.9, 0.3, -0.3, -0.9])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def played(count: int = 1_200, *, slope: float = 0.0, seed: int = 1) -> Games:
    """Return games of four models, five an item; the covariate goes with who is stronger."""
    draw = rng(seed)
    left = draw.integers(0, 4, count)
    right = (left + draw.integers(1, 4, count)) % 4
    longer = draw.normal(size=count) + STRENGTHS[left] - STRENGTHS[right]
    odds = STRENGTHS[left] - STRENGTHS[right] + slope * longer
    score = (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    return Games(left, right, score, cluster=np.arange(count) // 5, covariates=longer)


def board(games: Games, **more: Any) -> Leaderboard:
    given = {"models": NAMES, "games": games, "base": "old"} | more
    return leaderboard(Tournament(**given), rng=rng())


def test_planted_strengths_come_back_in_order_within_their_intervals() -> None:
    found = board(played())
    assert [one.model for one in found.raw.models] == list(NAMES)
    assert [one.rank for one in found.raw.models] == [1, 2, 3, 4]
    for one, planted in zip(found.raw.models, STRENGTHS, strict=True):
        assert one.low is not None
        assert one.high is not None
        assert one.low < planted < one.high
    assert found.notes == found.warnings == ()
    assert (found.asked, found.unparsed, found.void) == (1200, 0, False)
    assert msgspec.json.decode(msgspec.json.encode(found), type=Leaderboard) == found


def test_flips_of_what_was_asked_are_warned_of_and_the_same_text_is_counted_apart() -> None:
    games = played(400)
    score = np.asarray(games.score).copy()
    score[:200] = 0.5
    flips = [50, 50, 50, 50]  # of the 100 games of which each model is one side
    found = board(games._replace(score=score), same=100, flips=flips)
    assert (found.flips, found.same) == (100, 100)
    assert found.warnings[0].startswith("100 of 300 games (33%) are flips")
    assert found.notes == ("100 of 400 games are of the same text on both sides: ties, not asked",)
    assert board(games._replace(score=score), flips=[20] * 4).warnings == ()


def test_the_chance_to_beat_the_base_is_that_of_the_planted_gap() -> None:
    new, old, *_ = board(played()).raw.models
    assert new.win_low is not None
    assert new.win_high is not None
    assert new.win_low < 1 / (1 + np.exp(-0.6)) < new.win_high
    assert old.win is None
    assert board(played(), base=None).raw.models[0].win is None


def test_matrices_are_in_the_order_of_the_lines() -> None:
    swapped = played()._replace(left=3 - np.asarray(played().left))
    swapped = swapped._replace(right=3 - np.asarray(played().right))
    found = board(swapped, models=NAMES[::-1])
    assert [one.model for one in found.raw.models] == list(NAMES)
    assert found.raw.better is not None
    for above in range(4):
        assert found.raw.win[above][above] is None
        for below in range(above + 1, 4):
            assert (found.raw.win[above][below] or 0) > 0.5
            assert (found.raw.better[above][below] or 0) > 0.5
    assert found.raw.win[0][1] == found.raw.models[0].win


def test_strength_that_is_length_goes_at_equal_length() -> None:
    """Models of one strength that differ in a trait which wins: raw apart, equal at equal trait."""
    draw, count = rng(5), 2_000
    left = draw.integers(0, 4, count)
    right = (left + draw.integers(1, 4, count)) % 4
    longer = STRENGTHS[left] - STRENGTHS[right] + draw.normal(size=count)
    score = (draw.random(count) < 1 / (1 + np.exp(-longer))).astype(float)
    games = Games(left, right, score, cluster=np.arange(count) // 5, covariates=longer)
    found = board(games, controls=("length",))
    assert [one.rank for one in found.raw.models] == [1, 2, 3, 4]
    assert (found.raw.models[0].low or 0) > 0.4
    assert found.controlled is not None
    for one in found.controlled.models:
        assert one.low is not None
        assert one.high is not None
        assert one.low < 0 < one.high
    (slope,) = found.coefficients
    assert slope.control == "length"
    assert slope.estimate.low is not None
    assert slope.estimate.high is not None
    assert slope.estimate.low < 1 < slope.estimate.high


def test_a_trait_that_explains_everything_leaves_no_ranking() -> None:
    games = played()
    score = (np.asarray(games.covariates) > 0).astype(float)
    found = board(games._replace(score=score), controls=("length",))
    assert found.raw.models[0].value is not None
    assert found.controlled is not None
    assert all(one.value is None for one in found.controlled.models)
    assert "foretell every game" in found.controlled.method
    assert found.coefficients[0].estimate.value is None


def test_traits_that_say_nothing_are_left_out_by_name() -> None:
    games = played(slope=0.5)
    left, right = np.asarray(games.left), np.asarray(games.right)
    columns = [np.zeros(len(left)), np.asarray(games.covariates), STRENGTHS[left]]
    held = np.stack([*columns[:2], columns[2] - STRENGTHS[right]], axis=1)
    found = board(games._replace(covariates=held), controls=("headers", "length", "bold"))
    assert [one.control for one in found.coefficients] == ["length"]
    assert found.notes == (
        "headers: the same in every pair, nothing to hold equal",
        "bold: goes with the models in every game, and cannot be held equal",
    )
    none = board(games._replace(covariates=held[:, :1]), controls=("headers",))
    assert none.controlled is None
    assert none.coefficients == ()


def test_a_reason_names_the_trait() -> None:
    games = played(slope=0.5)
    twice = np.stack([np.asarray(games.covariates)] * 2, axis=1)
    found = board(games._replace(covariates=twice), controls=("length", "lists"))
    assert found.controlled is not None
    assert "cannot be told from each other" in found.controlled.method
    assert "covariate 0" not in found.controlled.method


def test_silence_warns_and_then_voids() -> None:
    games = played(1_000)
    quiet = board(games, flips=(40, 40, 0, 0), unparsed=(10, 10, 0, 0))
    assert (quiet.asked, quiet.unparsed, quiet.flips, quiet.warnings) == (1010, 10, 40, ())
    told = board(games, unparsed=(58, 2, 20, 20))
    assert told.warnings[0] == "50 of 1050 games (4.8%) have no verdict"
    assert told.warnings[1].startswith("new: 10% of its games")
    void = board(games, unparsed=(80, 80, 40, 40), controls=("length",))
    assert void.void
    assert all(one.value is None and one.low is None for one in void.raw.models)
    assert void.raw.models[0].why == "void: more than 10% of the games have no verdict"
    assert void.raw.models[0].won > 0
    assert void.controlled is None


def test_two_that_never_met_the_others_are_named() -> None:
    games = Games([0, 0, 0, 2], [1, 1, 1, 3], [1, 0, 0, 1])
    found = board(games)
    assert [one.model for one in found.raw.models] == ["old", "new", "mini", "nano"]
    assert found.notes == (
        "never compared, not even through others: new, old | mini, nano. Strengths are of new, old "
        "only",
    )
    assert [one.rank for one in found.raw.models] == [1, 2, None, None]
    assert found.raw.models[1].win == pytest.approx(1 / 3)
    assert found.raw.models[2].win is None
    assert found.raw.models[2].why == "no games link it to the ranked group"


def test_who_won_everything_stands_on_top_and_who_lost_everything_below() -> None:
    games = Games([0, 0, 1, 1, 1, 2, 2], [1, 2, 2, 2, 3, 3, 3], [1, 1, 1, 0, 1, 1, 1])
    found = board(games)
    assert [one.model for one in found.raw.models] == ["new", "old", "mini", "nano"]
    assert [one.rank for one in found.raw.models] == [None, 1, 1, None]
    assert found.notes[0].startswith("new: never lost")
    assert found.notes[1].startswith("nano: never won")


def test_a_ladder_without_upsets_is_in_the_order_of_games_won() -> None:
    found = board(Games([3, 3, 3, 1, 1, 2], [1, 2, 0, 2, 0, 0], [1] * 6))
    assert [one.model for one in found.raw.models] == ["nano", "old", "mini", "new"]
    assert all(one.rank is None for one in found.raw.models)
    assert "the order is by games won" in found.notes[-1]


def test_ties_of_davidson() -> None:
    games = played()
    score = np.where(rng(3).random(1_200) < 0.2, 0.5, np.asarray(games.score))
    tournament = Tournament(models=NAMES, games=games._replace(score=score))
    found = leaderboard(tournament, ties="davidson", rng=rng())
    assert found.raw.tie is not None
    assert found.raw.tie.value is not None
    assert 0.3 < found.raw.tie.value < 0.8
