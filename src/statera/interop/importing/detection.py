"""Which tool wrote a file? By its name, and by the names at the top of what it holds."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from statera.errors import DeclarationError
from statera.interop.importing.columnmap import guessed
from statera.interop.importing.documents import member_names
from statera.interop.importing.pyritmemory import DUCKDB, SQLITE, is_memory
from statera.interop.importing.tablefile import JSON, SUFFIXES, suffix_of

_NAMED = {".eval": "inspect", ".csv": "csv", ".tsv": "csv", ".tab": "csv"}
_DOCUMENTS = (
    ("inspect", {"eval", "status"}),
    ("lm-eval", {"results", "configs"}),
    ("promptfoo", {"evalId", "results"}),
    ("promptfoo", {"results", "config"}),
    ("eee", {"schema_version", "evaluation_results"}),
    ("traces", {"resourceSpans"}),
    ("traces", {"resourceLogs"}),
)
_LINES = (
    ("garak", {"entry_type"}),
    ("jsonl", {"schema", "sample_id", "scores"}),
    ("eee", {"schema_version", "evaluation", "sample_id"}),
    ("lm-eval", {"doc_id", "doc", "resps"}),
    ("promptfoo", {"success", "testCase", "prompt"}),
    ("openai-evals", {"spec"}),
    ("openai-evals", {"sample_id", "type", "data"}),
    ("openai-evals", {"final_report"}),
    ("traces", {"event", "phase", "policy"}),
    ("jsonl", {"id", "correct"}),
    ("jsonl", {"id", "score"}),
    ("jsonl", {"id", "outcome"}),
    ("traces", {"resourceSpans"}),
    ("traces", {"resourceLogs"}),
    ("traces", {"context", "attributes", "start_time"}),
    ("traces", {"messages"}),
)
_OURS = {"schema", "run", "trials"}


def detect(paths: Iterable[Path], formats: Iterable[str]) -> str:
    """Return the one format of the files and folders; DeclarationError when it is unclear."""
    files = [file for path in paths for file in files_of(path)]
    found = {name: path for path in files if (name := format_of(path)) is not None}
    if len(found) == 1:
        return next(iter(found))
    allowed = f"say --format, one of: {', '.join(formats)}"
    if found:
        told = "; ".join(f"{path.name} is {name}" for name, path in found.items())
        raise DeclarationError(f"several formats ({told}); {allowed}")
    if any(member_names(path) >= _OURS for path in files if path.suffix == ".json"):
        raise DeclarationError(
            f"{files[0]}: our own document; import what `export -o FILE.jsonl` wrote"
        )
    shown = ", ".join(str(path) for path in files[:3]) or "nothing to read"
    raise DeclarationError(f"{shown}: the format is unclear; {_offer(files)}{allowed}")


def _offer(files: Sequence[Path]) -> str:
    """Return `did you mean: --map …; or ` for a table, empty for anything else."""
    try:
        guess = guessed(files[0]) if files and suffix_of(files[0]) in SUFFIXES else ""
    except DeclarationError:
        return ""
    return f"did you mean: {guess}; or " if guess else ""


def files_of(path: Path) -> list[Path]:
    """Return the file, or the files of a folder that may be logs; DeclarationError for none."""
    if not path.exists():
        raise DeclarationError(f"{path}: no such file")
    if not path.is_dir():
        return [path]
    suffixes = (".eval", *SUFFIXES, *SQLITE)
    found = [one for one in sorted(path.rglob("*")) if one.suffix in suffixes]
    if not found:
        raise DeclarationError(f"{path}: no file here that ends in {', '.join(suffixes)}")
    return found


def format_of(path: Path) -> str | None:
    """Return the format of a file, or None when nothing tells."""
    suffix = suffix_of(path)
    if suffix == DUCKDB or (suffix in (".csv", ".json", *SQLITE) and is_memory(path)):
        return "pyrit"
    if suffix in _NAMED:
        return _NAMED[suffix]
    if suffix not in JSON:
        return None
    names = member_names(path)
    known = _DOCUMENTS if suffix == ".json" else _LINES
    return next((name for name, needed in known if needed <= names), None)
