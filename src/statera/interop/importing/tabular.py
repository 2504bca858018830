"""Plain CSV or JSON lines with a column each for what is known; most columns may be absent.

    id,correct,category,reply
    q1,1,algebra,The answer is 4.
    q2,0,algebra,

`id` and one of `correct` (0, 1, true, false), `score` (in [0, 1]) or `outcome` must be there. The
same `id` again is another epoch where no column `epoch` says which. In CSV an empty cell is an
absent value, but an empty `reply` in a row that is not right was an empty reply. `choices` is a
JSON list, or texts separated by `|`.
"""

import csv
import json
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

from statera.codec.files import read_lines
from statera.errors import DeclarationError, nearest, unknown
from statera.interop.importing.documents import Object, Place, files_in, number, objects
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.rendered import chat, sampling
from statera.interop.importing.verdict import RIGHT, verdict
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange

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
)
_VERDICTS = ("correct", "score", "outcome")
_CORRECT = {"1": 1.0, "true": 1.0, "0": 0.0, "false": 0.0, "1.0": 1.0, "0.0": 0.0}
_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def csv_logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each CSV file."""
    return _logs(files_in(paths, (".csv",)), _csv, wanted)


def jsonl_logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each file of JSON lines."""
    return _logs(files_in(paths, (".jsonl",)), objects, wanted)


def _logs(
    paths: Sequence[Path], read: Callable[[Path], Iterator[Place]], wanted: Wanted
) -> Iterator[Log]:
    for path in paths:
        task = plain_name(wanted.task or path.name.partition(".")[0])
        blind: list[Outcome] = ["unparsed", "truncated", "refused", "infra_error"]
        yield Log(
            tool="csv" if read is _csv else "jsonl",
            files=(path,),
            system=SystemUnderTest(model=wanted.model or UNKNOWN_MODEL),
            suite=task,
            facts={task: Facts()},
            graded={"score": True, "accuracy": False},
            rows=_rows(read(path), task, blind),
            blind=blind,
        )


def _rows(places: Iterator[Place], task: str, blind: list[Outcome]) -> Iterator[Row]:
    """Yield the rows; a table that states the outcome of every one can tell all of them."""
    stated = True
    for place in places:
        stated &= bool(place.value.get("outcome"))
        yield _row(place, task)
    if stated:
        blind.clear()


def _csv(path: Path) -> Iterator[Place]:
    with closing(_lines(path)) as lines:
        reader = csv.reader(lines, strict=True)
        try:
            header = [name.strip() for name in next(reader, [])]
            _check(f"{path}, line 1", header)
            for cells in filter(None, reader):
                yield _cells(f"{path}, line {reader.line_num}", header, cells)
        except csv.Error as error:
            raise DeclarationError(f"{path}, line {reader.line_num}: {error}") from None


def _cells(where: str, header: Sequence[str], cells: Sequence[str]) -> Place:
    if len(cells) != len(header):
        raise DeclarationError(f"{where}: {len(cells)} cells for {len(header)} columns")
    return Place(where, dict(zip(header, cells, strict=True)))


