"""What differs between two runs: the system under test may, the instrument must not.

The system is model, system message, sampling and body. The instrument is the data, the task's
template, and the scorers: two numbers made by different instruments are no comparison.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from statera.records.labels import PEOPLE
from statera.records.specs import RunInfo, SystemUnderTest, TaskSpec

ScoringKeys = Mapping[str, Mapping[str, frozenset[str]]]
"""By task and score, the scoring keys that a run's scores were made with."""

_SHOWN = 60
_SHORT = 8
IMPORTED = "imported"
"""The key in a run's environment of what another tool's log says of itself."""

UNNAMED = "unknown:"
"""Leads the identity of a model that an imported log does not name; a digest follows."""


class Change(NamedTuple):
    """One thing that is not the same in both runs, as it is shown.

    Where it touches the metrics of one score alone, `task` and `score` name that; `again` is what
    makes both the same again, where something does: a command, or how to run both.
    """

    what: str
    base: str
    candidate: str
    task: str = ""
    score: str = ""
    again: str = ""

    def __str__(self) -> str:
        """Return `model: a -> b`."""
        again = f" (alike again: {self.again})" if self.again else ""
        return f"{self.what}: {self.base} -> {self.candidate}{again}"


def touching(changes: Iterable[Change], read: Collection[tuple[str, str]]) -> tuple[Change, ...]:
    """Return what touches the scores that are read, by task and name: whole tasks touch all."""
    return tuple(one for one in changes if not one.score or (one.task, one.score) in read)


def system_changes(candidate: SystemUnderTest, base: SystemUnderTest) -> tuple[Change, ...]:
    """Return what differs in the system under test, in the order of its fields."""
    new, old = (_flat(msgspec.to_builtins(system)) for system in (candidate, base))
    names = dict.fromkeys([*old, *new])
    return tuple(
        Change(name, _shown(old.get(name)), _shown(new.get(name)))
        for name in names
        if old.get(name) != new.get(name)
    )


def is_imported(info: RunInfo) -> bool:
    """Return whether the run was read from another tool's log."""
    return IMPORTED in info.environment


def shown_model(info: RunInfo) -> str:
    """Return the model as a person knows it: for a log that names none, the file it came from."""
    model = info.spec.system.model
    files = info.environment.get(IMPORTED, {}).get("files", ())
    if not (files and model.startswith(UNNAMED)):
        return model
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{files[0]}{more} (model not named, {model.removeprefix(UNNAMED)[:_SHORT]})"


def instrument_changes(
    candidate: RunInfo, base: RunInfo, keys: tuple[ScoringKeys, ScoringKeys]
) -> tuple[Change, ...]:
    """Return what differs in the instrument, over the tasks that both runs have.

    `keys` holds the scoring keys of the candidate's scores and of the base's.
    """
    old = {task.name: task for task in base.spec.tasks}
    found: list[Change] = []
    for task in candidate.spec.tasks:
        if task.name in old:
            found += _task_changes(task, old[task.name])
            found += _scorer_changes(task.name, keys)
    return tuple(found)


def _task_changes(candidate: TaskSpec, base: TaskSpec) -> list[Change]:
    new, old = msgspec.structs.asdict(candidate), msgspec.structs.asdict(base)
    return [
        Change(
            f"{candidate.name} {name}",
            _shown(old[name]),
            _shown(new[name]),
            again="run both with --mode generate" if name == "mode" else "",
        )
        for name in old
        if old[name] != new[name]
    ]


def _scorer_changes(task: str, keys: tuple[ScoringKeys, ScoringKeys]) -> list[Change]:
    """Return the scores that other scorers made; people's labels measure, and are not measured."""
    new, old = keys[0].get(task, {}), keys[1].get(task, {})
    return [
        Change(
            f"{task} scorer of {name}",
            _shown(sorted(old[name])),
            _shown(sorted(new[name])),
            task,
            name,
        )
        for name in old
        if name in new and old[name] != new[name] and not name.endswith(PEOPLE)
    ]


def _flat(system: Mapping[str, object]) -> dict[str, object]:
    """Return the fields with what is set in `sampling` and `body` beside them."""
    found: dict[str, object] = {}
    for name, value in system.items():
        if isinstance(value, dict):
            found |= value
        else:
            found[name] = value
    return found


def _shown(value: object) -> str:
    """Return a value in at most 60 characters."""
    text = "none" if value is None else value if isinstance(value, str) else _json(value)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
