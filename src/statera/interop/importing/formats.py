"""The formats that can be imported, by the name that `--format` has for them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from statera.errors import DeclarationError, unknown
from statera.interop.importing import (
    everyevalever,
    exported,
    garak,
    inspectlog,
    lmeval,
    openaievals,
    promptfoo,
    pyrit,
    tabular,
    traces,
)
from statera.interop.importing.detection import detect, files_of, format_of
from statera.interop.importing.documents import files_in, member_names
from statera.interop.importing.imported import Log, Reader, Wanted


def _jsonl(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each file of JSON lines: our own export, or plain columns."""
    for path in files_in(paths, (".jsonl",)):
        ours = member_names(path) >= exported.MEMBERS
        yield from (exported.logs if ours else tabular.jsonl_logs)([path], wanted)


FORMATS: dict[str, Reader] = {
    "lm-eval": lmeval.logs,
    "inspect": inspectlog.logs,
    "promptfoo": promptfoo.logs,
    "eee": everyevalever.logs,
    "openai-evals": openaievals.logs,
    "garak": garak.logs,
    "pyrit": pyrit.logs,
    "csv": tabular.csv_logs,
    "jsonl": _jsonl,
    "traces": traces.logs,
}


def logs(paths: Sequence[Path], wanted: Wanted, *, form: str | None = None) -> Iterator[Log]:
    """Yield the logs in the files and folders, read lazily; `form` None is found out.

    DeclarationError for an unknown or unclear format.
    """
    name = form or detect(paths, FORMATS)
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    return FORMATS[name](_fitting(paths, name), wanted)


def _fitting(paths: Sequence[Path], name: str) -> list[Path]:
    """Return the files, and of each folder those that are of the format."""
    found: list[Path] = []
    for path in paths:
        inside = files_of(path)
        fitting = [one for one in inside if format_of(one) == name] if path.is_dir() else inside
        if not fitting:
            raise DeclarationError(f"{path}: no file here is of the format {name}")
        found += fitting
    return found