def _lines(path: Path) -> Generator[str, None, None]:
    """Yield the lines with their ends, holding one at a time."""
    for place, line in enumerate(read_lines(path), start=1):
        try:
            yield line.decode("utf-8-sig" if place == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DeclarationError(
                f"{path}, line {place}: not UTF-8 at byte {error.start}"
            ) from None


def _check(where: str, names: Sequence[str]) -> None:
    """Raise DeclarationError for columns that are unknown, twice there, or missing."""
    for name in names:
        if name not in COLUMNS:
            raise DeclarationError(f"{where}: {unknown('column', name, COLUMNS)}")
        if list(names).count(name) > 1:
            raise DeclarationError(f"{where}: column '{name}' is there twice")
    if "id" not in names:
        raise DeclarationError(f"{where}: column 'id' is missing")
    if not set(_VERDICTS) & set(names):
        raise DeclarationError(f"{where}: one column of {', '.join(_VERDICTS)} must be there")


def _row(place: Place, task: str) -> Row:
    where, cells = place
    _check(where, list(cells))
    known = {name: value for name, value in cells.items() if value not in (None, "")}
    outcome = _outcome(where, known.get("outcome"))
    scores = _values(where, known)
    response = _response(cells, outcome)
    return Row(
        where=where,
        task=task,
        sample=_sample(where, known),
        exchanges=(Exchange(chat(_text(known, "prompt"), sampling({})), response),),
        scores=tuple(_scores(where, scores, response, outcome)),
        epoch=_epoch(where, known.get("epoch")),
    )


def _sample(where: str, cells: Object) -> Sample:
    name = _text(cells, "id")
    if not name:
        raise DeclarationError(f"{where}: 'id' is empty")
    choices = _choices(where, cells.get("choices"))
    reference = _text(cells, "reference") or None
    return Sample(
        id=name,
        input=_text(cells, "prompt"),
        reference=reference,
        choices=choices,
        answer=_answer(reference, choices),
        category=_text(cells, "category") or None,
        cluster=_text(cells, "cluster") or None,
        severity=_text(cells, "severity") or None,
    )


def _text(cells: Object, name: str) -> str:
    value = cells.get(name, "")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _choices(where: str, found: object) -> tuple[str, ...]:
    if isinstance(found, str) and found.lstrip().startswith("["):
        try:
            found = json.loads(found)
        except ValueError:
            raise DeclarationError(f"{where}: 'choices' is no JSON list") from None
    if isinstance(found, str):
        found = [choice.strip() for choice in found.split("|")]
    return tuple(str(choice) for choice in found) if isinstance(found, list) else ()


def _answer(reference: str | None, choices: tuple[str, ...]) -> int | None:
    """Return the index of the right choice: the reference is its text, or its letter."""
    if reference is None or not choices:
        return None
    if reference in choices:
        return choices.index(reference)
    place = ord(reference.upper()) - ord("A") if len(reference) == 1 else -1
    return place if 0 <= place < len(choices) else None


def _outcome(where: str, found: object) -> Outcome | None:
    if found is None:
        return None
    for known in _OUTCOMES:
        if found == known:
            return known
    near = nearest(str(found), _OUTCOMES)
    raise DeclarationError(f"{where}: outcome '{found}'.{near} Allowed: {', '.join(_OUTCOMES)}")


def _values(where: str, cells: Object) -> dict[str, float]:
    found: dict[str, float] = {}
    if "correct" in cells:
        value = _CORRECT.get(str(cells["correct"]).strip().lower())
        if value is None:
            allowed = "Allowed: 0, 1, true, false"
            raise DeclarationError(f"{where}: correct '{cells['correct']}'. {allowed}")
        found["accuracy"] = value
    if "score" in cells:
        found["score"] = _share(where, cells["score"])
    return found


def _share(where: str, found: Any) -> float:
    try:
        value = float(found) if isinstance(found, str) else number(found)
    except ValueError:
        value = None
    if value is None or not 0.0 <= value <= 1.0:
        raise DeclarationError(f"{where}: score '{found}' is no number in [0, 1]")
    return value


def _epoch(where: str, found: object) -> int | None:
    if found is None:
        return None
    if isinstance(found, bool) or not str(found).isdigit():
        raise DeclarationError(f"{where}: epoch '{found}' is no whole number from 0 on")
    return int(str(found))


def _response(cells: Object, outcome: Outcome | None) -> Response:
    reply = cells.get("reply")
    if outcome == "infra_error":
        return Response(failure=Failure(kind="infra", message="the log says infra_error"))
    finish = {"truncated": "length", "refused": "content_filter"}.get(outcome or "")
    return Response(text=None if reply is None else str(reply), finish=finish)


def _scores(
    where: str, values: dict[str, float], response: Response, outcome: Outcome | None
) -> Iterator[Score]:
    """Yield `accuracy` and `score`, as far as the row has them; the outcome alone is enough."""
    if not values and outcome is None:
        raise DeclarationError(f"{where}: none of {', '.join(_VERDICTS)} is stated")
    correct = values.get("accuracy", float(outcome == "right") if outcome else None)
    if outcome is not None and correct is not None and (outcome == "right") != (correct >= RIGHT):
        raise DeclarationError(f"{where}: correct is {correct:g}, but outcome is '{outcome}'")
    if correct is not None:
        yield verdict("accuracy", correct, response, outcome=outcome)
    if "score" in values:
        yield verdict("score", values["score"], response, outcome=outcome)
