"""Labelled rows as a recipe names them, read from JSON lines or CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from statera.codec.files import read_csv, read_jsonl
from statera.encoders.training.recipe import HELD, Recipe, Role, Source
from statera.errors import DeclarationError
from statera.seeds import unit

_ALLOWED = "0 or 1"

Content = Mapping[str, object]


class Row(NamedTuple):
    """One text; `labels` in the order of the recipe's heads, None where unknown."""

    text: str
    labels: tuple[int | None, ...]
    source: str
    role: Role
    weight: float = 1.0


def read_rows(recipe: Recipe, folders: Sequence[Path], roles: Iterable[Role]) -> list[Row]:
    """Return the rows of all sources that have one of the roles, in the recipe's order.

    A held part is of role `dev`. DeclarationError names a file that no folder has, and a row's line
    and field that is not as the recipe says.
    """
    wanted, found = set(roles), list[Row]()
    for source in recipe.sources:
        if source.role in wanted or (source.held and "dev" in wanted):
            rows = _drawn(source, _rows(source, located(source.file, folders), recipe.heads))
            found += [row for row in rows if row.role in wanted]
    return found


def located(file: str, folders: Sequence[Path]) -> Path:
    """Return where a source's file lies; DeclarationError names the folders that lack it."""
    for folder in folders:
        if (folder / file).is_file():
            return folder / file
    told = ", ".join(map(str, folders))
    raise DeclarationError(f"{file}: in no folder of --data ({told})")


def _rows(source: Source, path: Path, heads: Sequence[str]) -> Iterator[Row]:
    for number, content in enumerate(_contents(path), start=1):
        place = f"{path}, line {number}"
        text = content.get(source.text)
        if not isinstance(text, str):
            raise DeclarationError(f"{place}: no text in field '{source.text}'")
        named = _labels(source, content, place)
        if named is not None:
            for head in named:
                if head not in heads:
                    raise DeclarationError(f"{place}: labels: no head '{head}' in the recipe")
            yield _row(source, content, text, tuple(named.get(head) for head in heads))


def _contents(path: Path) -> Iterator[Content]:
    if ".csv" in path.suffixes:
        return iter(read_csv(path))
    return read_jsonl(path, dict[str, object])


def _labels(source: Source, content: Content, place: str) -> dict[str, int] | None:
    """Return the labels by head; None for a row that the recipe leaves out."""
    if source.all:
        return dict(source.all)
    own = content.get("labels")
    if isinstance(own, dict):
        wrong = [head for head, value in own.items() if value not in (0, 1)]
        if wrong:
            raise DeclarationError(f"{place}: labels.{wrong[0]}: {own[wrong[0]]!r}; {_ALLOWED}")
        return {str(head): int(value) for head, value in own.items()}
    if source.label not in content:
        raise DeclarationError(f"{place}: neither 'labels' nor '{source.label}'")
    label = content[source.label]
    if label in source.one:
        return dict(source.ones)
    return dict(source.zeros) if label in source.zero else None


def _row(source: Source, content: Content, text: str, labels: tuple[int | None, ...]) -> Row:
    group = str(content.get(source.group, text)) if source.group else text
    if source.held and unit("held", group) < source.held:
        return Row(text, labels, source.title + HELD, "dev")
    return Row(text, labels, source.title, source.role, source.weight)


def _drawn(source: Source, rows: Iterable[Row]) -> list[Row]:
    """Return the rows with each text once, and at most the limit, drawn by hash."""
    unique = list({row.text: row for row in rows}.values())
    if source.limit is None or len(unique) <= source.limit:
        return unique
    order = sorted(range(len(unique)), key=lambda n: unit("drawn", unique[n].text))
    return [unique[number] for number in sorted(order[: source.limit])]
