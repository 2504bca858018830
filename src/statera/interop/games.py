"""Recorded games between models, from CSV: who met whom, who won, on which item.

    model_a,model_b,winner,item,length_a,length_b
    new,old,model_a,q17,412,388
    old,other,tie,q17,388,120

`model_a`, `model_b` (or `left`, `right`) and `winner` must be there. `winner` is `model_a` (`a`,
`left`), `model_b` (`b`, `right`), `tie`, or the name of the model that won. `item` binds games that
are not independent. Two columns `NAME_a`, `NAME_b` hold what a ranking can hold equal. Other
columns are ignored.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import NamedTuple

from statera.codec.files import read_text
from statera.errors import DeclarationError, nearest, unknown

SIDES = (("model_a", "model_b"), ("left", "right"))
_SURELY_MEANT = 0.85
_TIES = ("tie", "tie (bothbad)", "bothbad", "both_bad", "draw")
_WORDS = (
    dict.fromkeys(("model_a", "a", "left"), 1.0)
    | dict.fromkeys(("model_b", "b", "right"), 0.0)
    | dict.fromkeys(_TIES, 0.5)
)


class RecordedGames(NamedTuple):
    """Games as columns: `left` and `right` number the models, `score` is 1, 0.5 or 0 for the left.

    `items` is None where the file names none: every game then stands on its own. `traits` holds
    for each name what the left and the right reply have of it.
    """

    models: tuple[str, ...]
    left: Sequence[int]
    right: Sequence[int]
    score: Sequence[float]
    items: Sequence[str] | None
    traits: Mapping[str, tuple[Sequence[float], Sequence[float]]]


class _Columns(NamedTuple):
    """Where in a row the two models, the winner and the item stand; traits by name."""

    sides: tuple[int, int]
    winner: int
    item: int | None
    traits: Mapping[str, tuple[int, int]]


def read_games(path: Path, traits: Sequence[str] = ()) -> RecordedGames:
    """Return the games in a file, with those traits of the replies.

    DeclarationError, one line with file and line: a missing column, a row of another length, a
    model against itself, an unknown winner, an empty item, a trait that is no number from 0 on, no
    game at all.
    """
    rows = _rows(path)
    where, header = next(rows, (f"{path}", []))
    columns = _columns(where, header, traits)
    names: dict[str, int] = {}
    left, right, score, items = [], [], [], []
    held: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in traits}
    for where, cells in rows:
        pair = _models(where, cells, columns.sides)
        left.append(names.setdefault(pair[0], len(names)))
        right.append(names.setdefault(pair[1], len(names)))
        score.append(_score(where, cells[columns.winner], pair))
        if columns.item is not None:
            items.append(_filled(where, "item", cells[columns.item]))
        for name, places in columns.traits.items():
            for side, place in zip(held[name], places, strict=True):
                side.append(_number(where, name, cells[place]))
    if not score:
        raise DeclarationError(f"{path}: holds no game")
    found = items if columns.item is not None else None
    return RecordedGames(tuple(names), left, right, score, found, held)


def _rows(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield header and rows, each with its place; a row has as many cells as the header."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    width = 0
    try:
        for cells in filter(None, reader):
            where = f"{path}, line {reader.line_num}"
            width = width or len(cells)
            if len(cells) != width:
                raise DeclarationError(f"{where}: {len(cells)} cells for {width} columns")
            yield where, [cell.strip() for cell in cells]
    except csv.Error as error:
        raise DeclarationError(f"{path}, line {reader.line_num}: {error}") from None


def _columns(where: str, header: Sequence[str], traits: Sequence[str]) -> _Columns:
    sides = next((pair for pair in SIDES if set(pair) & set(header)), SIDES[0])
    for name in (*sides, "winner"):
        if name not in header:
            found = f" Found: {', '.join(header)}" if header else " The file is empty"
            raise DeclarationError(
                f"{where}: column '{name}' is missing.{nearest(name, header)}{found}"
            )
    if "item" not in header and (meant := get_close_matches("item", header, 1, _SURELY_MEANT)):
        raise DeclarationError(f"{where}: '{meant[0]}' is unknown. Did you mean 'item'?")
    pairs = {name: (f"{name}_a", f"{name}_b") for name in traits}
    for name in (*sides, "winner", "item", *(one for pair in pairs.values() for one in pair)):
        if header.count(name) > 1:
            raise DeclarationError(f"{where}: column '{name}' is there twice")
    _check_traits(where, header, pairs)
    return _Columns(
        sides=(header.index(sides[0]), header.index(sides[1])),
        winner=header.index("winner"),
        item=header.index("item") if "item" in header else None,
        traits={name: (header.index(a), header.index(b)) for name, (a, b) in pairs.items()},
    )


def _check_traits(where: str, header: Sequence[str], pairs: Mapping[str, tuple[str, str]]) -> None:
    for name, pair in pairs.items():
        if not set(pair) <= set(header):
            known = _traits(header)
            if nearest(name, known):
                raise DeclarationError(f"{where}: {unknown('control', name, known)}")
            raise DeclarationError(
                f"{where}: to hold {name} equal, columns {pair[0]} and {pair[1]} are needed"
            )


def _traits(header: Sequence[str]) -> list[str]:
    """Return the names of which both columns are there."""
    names = [name.removesuffix("_a") for name in header if name.endswith("_a")]
    return [name for name in names if f"{name}_b" in header and name != "model"]


def _models(where: str, cells: Sequence[str], sides: tuple[int, int]) -> tuple[str, str]:
    first, second = (_filled(where, "model", cells[place]) for place in sides)
    if first == second:
        raise DeclarationError(f"{where}: '{first}' plays against itself")
    return first, second


def _score(where: str, winner: str, pair: tuple[str, str]) -> float:
    """Return 1, 0.5 or 0; a model's name that means another side as a word is refused."""
    word = _WORDS.get(winner.lower())
    name = None if winner not in pair else 1.0 - pair.index(winner)
    if word is not None and name is not None and word != name:
        raise DeclarationError(
            f"{where}: winner '{winner}' is a side and also the name of the other model; write "
            "model_a, model_b or tie"
        )
    found = word if name is None else name
    if found is None:
        allowed = ("model_a", "model_b", "tie", *pair)
        shown = f"'{winner}' is neither side of the game" if winner else "is empty"
        raise DeclarationError(
            f"{where}: winner {shown}.{nearest(winner, allowed)} Allowed: {', '.join(allowed)}"
        )
    return found


def _filled(where: str, name: str, cell: str) -> str:
    if not cell:
        raise DeclarationError(f"{where}: '{name}' is empty")
    return cell


def _number(where: str, name: str, cell: str) -> float:
    try:
        found = float(cell)
    except ValueError:
        found = -1.0
    if not (found >= 0 and isfinite(found)):
        raise DeclarationError(f"{where}: {name} '{cell}' is no number from 0 on")
    return found
