"""Which column of a table is what: said by `--map`, or guessed from names and first rows.

A map has our names on the left and the table's on the right: `prompt=question,reply=output`. A name
with dots goes into objects (`output.choices.0.text`), `+` joins the columns of several labellers,
and nothing after `=` leaves a column of ours unread. A column that has our name already needs no
entry.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from statera.codec.files import YAML, read_yaml
from statera.errors import DeclarationError, nearest, unknown
from statera.interop.importing.documents import Place
from statera.interop.importing.tablefile import first_rows, header_of, is_separated

COLUMNS = (
    "id",
    "correct",
    "score",
    "category",
    "cluster",
    "severity",
    "epoch",
    "prompt",
    "reference",
    "choices",
    "reply",
    "outcome",
    "model",
    "task",
    "labeller",
    "attempt",
    "behaviour",
    "technique",
)
VERDICTS = ("correct", "score", "outcome")
NUMBERED = "#"
"""In a map, the row's own number: `id=#`."""

HigherIs = Literal["better", "worse", "safer", "riskier"]
CORRECT = {"1": 1.0, "true": 1.0, "yes": 1.0, "pass": 1.0, "passed": 1.0, "1.0": 1.0}
CORRECT |= {"0": 0.0, "false": 0.0, "no": 0.0, "fail": 0.0, "failed": 0.0, "0.0": 0.0}
"""What a cell of `correct` may say, in small letters."""

_FIRST = 50
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_USUAL = {
    "id": "id question_id item_id sample_id example_id task_id doc_id prompt_id uid qid item idx "
    "index",
    "prompt": "prompt question input instruction query user_input request problem",
    "reply": "reply output response answer completion model_output generation prediction generated "
    "model_response model_answer pred",
    "reference": "reference target gold expected ideal ground_truth label_text gold_answer",
    "correct": "correct is_correct passed pass success right acc accuracy exact_match em label "
    "jailbroken is_right",
    "score": "score rating grade value overall quality mark points expected_score",
    "category": "category subject topic subset domain dataset",
    "model": "model model_name model_id generator system",
    "labeller": "labeller labeler annotator rater worker worker_id annotator_id",
    "attempt": "attempt epoch trial try run repeat sample_index",
    "technique": "technique attack method attack_type",
    "behaviour": "behaviour behavior goal behavior_id",
    "choices": "choices options",
    "cluster": "cluster conversation_id conversation group_id",
}
"""What others call our columns, the likeliest first."""

_OTHER_NAMES = {
    "question": "prompt",
    "input": "prompt",
    "instruction": "prompt",
    "output": "reply",
    "response": "reply",
    "completion": "reply",
    "target": "reference",
    "rating": "score",
    "labeler": "labeller",
    "annotator": "labeller",
    "rater": "labeller",
    "worker": "labeller",
    "behavior": "behaviour",
    "attack": "technique",
}
"""Names on the left of a map that are understood as one of ours."""

_SCALES = ((0, 1), (0, 5), (1, 5), (0, 10), (1, 10), (0, 100))


class ColumnMap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a table is read: the file that `--map FILE.yaml` names has the same members.

    `map` names the table's column for ours. `scale` is the range of the scores, `[0, 1]` where it
    is not said. A score of `cut` or more, on that scale, is right, where a cut is wanted at all.
    `higher_is` says what more means: of attacks that succeed, `riskier`.
    """

    map: dict[str, str] = {}
    scale: tuple[float, float] | None = None
    cut: float | None = None
    higher_is: HigherIs = "better"

    @property
    def lower_is_better(self) -> bool:
        """Whether less of every number is better."""
        return self.higher_is in ("worse", "riskier")

    @property
    def of_safety(self) -> bool:
        """Whether the numbers say how safe a model is."""
        return self.higher_is in ("safer", "riskier")

    @property
    def stated(self) -> dict[str, Any]:
        """What of it is said, as a run keeps it; empty for a table that has our names."""
        return {
            name: value
            for name, value in msgspec.to_builtins(self).items()
            if value != msgspec.to_builtins(ColumnMap())[name]
        }

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the table's columns that are ours called `name`."""
        return tuple(part.strip() for part in self.map.get(name, name).split("+") if part.strip())


