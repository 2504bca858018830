"""Recorded games from CSV: forms that are read, and one line for each thing that is wrong."""

import gzip
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.games import RecordedGames, read_games

HEAD = "model_a,model_b,winner"


def write(folder: Path, *lines: str) -> Path:
    path = folder / "games.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_games_are_read_as_columns(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "item, winner ,model_a,model_b,length_a,length_b,notes",
        "q1,model_a,new,old,12,8,x",
        "",
        "q1,tie,old,mini,0,3.5,",
        '"q,2",mini,mini,new,1,1,"a\nb"',
    )
    assert read_games(path, ["length"]) == RecordedGames(
        models=("new", "old", "mini"),
        left=[0, 1, 2],
        right=[1, 2, 0],
        score=[1.0, 0.5, 1.0],
        items=["q1", "q1", "q,2"],
        traits={"length": ([12, 0, 1], [8, 3.5, 1])},
    )
    assert read_games(path).traits == {}


@pytest.mark.parametrize(
    ("winner", "score"),
    [
        ("model_a", 1),
        ("A", 1),
        ("left", 1),
        ("gpt", 1),
        ("model_b", 0),
        ("b", 0),
        ("Right", 0),
        ("claude", 0),
        ("tie", 0.5),
        ("tie (bothbad)", 0.5),
        ("draw", 0.5),
    ],
)
def test_words_for_the_winner(tmp_path: Path, winner: str, score: float) -> None:
    found = read_games(write(tmp_path, HEAD, f"gpt,claude,{winner}"))
    assert found.score == [score]
    assert found.items is None


def test_left_and_right_name_the_sides_too_and_a_file_may_be_packed(tmp_path: Path) -> None:
    path = tmp_path / "games.csv.gz"
    path.write_bytes(gzip.compress(b"left,right,winner\nx,y,left\n"))
    assert read_games(path).models == ("x", "y")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "The file is empty"),
        ([HEAD], "holds no game"),
        (["model_a,model_b,winer", "a,b,a"], "line 1: column 'winner' is missing. Did you mean 'w"),
        (["model_a,winner", "a,a"], "column 'model_b' is missing"),
        (["left,winner", "a,a"], "column 'right' is missing"),
        ([HEAD + ",winner", "a,b,a,a"], "line 1: column 'winner' is there twice"),
        ([HEAD + ",items", "x,y,x,1"], "line 1: 'items' is unknown. Did you mean 'item'"),
        ([HEAD, "x,y,x", "x,y"], "line 3: 2 cells for 3 columns"),
        ([HEAD, "x,x,tie"], "line 2: 'x' plays against itself"),
        ([HEAD, "x,,tie"], "line 2: 'model' is empty"),
        ([HEAD, "x,y,"], "line 2: winner is empty. Allowed: model_a, model_b, tie, x, y"),
        ([HEAD, "x,y,z"], "line 2: winner 'z' is neither side of the game"),
        ([HEAD, "gpt,claude,gtp"], "Did you mean 'gpt'"),
        ([HEAD, "b,a,a"], "is a side and also the name of the other model"),
        ([HEAD + ",item", "x,y,x,"], "line 2: 'item' is empty"),
        ([HEAD, 'x,y,"x'], "line 2: unexpected end of data"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, lines: list[str], told: str) -> None:
    with pytest.raises(DeclarationError, match=r"games\.csv") as error:
        read_games(write(tmp_path, *lines))
    assert told in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("", "length '' is no number"),
        ("x", "length 'x'"),
        ("-1", "'-1'"),
        ("nan", "'nan'"),
        ("inf", "'inf' is no number from 0 on"),
    ],
)
def test_a_trait_is_a_number(tmp_path: Path, cell: str, told: str) -> None:
    path = write(tmp_path, HEAD + ",length_a,length_b", f"x,y,x,1,{cell}")
    with pytest.raises(DeclarationError, match="line 2: length") as error:
        read_games(path, ["length"])
    assert told in str(error.value)
    assert read_games(path).score == [1]


def test_a_trait_needs_both_columns(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + ",length_a,length_b,cost_a", "x,y,x,1,1,1")
    with pytest.raises(DeclarationError, match="columns cost_a and cost_b are needed"):
        read_games(path, ["cost"])
    with pytest.raises(DeclarationError, match="Did you mean 'length'"):
        read_games(path, ["lengths"])
