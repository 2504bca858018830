"""Logs of lm-evaluation-harness: `samples_TASK_TIME.jsonl` with `results_TIME.json` beside them.

Read after 0.4.13, and older ones whose lines lack `filter` or list their arguments. Each filter is
a metric of its own (`strict`, `flexible`, `exact_match_FILTER`); what a filter could not read
(`[invalid]`) is unparsed. A group that the harness added up is one task with a category for each
part of it. The harness logs neither why a reply ended nor failed requests: it has no result then.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from statera.errors import DeclarationError
from statera.interop.importing import rendered
from statera.interop.importing.documents import (
    Object,
    count,
    document,
    files_in,
    moment,
    objects,
    part,
    text,
    texts,
)
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.lmevallines import Lines, Part
from statera.records.specs import Mode, SystemUnderTest

TOOL = "lm-eval"
_SAMPLES = re.compile(r"samples_(?P<task>.+?)_(?P<stamp>\d{4}-\d\d-\d\dT[\d.-]+)\.jsonl")
_RESULTS = re.compile(r"results_(?P<stamp>\d{4}-\d\d-\d\dT[\d.-]+)\.json")


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each results file, or for samples that have none but a stated model."""
    samples = _by_stamp(files_in(paths, (".json", ".jsonl")))
    if not samples:
        raise DeclarationError(
            f"{paths[0]}: no samples_*.jsonl of lm-eval here; run it with --log_samples"
        )
    for stamp, files in samples.items():
        results = files[0].with_name(f"results_{stamp}.json")
        yield _log(results if results.is_file() else None, files, wanted)


def _by_stamp(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Return the samples files by their time stamp; a results file stands for those beside it."""
    found: dict[str, dict[Path, None]] = {}
    for path in files:
        if named := _RESULTS.fullmatch(path.name):
            beside = sorted(path.parent.glob(f"samples_*_{named['stamp']}.jsonl"))
            found.setdefault(named["stamp"], {}).update(dict.fromkeys(beside))
        elif path.name.startswith("samples_") and path.suffix == ".jsonl":
            named = _SAMPLES.fullmatch(path.name)
            found.setdefault(named["stamp"] if named else path.stem, {})[path] = None
    return {stamp: list(some) for stamp, some in found.items() if some}


def _log(results: Path | None, files: Sequence[Path], wanted: Wanted) -> Log:
    found = {} if results is None else document(results)
    if results is None and wanted.model is None:
        raise DeclarationError(
            f"{files[0]}: no results_*.json beside it, to name the model; or say --model-name"
        )
    names = {path: _task_name(path) for path in files}
    parts = _parts(found, list(names.values()), wanted.task)
    notes: list[str] = []
    lower = _lower(found)
    tasks = {names[path]: path for path in files}
    return Log(
        tool=TOOL,
        version=text(found, "lm_eval_version"),
        created=moment(found.get("date")),
        files=(*files, *([results] if results else ())),
        system=_system(found, wanted),
        suite=next(iter(parts.values())).task if len(set(_tasks(parts))) == 1 else TOOL,
        facts=_facts(found, parts),
        rows=_rows(tasks, parts, _is_chat(found), lower, notes),
        lead="flexible",
        blind=("truncated", "refused"),
        notes=notes,
    )


def _task_name(path: Path) -> str:
    named = _SAMPLES.fullmatch(path.name)
    return named["task"] if named else path.stem.removeprefix("samples_")


def _tasks(parts: Mapping[str, Part]) -> list[str]:
    return [part.task for part in parts.values()]


def _parts(found: Object, names: Sequence[str], wanted: str | None) -> dict[str, Part]:
    """Return where each of the harness's tasks belongs."""
    parents = _parents(found)
    parts = {name: _part(name, parents) for name in names}
    for top in set(_tasks(parts)):
        inside = [name for name, one in parts.items() if one.task == top]
        if len({_mode(part(found, "configs", name)) for name in inside}) > 1:
            parts |= {name: Part(plain_name(name)) for name in inside}
    if wanted is None:
        return parts
    if len(set(_tasks(parts))) > 1:
        raise DeclarationError(f"--task: the log has several tasks: {', '.join(_tasks(parts))}")
    return {name: one._replace(task=plain_name(wanted)) for name, one in parts.items()}


def _parents(found: Object) -> dict[str, str]:
    """Return by name the group that the harness added it up into."""
    groups = part(found, "groups")
    listed = part(found, "group_subtasks").items()
    return {name: top for top, inside in listed if top in groups for name in texts(inside)}


def _part(name: str, parents: Mapping[str, str]) -> Part:
    above: list[str] = []
    while (parent := parents.get(above[-1] if above else name)) is not None:
        if parent in above:
            break
        above.append(parent)
    if not above:
        return Part(plain_name(name))
    top = above[-1]
    group = _short(above[-2], top) if len(above) > 1 else None
    return Part(plain_name(top), _short(name, top), group)


def _short(name: str, top: str) -> str:
    return plain_name(name.removeprefix(f"{top}_"))


def _mode(config: Object) -> Mode:
    kind = config.get("output_type", "generate_until")
    return "generate" if kind == "generate_until" else "loglikelihood"


def _is_chat(found: Object) -> bool:
    model = text(part(found, "config"), "model") or text(found, "model_source")
    return bool(found.get("chat_template")) or "chat" in model


def _facts(found: Object, parts: Mapping[str, Part]) -> dict[str, Facts]:
    facts: dict[str, Facts] = {}
    for task in dict.fromkeys(_tasks(parts)):
        inside = [name for name, one in parts.items() if one.task == task]
        configs = [part(found, "configs", name) for name in inside]
        facts[task] = Facts(
            version=_version(found, inside),
            mode=_mode(configs[0]),
            api="chat" if _is_chat(found) else "completions",
            num_fewshot=count(configs[0].get("num_fewshot")) or 0,
            instrument=[_instrument(config) for config in configs],
            macro=len(inside) > 1,
        )
    return facts


def _version(found: Object, names: Sequence[str]) -> str:
    versions = part(found, "versions")
    return ", ".join(dict.fromkeys(str(versions.get(name, "")) for name in names))


def _instrument(config: Object) -> Object:
    """Return what of a task's configuration makes its prompt and its score."""
    names = ("doc_to_text", "doc_to_target", "doc_to_choice", "description", "metric_list")
    return {name: config.get(name) for name in (*names, "filter_list", "output_type", "repeats")}


def _lower(found: Object) -> set[str]:
    """Return the metrics of which less is better."""
    tasks = part(found, "higher_is_better").values()
    return {name for one in tasks for name, higher in part(one).items() if higher is False}


def _system(found: Object, wanted: Wanted) -> SystemUnderTest:
    arguments = part(found, "config", "model_args")
    name = text(found, "model_name") or text(arguments, "pretrained", "model")
    given = part(found, "config", "gen_kwargs")
    return SystemUnderTest(
        model=wanted.model or name or UNKNOWN_MODEL,
        system_message=text(found, "system_instruction") or None,
        sampling=rendered.stated(given),
    )


def _rows(
    tasks: Mapping[str, Path],
    parts: Mapping[str, Part],
    chat: bool,
    lower: set[str],
    notes: list[str],
) -> Iterator[Row]:
    skipped: dict[str, str] = {}
    for name, path in tasks.items():
        lines = Lines(name, parts[name], chat, lower, skipped)
        yield from (lines.row(where, line) for where, line in objects(path))
    notes += [f"{metric} is left out: {why}" for metric, why in skipped.items()]
