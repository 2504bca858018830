"""A log that was read to its end, into the store: one run, as if it had been made here.

The run's identity is the system and the tasks as the log has them, its time, and the digest of all
that was said and scored: the same log again is the same run, also where its file has another form.
A model that the log does not name is told apart by that digest. The tasks' data are digests of the
items, so that runs over the same questions can be compared, whatever file they come from.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from statera.codec.canonical import canonical, digest, digest_bytes
from statera.codec.files import read_lines
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Watch
from statera.interop.importing.pile import Pile, Piled, Told
from statera.records.contents import CONTENT, SENSITIVE, Content
from statera.records.requests import Request
from statera.records.scores import Outcome
from statera.records.specs import RunInfo, RunSpec, RunStatus, SystemUnderTest, TaskSpec
from statera.records.trials import Trial
from statera.store.rows import Keyed, Scored
from statera.store.runstore import RunStore

_BATCH = 1000
_CUT_OFF = "the import has not ended; the same import again completes it"
_UNANSWERED: tuple[Outcome, ...] = ("unparsed", "truncated", "refused")
_TOLD = {"infra_error": "errors"}
"""Outcomes whose plural is another word."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What an import made. `new` is False when the run was there already.

    `told` counts trials by outcome under the first metric, `blind` names the outcomes that the log
    cannot tell from wrong, `stopped` says why the tool ended early, or is empty, and `notes` what
    was left out or differs.
    """

    run: str
    new: bool
    tool: str
    version: str
    suite: str
    system: SystemUnderTest
    files: tuple[str, ...]
    tasks: dict[str, tuple[str, ...]]
    items: int
    trials: int
    replies: int
    told: dict[Outcome, int]
    blind: tuple[Outcome, ...]
    stopped: str
    notes: tuple[str, ...]

    @property
    def apart(self) -> str:
        """The sentence on what could be told apart from wrong, and what could not."""
        counts = {name: n for name, n in self.told.items() if n and name not in ("right", "wrong")}
        found = ", ".join(f"{n} {_TOLD.get(name, name)}" for name, n in counts.items())
        unseen = [_TOLD.get(name, name) for name in self.blind if name not in counts]
        told = (
            f"{found} told apart" if found else "nothing else than right and wrong was told apart"
        )
        return f"{told}; the log cannot tell {' or '.join(unseen)} from wrong" if unseen else told


def keep(
    store: RunStore, log: Log, pile: Pile, *, tag: str | None, now: float, watch: Watch
) -> Kept:
    """Write the run; the same files again change nothing but the tag.

    A run that was cut off while it was written says so, and has no tag.
    """
    spec = _spec(log, pile)
    told = pile.outcomes()
    known = {info.id: info for info in store.runs()}.get(digest(spec))
    done = known is not None and known.status != "running" and not log.stream
    graded = {task: _graded(log, pile, task) for task in pile.tasks}
    environment = _environment(log, pile, graded, told)
    info = store.open_run(spec, tag=None, environment=environment, now=now)
    if not done:
        before = 0 if known is None else store.counts(info.id).trials
        store.set_status(info.id, "running", reason=_CUT_OFF, now=now)
        _write(store, info.id, (log, spec), _Rows(pile, graded), watch)
        if log.stream and known is not None:
            _grown(store, known, log, environment, before)
    info = store.open_run(spec, tag=tag, environment=environment, now=now)
    status: RunStatus = "stopped" if log.stopped else "done"
    store.set_status(info.id, status, reason=log.stopped, now=now)
    return _kept(info, log, pile, told, new=known is None if log.stream else not done)


class _Rows(NamedTuple):
    """The rows of a pile, with the metrics of each task that lie between right and wrong."""

    pile: Pile
    graded: Mapping[str, frozenset[str]]


def _write(store: RunStore, run: str, what: tuple[Log, RunSpec], rows: _Rows, watch: Watch) -> None:
    """Write samples and trials; those that are there stay."""
    (log, spec), count = what, 0
    of_samples: Content = "full" if log.content == "hashed" else log.content
    for task in spec.tasks:
        store.add_samples(run, task.name, rows.pile.samples(task.name), of_samples)
        scored = _scored(log, spec, task, rows.pile.rows(task.name, rows.graded[task.name]))
        while batch := list(islice(scored, _BATCH)):
            store.write(run, batch)
            count += len(batch)
            watch("kept", count)


def _grown(store: RunStore, known: RunInfo, log: Log, found: dict[str, Any], before: int) -> None:
    """Put on record what traffic that came later adds to its run."""
    added, total = store.counts(known.id).trials - before, store.counts(known.id).trials
    log.notes.append(f"{added} requests are new, {before} were there: {total} in the run")
    new = found["imported"]

    def change(old: dict[str, Any]) -> dict[str, Any]:
        about = old["imported"]
        both = {
            "files": list(dict.fromkeys([*about["files"], *new["files"]])),
            "replies": about["replies"] + (new["replies"] if added else 0),
            "blind": [name for name in about["blind"] if name in new["blind"]],
        }
        metrics = {task: _joined(old["metrics"][task], of) for task, of in found["metrics"].items()}
        return old | {"imported": about | both, "metrics": old["metrics"] | metrics}

    store.change_environment(known.id, change)


def _joined(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the metrics that there are, and those of scores that came with later traffic."""
    there = {one["score"] for one in old if "score" in one}
    return [*old, *(one for one in new if one["score"] not in there)]


