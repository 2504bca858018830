"""Labels that people gave, from CSV or JSON lines; and the file that a labelling page appends to.

    id,label,labeller
    q17,4,ana
    q17,5,ben

`id` and `label` must be there; `task`, `epoch`, `labeller`, `probability` (of the item to be drawn)
and `criterion` may, and `run` and `against` where a file has labels of several runs. Other columns
are ignored. In a file of JSON lines a labeller's later line with
`"mark": "undo"` takes a label back.
"""

import csv
import fcntl
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from statera.codec.files import append_bytes, read_text, to_json
from statera.errors import DeclarationError, nearest, unknown
from statera.interop.importing.documents import Place, objects

Mark = Literal["label", "skip", "undo"]
_MARKS: tuple[Mark, ...] = get_args(Mark)
_NEEDED = ("id", "label")
_COLUMNS = (*_NEEDED, "task", "epoch", "labeller", "probability", "criterion")
_RUNS = ("run", "against")
_SURELY_MEANT = 0.85


class Label(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person said of one reply, or of one pair, as it was written (`4`, `A`, `yes`).

    Without a task it is of the run's only task that has such an item, without a criterion of the
    only one. `shown` says which run's reply of a pair stood first (`ab`, `ba`), `run` and `against`
    whose replies they were, where a page wrote it. `where` is the place in the file that it was
    read from. `mark` tells labels from what else a page keeps: items passed over, labels undone.
    """

    id: str
    label: str = ""
    task: str = ""
    epoch: int = 0
    labeller: str = ""
    probability: float | None = None
    criterion: str = ""
    seconds: float | None = None
    shown: str = ""
    run: str = ""
    against: str = ""
    mark: Mark = "label"
    where: str = ""

    @property
    def about(self) -> tuple[str, str, str, int, str]:
        """Who labels what; a second label with the same is one too many."""
        return self.labeller, self.task, self.id, self.epoch, self.criterion


def read_labels(path: Path) -> list[Label]:
    """Return the labels that stand in a file, those that were undone left out.

    DeclarationError, one line with file and line: a missing column, an empty label, a probability
    outside (0, 1], a second label of the same labeller for the same item.
    """
    return standing(read_entries(path))


def read_entries(path: Path) -> list[Label]:
    """Return every line of a file, skipped and undone ones included, in order."""
    places = _csv(path) if _name(path).endswith(".csv") else objects(path)
    return [_label(where, cells) for where, cells in places]


def standing(entries: Iterable[Label]) -> list[Label]:
    """Return the labels that no later entry takes back; DeclarationError for one given twice."""
    found: dict[tuple[str, str, str, int, str], Label] = {}
    for entry in entries:
        first = entry
        if entry.mark == "undo":
            found.pop(entry.about, None)
        elif entry.mark == "label":
            first = found.setdefault(entry.about, entry)
        if first is not entry:
            raise twice(entry, first)
    return list(found.values())


def twice(second: Label, first: Label) -> DeclarationError:
    """Return the error for an item that one labeller labelled two times."""
    by = f" by '{second.labeller}'" if second.labeller else ", and no labeller is named"
    return DeclarationError(
        f"{second.where}: '{second.id}' is labelled a second time{by}; first in {first.where}"
    )


def write_label(path: Path, label: Label) -> None:
    """Append one line, on the disk when this returns."""
    append_bytes(path, to_json(msgspec.structs.replace(label, where="")) + b"\n")


@contextmanager
def appending(path: Path) -> Iterator[Callable[[Label], None]]:
    """Hold the file for one page; the value appends a label.

    A last line that a kill cut short was never said to be kept, and is taken away. A file that
    is empty in the end is none. DeclarationError where another page holds the file.
    """
    if not path.name.endswith(".jsonl"):
        raise DeclarationError(f"{path}: labels are appended to a file called NAME.jsonl")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    except OSError as error:
        raise DeclarationError(f"{path}: cannot be written: {error.strerror}") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise DeclarationError(
                f"{path}: another labelling page is writing to it; end that one, or give "
                "another --labels"
            ) from None
        _mend(file)
        try:
            yield lambda label: write_label(path, label)
        finally:
            if path.is_file() and not path.stat().st_size:
                path.unlink()


def _mend(file: io.BufferedRandom) -> None:
    """End the last line, or take it away where it is cut short."""
    file.seek(0)
    data = file.read()
    if not data or data.endswith(b"\n"):
        return
    begin = data.rfind(b"\n") + 1
    try:
        msgspec.json.decode(data[begin:])
    except (msgspec.DecodeError, UnicodeDecodeError):
        file.truncate(begin)
    else:
        file.write(b"\n")
        file.flush()


def _name(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def _csv(path: Path) -> Iterator[Place]:
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(f"{path}, line 1", header)
        for cells in filter(None, reader):
            where = f"{path}, line {reader.line_num}"
            if len(cells) != len(header):
                raise DeclarationError(f"{where}: {len(cells)} cells for {len(header)} columns")
            named = zip(header, cells, strict=True)
            yield Place(where, {k: v.strip() for k, v in named if k in (*_COLUMNS, *_RUNS)})
    except csv.Error as error:
        raise DeclarationError(f"{path}, line {reader.line_num}: {error}") from None


def _check_header(where: str, header: Sequence[str]) -> None:
    for name in _NEEDED:
        if name not in header:
            found = f" Found: {', '.join(header)}" if header else " The file is empty"
            raise DeclarationError(
                f"{where}: column '{name}' is missing.{nearest(name, header)}{found}"
            )
    for name in header:
        if name in _COLUMNS and header.count(name) > 1:
            raise DeclarationError(f"{where}: column '{name}' is there twice")
    _check_misspelt(where, header)


def _check_misspelt(where: str, names: Collection[str]) -> None:
    """Raise DeclarationError for a name that is ignored and surely meant one that is absent."""
    absent = [known for known in _COLUMNS if known not in names]
    for name in names:
        if name in Label.__struct_fields__:
            continue
        if meant := get_close_matches(name, absent, n=1, cutoff=_SURELY_MEANT):
            raise DeclarationError(f"{where}: '{name}' is unknown. Did you mean '{meant[0]}'?")


def _label(where: str, cells: Mapping[str, Any]) -> Label:
    mark = _mark(where, cells.get("mark", "label"))
    _check_misspelt(where, cells)
    for name in _NEEDED[: 2 if mark == "label" else 1]:
        if name not in cells:
            raise DeclarationError(f"{where}: '{name}' is missing.{nearest(name, cells)}")
        if not _text(where, cells, name):
            raise DeclarationError(f"{where}: '{name}' is empty")
    texts = {
        name: _text(where, cells, name)
        for name in ("id", "label", "task", "labeller", "criterion", "shown", "run", "against")
    }
    return Label(
        **texts,
        epoch=_epoch(where, cells.get("epoch")),
        probability=_probability(where, cells.get("probability")),
        seconds=_seconds(cells.get("seconds")),
        mark=mark,
        where=where,
    )


def _mark(where: str, found: object) -> Mark:
    for mark in _MARKS:
        if found == mark:
            return mark
    raise DeclarationError(f"{where}: {unknown('mark', str(found), _MARKS)}")


def _text(where: str, cells: Mapping[str, Any], name: str) -> str:
    """Return a text, or a number or boolean as one writes it: 4.0 is `4`, true is `yes`."""
    value = cells.get(name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if not isinstance(value, str):
        raise DeclarationError(f"{where}: '{name}' is neither text nor a number")
    return value.strip()


def _epoch(where: str, found: object) -> int:
    if found in (None, ""):
        return 0
    if isinstance(found, bool) or not str(found).isdecimal():
        raise DeclarationError(f"{where}: epoch '{found}' is no whole number from 0 on")
    return int(str(found))


def _probability(where: str, found: Any) -> float | None:
    if found in (None, ""):
        return None
    try:
        value = float("nan") if isinstance(found, bool) else float(found)
    except (TypeError, ValueError):
        value = float("nan")
    if not 0.0 < value <= 1.0:
        raise DeclarationError(f"{where}: probability '{found}' is no number above 0 and at most 1")
    return value


def _seconds(found: object) -> float | None:
    known = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if known else None  # type: ignore[arg-type]
