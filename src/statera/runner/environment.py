"""What a run is stored with, so that it can be read, shown and scored by itself."""

import platform
from collections.abc import Callable
from importlib import metadata
from typing import Any

import msgspec

from statera.graders.catalogue import scoring_types
from statera.protocols import Grader, Scorer, Tools
from statera.records.contents import CONTENT, SENSITIVE, Content
from statera.records.specs import EARLY
from statera.runner.plan import Plan

Entries = dict[str, list[dict[str, Any]]]


def environment(plan: Plan, tools: Tools, content: Content = "full") -> dict[str, Any]:
    """Return the plan's scorers and metrics by task, and what held where it was executed.

    `content` is the form in which the texts of sensitive tasks are kept.
    """
    sensitive = [task.name for task in plan.tasks if task.sensitive]
    places = range(len(plan.tasks))
    names = [task.name for task in plan.tasks]
    scorers = [[_entry(scorer) for scorer in task.scorers] for task in plan.tasks]
    metrics = [[msgspec.to_builtins(m) for m in plan.metrics(place)] for place in places]
    return {
        "scorers": dict(zip(names, scorers, strict=True)),
        "primary": {task.name: task.scorers[0].metric for task in plan.tasks},
        "metrics": dict(zip(names, metrics, strict=True)),
        "levels": {task.name: task.level for task in plan.tasks},
        SENSITIVE: sensitive,
        CONTENT: {} if content == "full" else dict.fromkeys(sensitive, content),
        "notes": {task.name: list(task.notes) for task in plan.tasks},
        "mode": plan.note,
        "asked": dict(plan.asked),
        "sandbox": tools.sandbox.name if tools.sandbox else None,
        "statera": metadata.version("statera"),
        "python": platform.python_version(),
        **plan.examined,
    }


def renewed(
    old: dict[str, Any], new: dict[str, Any], *, total: int | None = None
) -> dict[str, Any]:
    """Return `new`, with what only `old` has: scorers and metrics after its own, further entries.

    Those were added by `statera score`, or belong to more epochs than this plan asks. That a run
    stopped early stays on record; it is `complete` again once all `total` trials of its plan are
    asked for without a stopper.
    """
    early = old.get(EARLY)
    whole = early and total is not None and total >= early["total"]
    kept = {EARLY: early | {"complete": bool(whole)}} if early else {}
    return (
        {name: value for name, value in old.items() if name != EARLY}
        | new
        | kept
        | {
            "scorers": _joined(old["scorers"], new["scorers"], _metric),
            "metrics": _joined(old["metrics"], new["metrics"], _statistic),
        }
    )


def _joined(old: Entries, new: Entries, name: Callable[[dict[str, Any]], Any]) -> Entries:
    joined = {}
    for task, entries in new.items():
        names = {name(entry) for entry in entries}
        joined[task] = entries + [e for e in old.get(task, []) if name(e) not in names]
    return joined


def _entry(scorer: Scorer | Grader) -> dict[str, Any]:
    """Return a scorer as it is stored; one that is no Struct only by its name."""
    if isinstance(scorer, msgspec.Struct):
        found: dict[str, Any] = msgspec.to_builtins(scorer, str_keys=True)
        return found
    return {"type": type(scorer).__qualname__, "metric": scorer.metric}


def _metric(entry: dict[str, Any]) -> str:
    """Return the name of the score that a stored scorer makes."""
    kind = scoring_types().get(entry["type"])
    if kind is None:
        return str(entry.get("metric", entry["type"]))
    return msgspec.convert(entry, kind).metric


def _statistic(metric: dict[str, Any]) -> tuple[Any, ...]:
    """Return what tells two metrics of a task apart."""
    return metric["type"], metric["score"], metric.get("k")
