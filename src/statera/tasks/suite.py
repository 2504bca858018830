"""A suite: a named list of tasks, each with its own options where it needs them.

suite: release
tasks:
  - mmlu
  - {task: gsm8k, num_fewshot: 8}
  - {task: support.yaml, repeats: 4, limits: {small: 20, standard: 100}}
  - {task: harm, transforms: [base64, base64+role_play]}

`--budget small` then asks 20 samples of the last task; `full` is every sample of all.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import msgspec

from statera.codec.files import YAML, read_text
from statera.codec.strict import convert, from_yaml
from statera.errors import DeclarationError, unknown
from statera.records.specs import Mode
from statera.tasks import catalogue
from statera.tasks.custom import load_custom
from statera.tasks.data import DataFolder
from statera.tasks.task import Task, TaskDefinition, TaskOptions

Count = Annotated[int, msgspec.Meta(ge=1)]
FULL = "full"
CHECKLIST = "checklist"
_CHECKLISTS = "statera.tasks.builtin.checklist"
_SHIPPED = Path(__file__).parent / "suites"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One task of a suite file, by name or by the path of its own file.

    What is None is left to the task. A flag of the command line goes before `num_fewshot`.
    `limits` says how many samples a budget allows, by its name; `full` is all.
    """

    task: str
    mode: Mode | None = None
    num_fewshot: Annotated[int, msgspec.Meta(ge=0)] | None = None
    repeats: Count | None = None
    limits: dict[str, Count] = {}
    transforms: tuple[str, ...] | None = None


class SuiteFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A suite as it is written in YAML."""

    suite: str
    tasks: Annotated[tuple[str | Entry, ...], msgspec.Meta(min_length=1)]
    summary: str = ""


@dataclass(frozen=True)
class Configured:
    """A task with a suite's options for it; a TaskDefinition itself."""

    inner: TaskDefinition
    entry: Entry

    @property
    def name(self) -> str:
        """The task's own name."""
        return self.inner.name

    @property
    def source(self) -> str:
        """What loads the task without the suite."""
        return getattr(self.inner, "source", self.inner.name)

    @property
    def version(self) -> str:
        """The task's own version."""
        return self.inner.version

    @property
    def summary(self) -> str:
        """The task's own summary."""
        return self.inner.summary

    @property
    def items(self) -> int | None:
        """The task's own number of samples."""
        return self.inner.items

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The mode that the suite fixes, or all of the task's."""
        return (self.entry.mode,) if self.entry.mode else self.inner.modes

    def load(self, options: TaskOptions, data: DataFolder) -> Task:
        """Return the task with the suite's options where the caller's leave them open."""
        if options.num_fewshot is None:
            options = msgspec.structs.replace(options, num_fewshot=self.entry.num_fewshot)
        if options.transforms is None:
            options = msgspec.structs.replace(options, transforms=self.entry.transforms)
        task = self.inner.load(options, data)
        return replace(task, epochs=self.entry.repeats) if self.entry.repeats else task


@dataclass(frozen=True)
class Suite:
    """A named list of tasks, not loaded yet. `text` is what it was loaded by, where it was."""

    name: str
    definitions: tuple[TaskDefinition, ...]
    text: str = ""

    @property
    def sources(self) -> dict[str, str]:
        """By task, what loads it: its name, or the path of its file."""
        return {task.name: getattr(task, "source", task.name) for task in self.definitions}

    @property
    def budgets(self) -> tuple[str, ...]:
        """The budgets that its tasks know, in the order of the file, `full` last; none without."""
        found = dict.fromkeys(name for task in self.definitions for name in _limits(task))
        return (*(name for name in found if name != FULL), FULL) if found else ()

    def limits(self, budget: str) -> dict[str, int]:
        """Return how many samples of each task a budget asks; "" and `full` limit none.

        A task that does not know the budget is asked whole. DeclarationError for a budget that no
        task knows.
        """
        if budget and budget not in self.budgets:
            if not self.budgets:
                raise DeclarationError(f"suite {self.name} has no budgets. Use --limit N")
            raise unknown("budget", budget, self.budgets)
        if budget in ("", FULL):
            return {}
        known = {task.name: _limits(task).get(budget) for task in self.definitions}
        return {name: limit for name, limit in known.items() if limit is not None}

    @classmethod
    def load(cls, text: str) -> "Suite":
        """Return the suite that `text` names.

        A suite that ships (`starter`, `big-five`), a task, the path of a YAML file with a suite or
        a task, or several of these separated by commas. DeclarationError gives the nearest name.
        """
        parts = [part.strip() for part in text.split(",") if part.strip()]
        text = ",".join(parts)
        if not parts:
            raise DeclarationError("no task named. `statera tasks` lists them")
        found = [_load(part) for part in parts]
        if len(found) == 1:
            return replace(found[0], text=text)
        return cls(",".join(suite.name for suite in found), _distinct(found), text)


