"""The exact command lines that a stored run stands for, so that they can be copied into a shell."""

import shlex
from collections.abc import Mapping, Sequence

import msgspec

from statera.records.specs import RunInfo, SystemUnderTest, TaskSpec

SHORT = 8
MODEL_FILE = "MODEL.yaml"
MODEL = "MODEL"
_UNNAMED = ("scripted:", "function:")
"""Identities that hold a digest, and not what `--model` takes."""
SYSTEM = "--system-message"
_SAMPLING = {"temperature": "--temperature", "top_p": "--top-p", "max_tokens": "--max-tokens"}


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """How a further run differs from a stored one; what is None is as it was.

    `max_tokens` is the longest reply, `epochs` how often each sample is asked, and
    `without_system_message` leaves the stored one away.
    """

    max_tokens: int | None = None
    num_fewshot: int | None = None
    system_message: str | None = None
    without_system_message: bool = False
    epochs: int | None = None
    temperature: float | None = None


def origin(info: RunInfo) -> str | None:
    """Return the tool and files that a run was imported from, None for a run of our own.

    No command makes such a run again.
    """
    log = info.environment.get("imported")
    return f"{log['tool']} ({', '.join(log['files'])})" if log else None


def show_command(run: str, samples: Sequence[str]) -> str:
    """Return the command that shows what a run said to these samples."""
    return shlex.join(["statera", "show", run[:SHORT], "--sample-id", ",".join(samples)])


def score_command(run: str, task: str, scorer: str | None = None) -> str:
    """Return the command that grades a task of a run again, with one scorer more if it is named."""
    added = ["--scorer", scorer] if scorer else []
    return shlex.join(["statera", "score", run[:SHORT], "--task", task, *added])


def audit_command(run: str, judge: str) -> str:
    """Return the command that asks a judge again what it was asked before, to see a shift."""
    return shlex.join(["statera", "judge", "audit", run[:SHORT], "--judge", judge])


def compare_command(candidate: str, base: str) -> str:
    """Return the command that compares every metric of two runs."""
    return shlex.join(["statera", "compare", candidate[:SHORT], base[:SHORT]])


def run_command(
    info: RunInfo,
    task: TaskSpec,
    changed: Changed,
    *,
    samples: Sequence[str] = (),
    tag: str = "",
) -> str:
    """Return the command that asks one task as the run did, but for what is `changed`.

    `tag` names the new run. `samples` are the only ones asked, if there are any. Fields that only a
    model file can hold are not written: such a run needs that file, named MODEL.yaml here. A script
    or a Python function, which are known by their digest only, are named MODEL.
    """
    flags = _flags(info, task) | _changed_flags(changed)
    if changed.without_system_message:
        flags.pop(SYSTEM, None)
    if tag:
        flags["--tag"] = tag
    if samples:
        flags["--sample-id"] = ",".join(samples)
    return shlex.join(["statera", "run", *(word for pair in flags.items() for word in pair)])


def whole_command(info: RunInfo, extent: Mapping[str, int | str]) -> str:
    """Return the command that made the run; `extent` holds its flags of how much, if known."""
    tasks = info.spec.tasks
    flags = _flags(info, tasks[0])
    flags["--tasks"] = info.environment.get("asked", {}).get("suite") or ",".join(
        task.name for task in tasks
    )
    if len({task.mode for task in tasks}) > 1:
        del flags["--mode"]
    if len({task.num_fewshot for task in tasks}) > 1:
        flags.pop("--num-fewshot", None)
    flags |= {name: str(value) for name, value in extent.items()}
    return shlex.join(["statera", "run", *(word for pair in flags.items() for word in pair)])


def model_name(system: SystemUnderTest) -> str:
    """Return what `--model` takes for the system: its identity, or a word to be replaced."""
    if system.body or system.model.startswith(_UNNAMED):
        return MODEL_FILE if system.body else MODEL
    return "embedded" if system.model.startswith("embedded:") else system.model


def _flags(info: RunInfo, task: TaskSpec) -> dict[str, str]:
    """Return the flags by which the run asked the task; defaults are left out."""
    system = info.spec.system
    asked = info.environment.get("asked", {})
    source = asked.get("tasks", {}).get(task.name, task.name)
    flags = {"--tasks": source, "--model": model_name(system), "--mode": task.mode}
    if asked.get("data"):
        flags["--data"] = asked["data"]
    if task.api != "chat":
        flags["--api"] = task.api
    if task.num_fewshot:
        flags["--num-fewshot"] = str(task.num_fewshot)
    if system.system_message is not None:
        flags[SYSTEM] = system.system_message
    if info.spec.seed:
        flags["--seed"] = str(info.spec.seed)
    return flags | _named(_SAMPLING, system.sampling)


def _changed_flags(changed: Changed) -> dict[str, str]:
    named = {
        "max_tokens": "--max-tokens",
        "num_fewshot": "--num-fewshot",
        "system_message": SYSTEM,
        "temperature": "--temperature",
        "epochs": "--epochs",
    }
    return _named(named, msgspec.structs.asdict(changed))


def _named(flags: Mapping[str, str], values: Mapping[str, object]) -> dict[str, str]:
    return {flag: str(values[name]) for name, flag in flags.items() if values.get(name) is not None}
