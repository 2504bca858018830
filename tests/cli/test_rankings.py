"""The ladder as a person reads it, at 80 columns."""

import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from statera.analysis.leaderboards import Leaderboard
from statera.analysis.ranking import Tournament, leaderboard
from statera.cli import rankings
from statera.cli.rankings import print_leaderboard, print_leaderboards
from statera.stats.games import Games, Ties

NAMES = ("a-model-with-quite-a-long-name-2026-11-27", "old", "mini")


def board(*, ties: Ties = "half", **more: Any) -> Leaderboard:
    draw, strengths = np.random.default_rng(1), np.array([0.8, 0.0, -0.8])
    left = draw.integers(0, 3, 600)
    right = (left + draw.integers(1, 3, 600)) % 3
    longer = draw.normal(size=(600, 1))
    odds = strengths[left] - strengths[right] + longer[:, 0]
    won = (draw.random(600) < 1 / (1 + np.exp(-odds))).astype(float)
    score = np.where(draw.random(600) < 0.1, 0.5, won)
    games = Games(left, right, score, cluster=np.arange(600) // 4, covariates=longer)
    given = {"models": NAMES, "games": games} | more
    return leaderboard(Tournament(**given), ties=ties, rng=np.random.default_rng(0))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("base", ["old", None])
def test_the_table_fits_eighty_columns_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, base: str | None
) -> None:
    out = Terminal()
    narrow = Console(file=out, width=80, highlight=False, color_system=None)
    monkeypatch.setattr(rankings, "console", lambda: narrow)
    print_leaderboard(board(base=base), judged=False)
    head, first, second, third, *_ = out.getvalue().splitlines()
    assert max(map(len, (head, first, second, third))) <= 80
    assert head.split()[:6] == ["rank", "model", "strength", "95", "%", "interval"]
    assert ("beats old" in head) == ("base" in second) == (base is not None)
    assert first.split()[0] == "1"
    assert "a-model" in first
    assert "26-11-27" in first


def test_what_the_table_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    print_leaderboard(board(base="old", task="open", criterion="pairwise", flips=(3, 2, 1)))
    said = capsys.readouterr().out
    assert said.splitlines()[0] == "open · pairwise"
    assert said.splitlines()[1].split()[-3:] == ["won", "lost", "tied"]
    assert "600 games, on 150 items: 3 flips (ties), 0 of 600 without a verdict" in said
    assert "strength: log odds against the mean of those ranked; Bradley-Terry, ties half" in said


def test_at_equal_traits_a_second_table_and_what_a_trait_is_worth(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_leaderboard(board(controls=("length",)), judged=False)
    said = capsys.readouterr().out
    assert "at equal length" in said
    assert "length: log odds " in said
    assert "per log-ratio of lengths (0.69: twice as long): odds x " in said
    assert "read both rankings" in said
    assert "without a verdict" not in said


def test_without_a_ranking_at_equal_traits_one_line_says_why(
    capsys: pytest.CaptureFixture[str],
) -> None:
    left, right = [0, 1, 2, 0] * 20, [1, 2, 0, 2] * 20
    longer = np.tile([1.0, -1.0, 1.0, -1.0, -1.0, 1.0, -1.0, 1.0], 10)
    games = Games(left, right, (longer > 0).astype(float), covariates=longer[:, None])
    tournament = Tournament(models=NAMES, games=games, controls=("length",))
    found = leaderboard(tournament, rng=np.random.default_rng(0))
    print_leaderboard(found)
    said = capsys.readouterr().out
    assert "at equal length\nno ranking: models and covariates together foretell" in said
    assert said.count("foretell") == 1


def test_who_has_no_strength_gets_a_dash_and_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    games = Games([0, 0, 1], [1, 2, 2], [1, 1, 1])
    print_leaderboard(leaderboard(Tournament(NAMES, games), rng=np.random.default_rng(0)))
    said = capsys.readouterr().out
    assert said.splitlines()[1].split()[0] == "-"
    assert "note mini: never won" in said
    assert "no strength: Bradley-Terry" in said
    assert "3 games, 0 of them between those ranked: 0 flips" in said


def test_who_stands_above_or_below_those_ranked_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    games = Games([0, 1, 1, 1, 3, 2], [1, 2, 2, 3, 0, 3], [1, 1, 0, 1, 0, 1])
    tournament = Tournament(("top", "a", "b", "last"), games)
    print_leaderboard(leaderboard(tournament, rng=np.random.default_rng(0)))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[1:5]] == [
        ["above", "top"],
        ["1", "a"],
        ["1", "b"],
        ["below", "last"],
    ]


def test_warnings_nu_and_notes_are_printed_and_markup_is_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = board(ties="davidson", unparsed=(20, 20, 0), base="old")
    print_leaderboards([found, found], ["[bold]not bold[/]"])
    said = capsys.readouterr().out
    assert said.count("warning 20 of 620 games (3.2%) have no verdict") == 2
    assert "Davidson's nu" in said
    assert "note [bold]not bold[/]" in said