def _limits(task: TaskDefinition) -> dict[str, int]:
    return task.entry.limits if isinstance(task, Configured) else {}


def suite_names() -> list[str]:
    """Return the names of the suites that ship, sorted."""
    return sorted(path.stem for path in _SHIPPED.glob("*.yaml"))


def _load(text: str) -> Suite:
    if text in suite_names():
        return _from_file(_SHIPPED / f"{text}.yaml")
    if catalogue.OVER in text and not Path(text).exists():
        definition = _definition(text, Path())
        return Suite(definition.name, (definition,))
    if text.endswith(YAML):
        return _from_file(Path(text))
    if text not in (known := catalogue.names()):
        raise unknown("task or suite", text, [*known, *suite_names()])
    return Suite(text, (catalogue.find(text),))


def _from_file(path: Path) -> Suite:
    """Return the suite of a file, or the suite of the one task that it declares."""
    source = str(path)
    document = from_yaml(read_text(path), dict[str, Any], source=source)
    if "suite" not in document:
        task = _task_file(path, document)
        return Suite(task.name, (task,))
    file = convert(document, SuiteFile, source=source)
    found = (_entry(entry, path) for entry in file.tasks)
    return Suite(file.suite, _distinct([Suite(file.suite, (definition,)) for definition in found]))


def _task_file(path: Path, document: dict[str, Any]) -> TaskDefinition:
    """Return the task of a YAML file: a custom one, or a checklist of a user's own."""
    if CHECKLIST not in document:
        return load_custom(path)
    found: TaskDefinition = import_module(_CHECKLISTS).load_checklist(path)
    if found.name in catalogue.names():
        told = f"'{found.name}' is a task that comes with statera"
        raise DeclarationError(f"{path}: {CHECKLIST}: {told}")
    return found


def _entry(entry: str | Entry, path: Path) -> TaskDefinition:
    entry = Entry(task=entry) if isinstance(entry, str) else entry
    inner = _definition(entry.task, path.parent, f"{path}: ")
    if entry.mode and entry.mode not in inner.modes:
        raise DeclarationError(
            f"{path}: task {inner.name} has no mode '{entry.mode}'. "
            f"Allowed: {', '.join(inner.modes)}"
        )
    if entry.transforms is not None and not getattr(inner, "takes_transforms", False):
        raise DeclarationError(
            f"{path}: task {inner.name} is asked as it stands; `transforms` are for harmful "
            "requests: harm, harm:SUITE"
        )
    return Configured(inner, entry)


def _definition(text: str, folder: Path, place: str = "") -> TaskDefinition:
    """Return the task of that name or file, or of a name over another task's questions.

    `place` begins the message of a mistake, where the text stands in a file.
    """
    outer, mark, inner = text.partition(catalogue.OVER)
    if not mark and text.endswith(YAML):
        path = folder / text
        return _task_file(path, from_yaml(read_text(path), dict[str, Any], source=str(path)))
    asked = _definition(inner, folder, place) if mark else None
    try:
        return catalogue.find(text) if asked is None else catalogue.over(outer, asked)
    except DeclarationError as error:
        raise DeclarationError(f"{place}{error}") from None


def _distinct(suites: Iterable[Suite]) -> tuple[TaskDefinition, ...]:
    found: dict[str, TaskDefinition] = {}
    for suite in suites:
        for definition in suite.definitions:
            if definition.name in found:
                raise DeclarationError(f"{suite.name}: task '{definition.name}' is there twice")
            found[definition.name] = definition
    return tuple(found.values())
