"""Suites of harmful requests that lie in the data folder, in the shapes that they are published in.

| suite | file | request | category |
|---|---|---|---|
| `harmbench` | `harmbench_behaviors_text_all.csv` | `Behavior` | `SemanticCategory` |
| `strongreject` | `strongreject_dataset.csv` | `forbidden_prompt` | `category` |
| `ailuminate` | `airr_official_1.0_demo_en_us_prompt_set_release.csv` | `prompt_text` | `hazard` |
| `jailbreakbench` | `harmful-behaviors.csv`, or `.json` | `Goal` | `Category` |

A file lies in the data folder or in its sub-folder of the suite's name. A HarmBench behaviour with
a `ContextString` is asked after it. Each suite is read too from JSON lines with `text`, `category`
and perhaps `id`. Nothing is downloaded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from statera.codec.files import read_bytes
from statera.codec.strict import from_json
from statera.errors import DeclarationError, unknown
from statera.records.harms import SOURCES, harm_of
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.tasks.columns import text_of
from statera.tasks.data import DataFolder
from statera.tasks.harm.definition import attacked
from statera.tasks.rows import Row, read_rows
from statera.tasks.task import Task, TaskOptions

_TEXT = ("Behavior", "forbidden_prompt", "prompt_text", "text", "prompt")
_GOAL = ("Goal", "goal")
_CATEGORY = ("SemanticCategory", "hazard", "Category", "category")
_ID = ("BehaviorID", "release_prompt_id", "prompt_uid", "Index", "index", "id")
_CONTEXT = ("ContextString",)


@dataclass(frozen=True, kw_only=True)
class FileSuite:
    """One suite. `files` are the names under which it is looked for, the published one first."""

    name: str
    summary: str
    files: tuple[str, ...]
    items: int | None = None
    version: str = "1"
    modes: tuple[Mode, ...] = ("generate",)
    takes_transforms: bool = False

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task; DeclarationError for no file, or a row with something wrong."""
        path = self._path(data)
        samples = tuple(_samples(self.name, path))
        if not samples:
            raise DeclarationError(f"{path}: the data set is empty")
        return attacked(self.name, self.version, samples, options, ())

    def _path(self, data: DataFolder) -> Path:
        places = [f"{folder}{name}" for name in self.files for folder in (f"{self.name}/", "")]
        found = [
            data.root / place for place in places if data.root and (data.root / place).is_file()
        ]
        if found:
            return found[0]
        shown = " or ".join(f"{self.name}/{name}" for name in self.files)
        raise DeclarationError(
            f"{self.name}: {shown} is not in {data.root or 'any data folder'}; "
            "name a folder that has it with --data DIR (STATERA_DATA)"
        )


def _samples(suite: str, path: Path) -> Iterator[Sample]:
    lines: dict[str, int] = {}
    for row in _rows(path):
        where = f"{path}, line {row.line}"
        sample = _sample(suite, row, where)
        if sample.id in lines:
            raise DeclarationError(
                f"{where}: id '{sample.id}' is already on line {lines[sample.id]}"
            )
        lines[sample.id] = row.line
        yield sample


def _rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a CSV or JSON lines file, or of a JSON list (counted, not by lines)."""
    if path.suffix != ".json":
        yield from read_rows(path)
        return
    found = from_json(read_bytes(path), Any, source=str(path))
    inside: list[Any] = list(found.values()) if isinstance(found, dict) else [found]
    lists: list[list[dict[str, Any]]] = [one for one in inside if _are_rows(one)]
    if len(lists) != 1:
        raise DeclarationError(f"{path}: expected one list of objects")
    for place, columns in enumerate(lists[0]):
        yield Row(place, place + 1, columns)


def _are_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _sample(suite: str, row: Row, where: str) -> Sample:
    category = _cell(row, _CATEGORY, where)
    harm = harm_of(suite, category)
    if harm is None:
        raise DeclarationError(f"{where}: {unknown('category', category, SOURCES[suite])}")
    goal = _first(row, _GOAL)
    asked = _cell(row, _TEXT, where) if goal is None else goal
    context = _first(row, _CONTEXT)
    return Sample(
        id=f"{suite}/{_first(row, _ID) or row.place}",
        input=f"{context}\n\n---\n\n{asked}" if context else asked,
        category=harm,
        fields={"source_category": category},
    )


def _cell(row: Row, names: Sequence[str], where: str) -> str:
    found = _first(row, names)
    if found is None:
        raise DeclarationError(f"{where}: no text in any column of {', '.join(names)}")
    return found


def _first(row: Row, names: Sequence[str]) -> str | None:
    """Return the first of these columns that is there and not blank."""
    texts = (text_of(row.columns.get(name)) for name in names)
    return next((text.strip() for text in texts if text and text.strip()), None)