def column_map(
    said: Sequence[str],
    *,
    scale: str | None = None,
    cut: float | None = None,
    higher_is: HigherIs | None = None,
) -> ColumnMap:
    """Return what `--map`, `--scale`, `--cut` and `--higher-is` say.

    Each of `said` is `OURS=THEIRS,…` or a YAML file. DeclarationError for a name that is not ours
    or is there twice, and for a scale or cut that makes no sense.
    """
    found, entries = ColumnMap(), dict[str, str]()
    for text in said:
        if text.endswith(YAML):
            found = read_yaml(Path(text), ColumnMap)
            pairs = list(found.map.items())
        else:
            pairs = [_pair(part) for part in text.split(",") if part.strip()]
        for ours, theirs in pairs:
            name = _ours(ours.strip(), theirs.strip())
            if name in entries:
                raise DeclarationError(f"--map: '{name}' is mapped twice")
            entries[name] = theirs.strip()
    _check_columns(entries)
    return _checked(
        ColumnMap(
            map=entries,
            scale=found.scale if scale is None else _scale(scale),
            cut=found.cut if cut is None else cut,
            higher_is=higher_is or found.higher_is,
        )
    )


def _pair(text: str) -> tuple[str, str]:
    ours, sign, theirs = text.partition("=")
    if not sign:
        raise DeclarationError(f"--map '{text}': say OURS=THEIRS, or a file that ends in .yaml")
    return ours, theirs


def _ours(name: str, theirs: str) -> str:
    known = _OTHER_NAMES.get(name, name)
    if known in COLUMNS:
        return known
    if theirs in COLUMNS:
        raise DeclarationError(
            f"--map {name}={theirs}: our name stands first. Did you mean '{theirs}={name}'?"
        )
    raise DeclarationError(f"--map: {unknown('column', name, COLUMNS)}")


def _check_columns(entries: Mapping[str, str]) -> None:
    """Raise DeclarationError for a column of the table that two of ours name."""
    seen: dict[str, str] = {}
    for ours, theirs in entries.items():
        for column in theirs.split("+"):
            name = column.strip()
            if name and name != NUMBERED and name in seen:
                raise DeclarationError(
                    f"--map: column '{name}' is named twice, as {seen[name]} and as {ours}"
                )
            seen[name] = ours
    if {"attempt", "epoch"} <= entries.keys():
        raise DeclarationError("--map: 'attempt' and 'epoch' are the same; name one of them")


def _scale(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(".."))
    except ValueError:
        raise DeclarationError(f"--scale '{text}': say LOW..HIGH, as in 1..5") from None
    return low, high


def _checked(found: ColumnMap) -> ColumnMap:
    low, high = found.scale or (0.0, 1.0)
    if not low < high < float("inf") or low == -float("inf"):
        raise DeclarationError(f"--scale {low:g}..{high:g}: the first number is the smaller one")
    if found.cut is not None and not low < found.cut <= high:
        raise DeclarationError(
            f"--cut {found.cut:g}: above {low:g} and at most {high:g}, the scale of the scores"
        )
    return found


