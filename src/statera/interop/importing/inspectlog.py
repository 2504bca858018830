"""Logs of Inspect: `.eval` files, and the `.json` of `inspect log convert`.

Read after inspect-ai 0.3.285 (log version 2). Every scorer is a metric; a scorer with several
values makes one of each. C, P, I and N are 1, 0.5, 0 and 0. What Inspect tells apart is kept:
sample errors, scores that were not made, no answer (N) or one in a wrong form, why the reply ended,
and the limit that ended a sample.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from statera.errors import DeclarationError
from statera.interop.importing.documents import (
    Object,
    Place,
    decoded,
    document,
    files_in,
    moment,
    part,
    several,
    text,
)
from statera.interop.importing.evalzip import EvalZip
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.inspectsamples import row
from statera.interop.importing.rendered import stated
from statera.records.specs import SystemUnderTest

TOOL = "inspect"
HEADER = "header.json"
_SAMPLES = "samples/"


def logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each file."""
    files = files_in(paths, (".eval", ".json"))
    if not files:
        raise DeclarationError(f"{paths[0]}: no .eval or .json log here")
    for path in files:
        yield _packed(path, wanted) if path.suffix == ".eval" else _plain(path, wanted)


def _packed(path: Path, wanted: Wanted) -> Log:
    with EvalZip(path) as parts:
        if HEADER not in parts.names:
            raise DeclarationError(f"{path}: has no {HEADER}: the evaluation was never finished")
        header = decoded(parts.read(HEADER), f"{path}, {HEADER}")
    return _log(path, header, _unpacked(path, header), wanted)


def _unpacked(path: Path, header: Object) -> Iterator[Place]:
    """Yield the samples in the order of the data set; they lie in the order they were done."""
    known = several(header, "eval", "dataset", "sample_ids")
    order = {str(name): place for place, name in enumerate(known)}
    with EvalZip(path) as parts:
        names = [name for name in parts.names if name.startswith(_SAMPLES)]
        for name in sorted(names, key=lambda name: _order(name, order)):
            where = f"{path}, {name}"
            yield Place(where, decoded(parts.read(name), where))


def _order(name: str, order: Mapping[str, int]) -> tuple[int, int, str]:
    stem, _, epoch = name.removeprefix(_SAMPLES).removesuffix(".json").rpartition("_epoch_")
    return order.get(stem, len(order)), int(epoch) if epoch.isdigit() else 0, stem


def _plain(path: Path, wanted: Wanted) -> Log:
    found = document(path)
    samples = found.pop("samples", None)
    if not isinstance(samples, list):
        raise DeclarationError(f"{path}: holds no samples (a log's header alone?)")
    places = (Place(f"{path}, sample {n}", one) for n, one in enumerate(samples, start=1))
    return _log(path, found, places, wanted)


def _log(path: Path, header: Object, samples: Iterator[Place], wanted: Wanted) -> Log:
    about = part(header, "eval")
    if not about:
        raise DeclarationError(f"{path}: 'eval' is missing: no log of Inspect")
    task = plain_name(wanted.task or text(about, "task") or path.stem)
    notes: list[str] = []
    return Log(
        tool=TOOL,
        version=text(part(about, "packages"), "inspect_ai"),
        created=moment(about.get("created")),
        files=(path,),
        system=_system(header, wanted),
        suite=task,
        facts={task: _facts(about)},
        rows=_rows(samples, task, part(about, "model_generate_config"), notes),
        blind=("unparsed",),
        stopped=_stopped(header),
        notes=notes,
    )


def _rows(samples: Iterator[Place], task: str, settings: Object, notes: list[str]) -> Iterator[Row]:
    skipped: set[str] = set()
    for where, found in samples:
        if not isinstance(found, dict):
            raise DeclarationError(f"{where}: no sample")
        yield row(where, found, task, settings, skipped)
    notes += [f"{name} is left out: its values are no numbers" for name in sorted(skipped)]


def _facts(about: Object) -> Facts:
    return Facts(
        version=str(about.get("task_version", "")),
        instrument=[
            [one.get("name"), one.get("options")]
            for one in several(about, "scorers")
            if isinstance(one, dict)
        ],
    )


def _system(header: Object, wanted: Wanted) -> SystemUnderTest:
    about = part(header, "eval")
    listed = [one for one in several(header, "plan", "steps") if isinstance(one, dict)]
    messages = [
        text(part(step, "params"), "template")
        for step in listed
        if text(step, "solver") == "system_message"
    ]
    settings = part(header, "plan", "config") | part(about, "model_generate_config")
    solvers = [
        [step.get("solver"), step.get("params_passed", step.get("params"))]
        for step in listed
        if text(step, "solver") not in ("system_message", "generate")
    ]
    return SystemUnderTest(
        model=wanted.model or text(about, "model") or UNKNOWN_MODEL,
        system_message="\n\n".join(messages) or None,
        sampling=stated(settings),
        body={"solvers": solvers} if solvers else {},
    )


def _stopped(header: Object) -> str:
    """Return why the evaluation ended early, or an empty text."""
    status = text(header, "status")
    if status in ("", "success"):
        return ""
    why = text(part(header, "error"), "message").partition("\n")[0]
    return f"inspect's status is {status}" + (f": {why}" if why else "")
