"""What a run is stored with, so that it can be read, shown and scored by itself."""

import platform
from importlib import metadata
from typing import Any

import msgspec

from statera.protocols import Tools
from statera.runner.plan import Plan

Entries = dict[str, list[dict[str, Any]]]


def environment(plan: Plan, tools: Tools) -> dict[str, Any]:
    """Return the plan's scorers and metrics by task, and what held where it was executed."""
    places = range(len(plan.tasks))
    names = [task.name for task in plan.tasks]
    scorers = [[msgspec.to_builtins(s) for s in task.scorers] for task in plan.tasks]
    metrics = [[msgspec.to_builtins(m) for m in plan.metrics(place)] for place in places]
    return {
        "scorers": dict(zip(names, scorers, strict=True)),
        "metrics": dict(zip(names, metrics, strict=True)),
        "notes": {task.name: list(task.notes) for task in plan.tasks},
        "mode": plan.note,
        "sandbox": tools.sandbox.name if tools.sandbox else None,
        "statera": metadata.version("statera"),
        "python": platform.python_version(),
    }


def renewed(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return `new`, with the scorers and metrics that only `old` has after its own.

    Those were added by `statera score`, or belong to more epochs than this plan asks.
    """
    kept = {part: _joined(old.get(part, {}), new[part]) for part in ("scorers", "metrics")}
    return new | kept


def _joined(old: Entries, new: Entries) -> Entries:
    joined = {}
    for task, entries in new.items():
        names = {_name(entry) for entry in entries}
        joined[task] = entries + [e for e in old.get(task, []) if _name(e) not in names]
    return joined


def _name(entry: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells two scorers, or two metrics, of a task apart."""
    return tuple(entry.get(key) for key in ("type", "metric", "not", "score", "k"))