def chosen(path: Path, wanted: ColumnMap) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Return the columns of the file by ours, and those that nothing reads.

    DeclarationError for a column that is not there; for one that is not ours in a table without a
    map; and where none says which item a row is of, or how it went: with a guess, if there is one.
    """
    names = names_in(path)
    where = f"{path}, line 1" if is_separated(path) else path
    used = {column for ours in wanted.map for column in wanted.columns(ours)}
    columns: dict[str, tuple[str, ...]] = {}
    for ours in COLUMNS:
        for column in wanted.columns(ours):
            top = column.split(".")[0]
            if ours in wanted.map and column != NUMBERED and not {column, top} & set(names):
                near = nearest(column, names)
                raise DeclarationError(
                    f"{where}: --map {ours}={column}: no such column.{near} "
                    f"Here are: {', '.join(names)}"
                )
        if ours in wanted.map or (ours in names and ours not in used):
            columns[ours] = wanted.columns(ours)
    columns = {ours: theirs for ours, theirs in columns.items() if theirs}
    read = {column for theirs in columns.values() for column in theirs}
    read |= {column.split(".")[0] for column in read}
    unread = tuple(name for name in names if name not in read)
    if strange := [] if wanted.map else [name for name in unread if name not in COLUMNS]:
        place, wrong = _place_of(path, strange[0]), unknown("column", strange[0], COLUMNS)
        raise DeclarationError(f"{place}: {wrong}{_offer(path, wanted)}")
    if not {"id", "behaviour", "prompt"} & columns.keys():
        raise DeclarationError(f"{where}: column 'id' is missing{_offer(path, wanted)}")
    if not set(VERDICTS) & columns.keys():
        told = f"one column of {', '.join(VERDICTS)} must be there"
        raise DeclarationError(f"{where}: {told}{_offer(path, wanted)}")
    return columns, unread


def names_in(path: Path) -> list[str]:
    """Return the names of a table's columns, of JSON those of its first rows."""
    if is_separated(path):
        return header_of(path)
    return list(dict.fromkeys(name for row in first_rows(path, _FIRST) for name in row.value))


def _place_of(path: Path, name: str) -> str:
    """Return where the column stands first."""
    if is_separated(path):
        return f"{path}, line 1"
    return next(row.where for row in first_rows(path, _FIRST) if name in row.value)


def _offer(path: Path, wanted: ColumnMap) -> str:
    """Return ` Did you mean: --map …`, empty where no guess tells items and verdicts."""
    guess = "" if wanted.map else guessed(path)
    return f". Did you mean: {guess}" if guess else ""


def guessed(path: Path) -> str:
    """Return the flags that would read the table, empty where names and rows do not tell them."""
    names = names_in(path)
    rows = first_rows(path, _FIRST) if names else []
    plain = {_NOT_LETTERS.sub("_", name.lower()).strip("_"): name for name in reversed(names)}
    found: dict[str, str] = {}
    for ours, usual in _USUAL.items():
        free = [
            plain[name]
            for name in usual.split()
            if name in plain and plain[name] not in found.values()
        ]
        fitting = [name for name in free if _fits(ours, _values(rows, name))]
        if fitting:
            found[ours] = fitting[0]
    if "correct" in found:
        found.pop("score", None)
    if not {"id", "prompt", "behaviour"} & found.keys() or not set(VERDICTS) & found.keys():
        return ""
    pairs = ",".join(f"{ours}={theirs}" for ours, theirs in found.items() if ours != theirs)
    scale = _scale_of(_values(rows, found["score"])) if "score" in found else ""
    return f"--map {_quoted(pairs) if pairs else 'id=id'}{scale}"


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w.,=+#-]+", text) else f"'{text}'"


def _values(rows: Iterable[Place], name: str) -> list[Any]:
    values = (row.value.get(name) for row in rows)
    return [value for value in values if value not in (None, "")]


def _fits(ours: str, values: Sequence[Any]) -> bool:
    """Return whether such values can be what the column is called."""
    if ours == "correct":
        return bool(values) and all(str(value).strip().lower() in CORRECT for value in values)
    if ours == "score":
        return bool(values) and all(_number(value) is not None for value in values)
    if ours == "attempt":
        return all(str(value).isdigit() for value in values)
    if ours in ("labeller", "model", "technique", "category"):
        return all(isinstance(value, str | int) for value in values)
    return True


def _scale_of(values: Iterable[Any]) -> str:
    numbers = [number for value in values if (number := _number(value)) is not None]
    for low, high in _SCALES:
        if low <= min(numbers) and max(numbers) <= high:
            return "" if (low, high) == (0, 1) else f" --scale {low}..{high}"
    return f" --scale {min(numbers):g}..{max(numbers):g}"


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def cell(row: Mapping[str, Any], column: str) -> Any:
    """Return the value at a column's name, or at a path of names and numbers with dots in it."""
    if column in row:
        return row[column]
    value: Any = row
    for step in column.split("."):
        if isinstance(value, str) and value[:1] in ("{", "["):
            value = _decoded(value)
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
