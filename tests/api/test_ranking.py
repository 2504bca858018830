"""Leaderboards from judged matches and from recorded games."""

import asyncio
import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from statera.analysis.leaderboards import Leaderboard
from statera.api.matches import Entrant, play, prepare
from statera.api.ranking import leaderboards, recorded_board
from statera.errors import DeclarationError
from statera.interop.games import RecordedGames, read_games
from statera.models.script import Script
from statera.models.scripted import ScriptedModel
from statera.models.scriptedjudge import ScriptedJudge
from statera.store.runstore import RunStore
from tests.judges_made import PAIRWISE, answer, bench, scripted
from tests.shared_data import shared

PLANTED = {"new": 0.9, "old": 0.1, "mini": -1.0}


def entrants(replies: Mapping[str, list[str]]) -> list[Entrant]:
    return [
        Entrant(name=name, answers=[answer(text, sample=f"q{i}") for i, text in enumerate(texts)])
        for name, texts in replies.items()
    ]


def judged(
    store: RunStore,
    replies: Mapping[str, list[str]],
    model: ScriptedModel,
    *,
    base: str | None = None,
    controls: tuple[str, ...] = (),
    repeats: int = 1,
) -> Leaderboard:
    given = bench(PAIRWISE, model, store, repeats=repeats)
    played = asyncio.run(play(given, prepare(given, entrants(replies), base=base)))
    (board,) = leaderboards(played, controls=controls)
    return board


def qualities(count: int) -> dict[str, list[str]]:
    """Return replies whose best wins by Bradley and Terry's law: Gumbel noise on strengths."""
    draw = np.random.default_rng(4)
    return {
        name: [
            f"reply quality={50 + value + noise:.6f} {'word ' * int(draw.integers(1, 40))}"
            for noise in draw.gumbel(size=count)
        ]
        for name, value in PLANTED.items()
    }


def honest(judge: ScriptedJudge | None = None) -> ScriptedModel:
    return ScriptedModel(Script(judge=judge or ScriptedJudge()))


def test_planted_strengths_of_judged_runs_come_back_within_their_intervals(
    store: RunStore,
) -> None:
    board = judged(store, qualities(120), honest(), base="old", controls=("length",))
    assert [one.model for one in board.raw.models] == list(PLANTED)
    for one in board.raw.models:
        assert one.low is not None
        assert one.high is not None
        assert one.low < PLANTED[one.model] < one.high
    new = board.raw.models[0]
    assert new.win_low is not None
    assert new.win_high is not None
    assert new.win_low < 1 / (1 + np.exp(-0.8)) < new.win_high
    assert (board.task, board.criterion, board.base) == ("open", "pairwise", "old")
    assert (board.raw.games, board.raw.items, board.flips, board.unparsed) == (240, 120, 0, 0)
    assert board.controlled is not None
    (length,) = board.coefficients
    assert length.estimate.low is not None
    assert length.estimate.high is not None
    assert length.estimate.low < 0 < length.estimate.high  # length was drawn apart from quality


def test_a_flip_is_a_tie_and_silence_is_no_game(store: RunStore) -> None:
    model = scripted(("silent", "I cannot say."), ("Reply A", "The first, as always.\n[[A]]"))
    replies = {name: [f"{name} {i}" for i in range(40)] for name in PLANTED}
    replies["mini"][0] = "silent"
    board = judged(store, replies, model)
    assert (board.asked, board.flips, board.unparsed) == (120, 118, 2)
    assert [one.tied for one in board.raw.models] == [79, 79, 78]
    assert {one.model: one.unparsed for one in board.raw.models} == {"new": 1, "old": 1, "mini": 2}
    assert all(abs(one.value or 0) < 1e-9 and one.rank == 1 for one in board.raw.models)


def test_repeats_of_an_item_weigh_as_one(store: RunStore) -> None:
    replies = {
        name: [f"{name} quality={q}" for q in own]
        for name, own in {"a": (3, 1, 2), "b": (2, 3, 1), "c": (1, 2, 3)}.items()
    }
    once = judged(store, replies, honest())
    thrice = judged(store, replies, honest(), repeats=3)
    assert [one.value for one in once.raw.models] == pytest.approx([0, 0, 0], abs=1e-9)
    assert thrice.raw.items == once.raw.items == 3
    assert [one.won for one in thrice.raw.models] == [9, 9, 9]
    assert [one.value for one in thrice.raw.models] == pytest.approx([0, 0, 0], abs=1e-9)


