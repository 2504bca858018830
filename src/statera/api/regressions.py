"""Failing requests of live traffic as items of a task: redacted, written once, ready to be run.

    wanted = Wish(contains=("30 days",))
    kept = add_items(run, ["r17"], Path("regressions.yaml"), wanted)

The task is a YAML file with JSON lines beside it. Every line has what was asked and said, redacted
by the guard's detectors of personal data and secrets, and a canary.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
import yaml

from statera.api.redaction import Redaction
from statera.api.stored import Run
from statera.codec.canonical import digest
from statera.codec.files import YAML, read_jsonl, write_bytes
from statera.codec.strict import convert
from statera.errors import DeclarationError, unknown
from statera.interop.importing.imported import plain_name
from statera.records.requests import Chat
from statera.store.rows import Stored
from statera.store.sealing import check_readable
from statera.tasks.columns import is_template
from statera.tasks.custom import TaskFile, file_type, load_custom

CANARY = "statera regression item, do not train on this: "
"""Begins the field `canary` of every line; the rest is the file's own."""
ANSWERS = {"type": "not_refused"}
"""The scorer for an item that must be answered."""
HEAD = (
    "# Failures of live traffic, redacted, each asked again by `statera run` of this file.\n"
    "# Added by `statera regress`. Names and addresses have no form that tells them: read it.\n"
)
_LABEL = re.compile(r"\[[A-Z_]+\]")


class Wish(NamedTuple):
    """What is right: an answer at all, one of these texts in it, or what the `scorers` say.

    `reference` is the ideal answer. `names` are words to redact beside what is found, `system`
    whether the system message goes with the task.
    """

    answered: bool = False
    contains: tuple[str, ...] = ()
    reference: str | None = None
    scorers: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()
    system: bool = True


class KeptItems(NamedTuple):
    """What was written: ids of new items and of those that were there, and what was redacted."""

    path: Path
    data: Path
    added: tuple[str, ...]
    there: tuple[str, ...]
    redacted: tuple[str, ...]