def _spec(log: Log, pile: Pile) -> RunSpec:
    return RunSpec(
        suite=log.suite or next(iter(pile.tasks)),
        system=_system(log, pile),
        tasks=tuple(_task(log, pile, name) for name in pile.tasks),
        seed=0,
        nonce=log.stream or digest([log.created, pile.content]),
    )


def _system(log: Log, pile: Pile) -> SystemUnderTest:
    if log.system.model != UNKNOWN_MODEL:
        return log.system
    return msgspec.structs.replace(log.system, model=f"{UNKNOWN_MODEL}:{pile.content[:12]}")


def _task(log: Log, pile: Pile, name: str) -> TaskSpec:
    facts = log.facts.get(name, Facts())
    return TaskSpec(
        name=name,
        version=facts.version,
        mode=facts.mode,
        api=facts.api,
        num_fewshot=facts.num_fewshot,
        data=log.stream or pile.tasks[name].data,
        template=digest({"tool": log.tool, "instrument": facts.instrument}),
    )


def _digest(files: tuple[Path, ...]) -> str:
    """Return the digest of what the files hold, whatever they are called."""
    found = []
    for path in files:
        state = blake2b(digest_size=16)
        for line in read_lines(path):
            state.update(line)
        found.append(state.hexdigest())
    return digest(sorted(found))


def _graded(log: Log, pile: Pile, task: str) -> frozenset[str]:
    """Return the task's metrics that lie between right and wrong: as told, or as seen."""
    piled = pile.tasks[task]
    return frozenset(m for m in piled.kept if log.graded.get(m, piled.metrics[m].between))


def _blind(log: Log, told: Told) -> list[Outcome]:
    """Return what the log cannot tell from wrong: of its format, what it does not state itself.

    An empty reply shows that one trial had no answer, and not that another had one.
    """
    return [name for name in log.blind if name not in told.stated]


def _answers(log: Log, told: Told) -> bool:
    """Return whether the log can tell an answer from none: else all are taken as answers."""
    blind = _blind(log, told)
    return any(told.counts[name] or name not in blind for name in _UNANSWERED)


def _environment(
    log: Log, pile: Pile, graded: Mapping[str, frozenset[str]], told: Told
) -> dict[str, Any]:
    """Return what a run is stored with; there is no scorer, as the tool has graded."""
    names, answers = list(pile.tasks), _answers(log, told)
    return {
        "scorers": {task: [] for task in names},
        "primary": {task: pile.tasks[task].kept[0] for task in names},
        "metrics": {
            task: list(_metrics(log, pile, task, graded[task], answers=answers)) for task in names
        },
        "levels": dict.fromkeys(names, log.level),
        CONTENT: {} if log.content == "full" else dict.fromkeys(names, log.content),
        SENSITIVE: names if log.level == "alignment" else [],
        "notes": {task: [] for task in names},
        "mode": "",
        "sandbox": None,
        "statera": metadata.version("statera"),
        "imported": {
            "tool": log.tool,
            "version": log.version,
            "files": [path.name for path in log.files],
            "digest": _digest(log.files),
            "created": log.created,
            "replies": pile.replies,
            "blind": _blind(log, told),
            "notes": log.notes,
            **({"columns": dict(log.columns)} if log.columns else {}),
        },
    }


def _metrics(
    log: Log, pile: Pile, task: str, graded: frozenset[str], *, answers: bool
) -> Iterator[dict[str, str]]:
    for metric in pile.tasks[task].kept:
        if log.better == "lower" and metric not in log.higher:
            yield {"type": "rate", "score": metric}
            continue
        if metric in graded:
            yield {"type": "mean", "score": metric}
            continue
        yield {"type": "accuracy", "score": metric}
        if answers:
            yield {"type": "given_answer", "score": metric}
        if log.facts.get(task, Facts()).macro:
            yield {"type": "macro", "score": metric}


def _scored(log: Log, spec: RunSpec, task: TaskSpec, rows: Iterator[Piled]) -> Iterator[Scored]:
    keys: dict[str, str] = {}
    system = digest(spec.system).encode()
    for row in rows:
        trial = Trial(
            task=task.name,
            sample_id=row.sample.id,
            epoch=row.epoch,
            key=_key(system, row.exchanges[-1].request, row.epoch),
            exchanges=row.exchanges,
            started=row.started or log.created,
        )
        for score in row.scores:
            keys.setdefault(score.metric, digest({"tool": log.tool, "metric": score.metric}))
        scores = tuple(Keyed(keys[score.metric], score) for score in row.scores)
        yield Scored(trial, scores, log.content)


def _key(system: bytes, request: Request, epoch: int) -> str:
    return digest_bytes(b"\0".join((system, canonical(request), str(epoch).encode())))


def _kept(info: RunInfo, log: Log, pile: Pile, told: Told, *, new: bool) -> Kept:
    return Kept(
        run=info.id,
        new=new,
        tool=log.tool,
        version=log.version,
        suite=info.spec.suite,
        system=info.spec.system,
        files=tuple(str(path) for path in log.files),
        tasks={name: tuple(piled.kept) for name, piled in pile.tasks.items()},
        items=sum(len(piled.items) for piled in pile.tasks.values()),
        trials=pile.trials,
        replies=pile.replies,
        told=dict(told.counts),
        blind=tuple(_blind(log, told)),
        stopped=log.stopped,
        notes=tuple(log.notes),
    )
