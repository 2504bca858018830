"""Labelled rows as a recipe names them, read from JSON lines or CSV."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from statera.codec.files import read_csv, read_jsonl
from statera.encoders.training.likeness import Likeness, families
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

    A held part is of role `dev`; texts near one another are on one side of it. What is near a text
    of a test source is in no other role (`left_out` counts it). DeclarationError names a file that
    no folder has, and a row's line and field that is not as the recipe says.
    """
    wanted, found = set(roles), list[Row]()
    tests = _tests(recipe, folders) if wanted - {"test"} else Likeness({})
    for source in recipe.sources:
        if source.role in wanted or (source.held and "dev" in wanted):
            rows = _apart(source, _all(source, recipe, folders), tests)
            found += [row for row in _drawn(source, rows) if row.role in wanted]
    return found


def unlabelled(recipe: Recipe, rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the heads of which no row has a label: they would learn nothing."""
    known = {place for row in rows for place, label in enumerate(row.labels) if label is not None}
    return tuple(head for place, head in enumerate(recipe.heads) if place not in known)


def left_out(recipe: Recipe, folders: Sequence[Path]) -> Counter[tuple[str, str]]:
    """Count the rows that are near a text of a test source, by their source and the test's."""
    tests, counts = _tests(recipe, folders), Counter[tuple[str, str]]()
    for source in recipe.sources:
        if source.role != "test":
            texts = {row.text for row in _all(source, recipe, folders)}
            near = (tests.near(text) for text in texts)
            counts.update((source.title, name) for name in near if name is not None)
    return counts


def _tests(recipe: Recipe, folders: Sequence[Path]) -> Likeness:
    sources = [one for one in recipe.sources if one.role == "test"]
    return Likeness({s.title: [row.text for row in _all(s, recipe, folders)] for s in sources})


def _all(source: Source, recipe: Recipe, folders: Sequence[Path]) -> list[Row]:
    """Return all rows of a source, each text once; texts near one another are held together."""
    read = _rows(source, located(source.file, folders), recipe.heads)
    rows = list({row.text: row for row in read}.values())
    if not source.held:
        return rows
    first = families([row.text for row in rows])
    sides = [(rows[number].source, rows[number].role, rows[number].weight) for number in first]
    return [
        row._replace(source=title, role=role, weight=weight)
        for row, (title, role, weight) in zip(rows, sides, strict=True)
    ]


def _apart(source: Source, rows: Iterable[Row], tests: Likeness) -> list[Row]:
    return [row for row in rows if source.role == "test" or tests.near(row.text) is None]


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


def _drawn(source: Source, rows: list[Row]) -> list[Row]:
    """Return at most the limit of the rows, drawn by hash."""
    if source.limit is None or len(rows) <= source.limit:
        return rows
    order = sorted(range(len(rows)), key=lambda n: unit("drawn", rows[n].text))
    return [rows[number] for number in sorted(order[: source.limit])]