def add_items(run: Run, names: Sequence[str], path: Path, wish: Wish) -> KeptItems:
    """Add requests of the run, by id or unique beginning, to the task at `path`.

    An item that is there stays as it is. DeclarationError, and nothing is written, for an unknown
    request, one whose text was not kept, a task that is scored otherwise, or one with another
    system message.
    """
    if path.suffix not in YAML:
        raise DeclarationError(f"--to {path}: a task's file ends in {' or '.join(YAML)}")
    clean = Redaction(wish.names)
    made = [_made(stored, run, wish, clean) for stored in _found(run, names)]
    file = _file(path, wish, _system(made, wish))
    data = path.parent / file.data
    rows = list(read_jsonl(data, dict[str, Any])) if data.exists() else []
    known = {row.get("id") for row in rows}
    new = {one.row["id"]: one.row for one in made if one.row["id"] not in known}
    canary = next((row["canary"] for row in rows if row.get("canary")), f"{CANARY}{uuid4()}")
    rows += [row | {"canary": canary} for row in new.values()]
    if not path.exists():
        write_bytes(path, _text(file).encode())
    if new:
        write_bytes(data, b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    there = tuple(one.row["id"] for one in made if one.row["id"] in known)
    found = sorted({label for one in made for label in one.labels})
    return KeptItems(path, data, tuple(new), there, tuple(found))


class _Made(NamedTuple):
    row: dict[str, Any]
    system: str
    labels: frozenset[str]


def _found(run: Run, names: Sequence[str]) -> list[Stored]:
    """Return the requests of these names, each once."""
    for task in run.info.spec.tasks:
        check_readable(run.info.environment, task.name)
    ids = [s.id for task in run.info.spec.tasks for s in run.store.samples(run.info.id, task.name)]
    wanted = dict.fromkeys(_id(name, ids, run) for name in names)
    found = {one.sample.id: one for one in run.store.trials(run.info.id, sample_ids=list(wanted))}
    if missing := [name for name in wanted if name not in found]:
        raise DeclarationError(f"request {missing[0]} of run {run.info.id[:8]} was never answered")
    return [found[name] for name in wanted]


def _id(name: str, ids: Sequence[str], run: Run) -> str:
    fitting = [one for one in ids if one == name] or [one for one in ids if one.startswith(name)]
    if len(set(fitting)) > 1:
        told = ", ".join(fitting[:3])
        raise DeclarationError(f"request {name} is the beginning of several: {told}")
    if not fitting:
        raise unknown(f"request of run {run.info.id[:8]}", name, ids)
    return fitting[0]


def _made(stored: Stored, run: Run, wish: Wish, clean: Redaction) -> _Made:
    sample, trial = stored.sample, stored.trial
    if not sample.input.strip():
        raise DeclarationError(
            f"request {sample.id}: what was asked is not in the log (`events: {{content: full}}`)"
        )
    request = trial.exchanges[-1].request
    spoken = request.messages if isinstance(request, Chat) else ()
    system = "\n\n".join(clean(one.content) for one in spoken if one.role == "system")
    row: dict[str, Any] = {
        "id": f"live-{digest([run.info.spec.suite, sample.id])[:12]}",
        "prompt": clean(sample.input),
        "category": sample.category or trial.task,
        "was": stored.scores[0].outcome if stored.scores else "",
        "reply": clean(trial.response.text or ""),
    }
    if wish.reference is not None:
        row["reference"] = wish.reference
    if wish.contains:
        row["references"] = list(wish.contains)
    texts = (row["prompt"], row["reply"], system)
    labels = frozenset(label for text in texts for label in _LABEL.findall(text))
    return _Made(row, system, labels)


def _system(made: Sequence[_Made], wish: Wish) -> str:
    systems = {one.system for one in made} if wish.system else {""}
    if len(systems) > 1:
        raise DeclarationError(
            "the requests have several system messages, and a task has one: a file each, or "
            "--no-system"
        )
    return next(iter(systems), "")


def _file(path: Path, wish: Wish, system: str) -> TaskFile:
    """Return the task's file, as it is there or as it will be."""
    wanted = _scorers(wish)
    if not path.exists():
        return _new(path, wish, system, wanted)
    there = load_custom(path).file
    fields = {**_base(path, wish), "scorers": wanted or [ANSWERS]}
    asked = convert(fields, file_type(), source="--scorer")
    if wanted and list(there.scorers) != list(asked.scorers):
        raise DeclarationError(
            f"{path}: its items are scored by another rule; another --to FILE for this one"
        )
    for column in ("reference", "references"):
        if (getattr(there, column) is None) != (getattr(asked, column) is None):
            raise DeclarationError(
                f"{path}: its items have {'no' if getattr(there, column) is None else 'a'} "
                f"{column}, unlike this one; another --to FILE for it"
            )
    if wish.system and (there.system or "") != system:
        raise DeclarationError(
            f"{path}: its system message is another one: another --to FILE, or --no-system"
        )
    return there


def _new(path: Path, wish: Wish, system: str, wanted: list[Any]) -> TaskFile:
    if not wanted:
        raise DeclarationError(
            "what is right? --not-refused, --contains TEXT, --reference TEXT or --scorer NAME"
        )
    if system and is_template(system):
        raise DeclarationError("the system message looks like a template: --no-system")
    fields = {**_base(path, wish), "scorers": wanted}
    if system:
        fields["system"] = system
    return convert(fields, file_type(), source="--scorer")


def _base(path: Path, wish: Wish) -> dict[str, Any]:
    columns = {"reference": wish.reference is not None, "references": bool(wish.contains)}
    return {
        "task": plain_name(path.stem),
        "version": "1",
        "summary": "Failures of live traffic, redacted",
        "data": f"{path.stem}.jsonl",
        "prompt": "{{ prompt }}",
        "id": "id",
        "category": "category",
        **{name: name for name, there in columns.items() if there},
    }


def _scorers(wish: Wish) -> list[Any]:
    found = list(wish.scorers)
    if wish.answered:
        found.append(ANSWERS)
    if not wish.scorers and (wish.contains or wish.reference is not None):
        found.append({"type": "contains"})
    return found


def _text(file: TaskFile) -> str:
    fields = msgspec.to_builtins(file)
    default = msgspec.to_builtins(file_type()(task="", data="", prompt=""))
    stated = {name: value for name, value in fields.items() if value != default.get(name)}
    order = ("task", "version", "summary", "data", "id", "prompt", "system", "category")
    first = {name: stated.pop(name) for name in order if name in stated}
    first.setdefault("version", "1")
    return HEAD + yaml.safe_dump({**first, **stated}, sort_keys=False, allow_unicode=True)