def test_a_judge_that_looks_at_length_alone_leaves_nothing_at_equal_length(
    store: RunStore,
) -> None:
    draw = np.random.default_rng(2)
    replies = {
        name: ["word " * int(n) for n in draw.integers(low, low + 60, 40)]
        for name, low in {"long": 30, "middle": 20, "short": 5}.items()
    }
    board = judged(
        store, replies, honest(ScriptedJudge(prefers="longer")), controls=("length", "style")
    )
    assert [one.model for one in board.raw.models] == list(replies)
    assert board.controlled is not None
    assert all(one.value is None for one in board.controlled.models)
    assert "foretell every game" in board.controlled.method
    *held, same = board.notes
    assert [note.partition(":")[0] for note in held] == ["bold", "headers", "lists"]
    assert same == "3 of 120 games are of the same text on both sides: ties, not asked"


def test_golden_scores_of_recorded_games() -> None:
    for name in ("simple", "food"):
        board = recorded_board(read_games(shared("data", "judge", "ranking", f"{name}.csv")))
        path = shared("data", "judge", "ranking", f"{name}-golden.csv")
        golden = {
            row["item"]: float(row["score"])
            for row in csv.DictReader(path.read_text("utf-8").splitlines())
            if row["algorithm"] == "bradley_terry"
        }
        assert {one.model: one.score for one in board.raw.models} == pytest.approx(golden, abs=2e-7)
        shares = [golden[one.model] for one in board.raw.models]
        assert shares == sorted(shares, reverse=True)


def games(count: int = 400, *, place: float = 0.0) -> RecordedGames:
    """Return games of three models; being the left one adds `place` to the log odds."""
    draw, strengths = np.random.default_rng(6), np.array(list(PLANTED.values()))
    left = draw.integers(0, 3, count)
    right = (left + draw.integers(1, 3, count)) % 3
    odds = strengths[left] - strengths[right] + place
    score = (draw.random(count) < 1 / (1 + np.exp(-odds))).astype(float)
    items = [f"q{i // 4}" for i in range(count)]
    sides = left.tolist(), right.tolist()
    return RecordedGames(tuple(PLANTED), *sides, score.tolist(), items, {})


def test_recorded_games_are_ranked_and_the_first_place_taken_out() -> None:
    board = recorded_board(games(1_200, place=0.8), base="old", controls=("place",))
    assert board.raw.items == 300
    assert board.controlled is not None
    for one in board.controlled.models:
        assert one.low is not None
        assert one.high is not None
        assert one.low < PLANTED[one.model] < one.high
    (place,) = board.coefficients
    assert place.estimate.low is not None
    assert place.estimate.high is not None
    assert place.estimate.low < 0.8 < place.estimate.high
    assert board.controlled.models[0].win is not None


def test_traits_of_a_file_are_held_equal(tmp_path: Path) -> None:
    path = tmp_path / "games.csv"
    lines = ["model_a,model_b,winner,length_a,length_b,cost_a,cost_b"]
    for i in range(60):
        left, right = ("x", "y") if i % 2 else ("y", "x")
        winner = "model_a" if i % 3 else "model_b"
        lines.append(f"{left},{right},{winner},{100 + i * 7 % 50},100,{i % 5},2")
    path.write_text("\n".join(lines), encoding="utf-8")
    found = recorded_board(read_games(path, ["length", "cost"]), controls=("length", "cost"))
    assert [one.control for one in found.coefficients] == ["length", "cost"]
    assert all(one.estimate.value is not None for one in found.coefficients)


def test_the_seed_decides() -> None:
    assert recorded_board(games(), seed=1) == recorded_board(games(), seed=1)
    assert recorded_board(games(), seed=1) != recorded_board(games(), seed=2)


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(DeclarationError, match="unknown base 'ol'"):
        recorded_board(games(), base="ol")
    with pytest.raises(DeclarationError, match="unknown control 'cost'"):
        recorded_board(games(), controls=("cost",))
    with pytest.raises(DeclarationError, match="not fitted with controls"):
        recorded_board(games(), ties="davidson", controls=("place",))
    assert recorded_board(games(), ties="davidson").raw.models[0].value is None  # no game was tied


def test_an_empty_reply_is_not_forgiven_for_its_length(store: RunStore) -> None:
    replies = qualities(120)
    draw = np.random.default_rng(7)
    replies["holes"] = [
        "" if draw.random() < 0.25 else f"reply quality={51 + noise:.6f} {'word ' * 20}"
        for noise in draw.gumbel(size=120)
    ]
    board = judged(store, replies, honest(), controls=("length",))
    assert board.controlled is not None
    raw = {one.model: one.value or 0.0 for one in board.raw.models}
    controlled = {one.model: one.value or 0.0 for one in board.controlled.models}
    assert controlled == pytest.approx(raw, abs=0.15)
    (length,) = board.coefficients
    assert length.estimate.low is not None
    assert length.estimate.high is not None
    assert length.estimate.low < 0 < length.estimate.high  # the judge does not look at length
    assert [note for note in board.notes if note.startswith("an empty reply in ")]
