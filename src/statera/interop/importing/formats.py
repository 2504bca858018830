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
from statera.interop.importing.tablefile import ENDINGS, SUFFIXES, suffix_of


def _tables(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield the logs of our own exports, and of tables."""
    for path in files_in(paths, ENDINGS):
        ours = suffix_of(path) == ".jsonl" and member_names(path) >= exported.MEMBERS
        if ours and wanted.columns.stated:
            raise DeclarationError(f"{path}: our own export; its columns need no --map")
        yield from (exported.logs if ours else tabular.table_logs)([path], wanted)


FORMATS: dict[str, Reader] = {
    "lm-eval": lmeval.logs,
    "inspect": inspectlog.logs,
    "promptfoo": promptfoo.logs,
    "eee": everyevalever.logs,
    "openai-evals": openaievals.logs,
    "garak": garak.logs,
    "pyrit": pyrit.logs,
    "csv": _tables,
    "jsonl": _tables,
    "traces": traces.logs,
}


def logs(paths: Sequence[Path], wanted: Wanted, *, form: str | None = None) -> Iterator[Log]:
    """Yield the logs in the files and folders, read lazily; `form` None is found out.

    DeclarationError for an unknown or unclear format.
    """
    name = form or detect(paths, FORMATS)
    if name not in FORMATS:
        raise unknown("format", name, FORMATS)
    mapped = bool(wanted.columns.stated)
    return FORMATS[name](_fitting(paths, name, mapped=mapped), wanted)


def _fitting(paths: Sequence[Path], name: str, *, mapped: bool) -> list[Path]:
    """Return the files, and of each folder those that are of the format."""
    found: list[Path] = []
    for path in paths:
        inside = files_of(path)
        fitting = [one for one in inside if _fits(one, name, mapped)] if path.is_dir() else inside
        if not fitting:
            raise DeclarationError(f"{path}: no file here is of the format {name}")
        found += fitting
    return found


def _fits(path: Path, name: str, mapped: bool) -> bool:
    """Return whether a file of a folder is read: with a map, every table."""
    return suffix_of(path) in SUFFIXES if mapped else format_of(path) == name
