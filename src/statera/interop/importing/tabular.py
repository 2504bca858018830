"""Tables with a row for each trial, or for each label of one; most columns may be absent.

    id,correct,category,reply
    q1,1,algebra,The answer is 4.
    q2,0,algebra,

One of `correct` (0, 1, true, false, yes, no, pass, fail), `score` or `outcome` must be there, and
`id`, `behaviour` or `prompt` to say which item it is. Other names are mapped (`columnmap`). The
same `id` again is another epoch where no column `epoch` or `attempt` says which. In CSV an empty
cell is an absent value, but an empty `reply` in a row that is not right was an empty reply.
`choices` is a JSON list, or texts separated by `|`.

| column | what it does |
|---|---|
| `labeller` | rows of one trial are its labels: the majority for `correct`, the mean for `score` |
| `behaviour` | the cluster, and the item where there is no `id` |
| `technique` | each technique against an item is an item of its own, and its category |
| `model` | each model is a run |
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple, get_args

from statera.codec.canonical import digest
from statera.errors import DeclarationError, listed, nearest, unknown
from statera.interop.importing.columnmap import (
    COLUMNS,
    CORRECT,
    NUMBERED,
    VERDICTS,
    ColumnMap,
    cell,
    chosen,
)
from statera.interop.importing.documents import Object, Place, files_in, number
from statera.interop.importing.imported import UNKNOWN_MODEL, Facts, Log, Row, Wanted, plain_name
from statera.interop.importing.rendered import chat, sampling
from statera.interop.importing.tablefile import ENDINGS, is_separated, table_rows
from statera.interop.importing.verdict import RIGHT, verdict
from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.specs import SystemUnderTest
from statera.records.trials import Exchange
from statera.stats.votes import plurality

_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
_UNREAD = 6


class Table(NamedTuple):
    """A file with what its columns are, those unread, and the task that its rows are of."""

    path: Path
    columns: Mapping[str, tuple[str, ...]]
    unread: tuple[str, ...]
    wanted: ColumnMap
    task: str

    def read(self, *names: str) -> bool:
        """Return whether the table has one of our columns."""
        return not self.columns.keys().isdisjoint(names)


class Labelled(NamedTuple):
    """A trial in our columns; `divided` says why its labellers give no verdict, if they do not."""

    where: str
    cells: Object
    divided: str = ""


def table_logs(paths: Sequence[Path], wanted: Wanted) -> Iterator[Log]:
    """Yield a log for each table, of one with a column of models for each model in it."""
    for path in files_in(paths, ENDINGS):
        table = Table(
            path,
            *chosen(path, wanted.columns),
            wanted.columns,
            plain_name(wanted.task or path.name.partition(".")[0]),
        )
        if not table.read("model"):
            yield _log(table, wanted.model or UNKNOWN_MODEL, "")
            continue
        if wanted.model:
            raise DeclarationError(f"{path}: --model-name, and a column that names the model")
        for model in _models(table):
            yield _log(table, model, model)


def _models(table: Table) -> list[str]:
    found: dict[str, None] = {}
    for where, cells in _places(table):
        name = _text(cells, "model")
        if not name:
            raise DeclarationError(f"{where}: 'model' is empty")
        found[name] = None
    return list(found)


def _log(table: Table, model: str, only: str) -> Log:
    wanted, notes = table.wanted, list[str]()
    blind: list[Outcome] = ["unparsed", "truncated", "refused", "infra_error"]
    if table.unread:
        notes.append(f"not read: {listed(table.unread, _UNREAD)}")
    if not table.read("id", "behaviour"):
        notes.append("without a column 'id', items are told apart by their prompts")
    said = wanted.stated
    said.pop("map", None)
    return Log(
        tool="csv" if is_separated(table.path) else "jsonl",
        files=(table.path,),
        system=SystemUnderTest(model=model),
        suite=table.task,
        facts={table.task: Facts(instrument=said or None)},
        graded={"score": True, _binary(wanted): False},
        better="lower" if wanted.lower_is_better else "higher",
        level="alignment" if wanted.of_safety else "capability",
        rows=_rows(table, only, blind, notes),
        blind=blind,
        columns=wanted.stated,
        notes=notes,
    )


def _binary(wanted: ColumnMap) -> str:
    """Return the name of what is right or wrong; where less is better it is no accuracy."""
    return {"worse": "error_rate", "riskier": "attack_success"}.get(wanted.higher_is, "accuracy")


def _rows(table: Table, only: str, blind: list[Outcome], notes: list[str]) -> Iterator[Row]:
    """Yield the rows; a table that states the outcome of every one can tell all of them."""
    stated = True
    places = (place for place in _places(table) if not only or _text(place.value, "model") == only)
    several = table.read("labeller") or any(
        len(table.columns.get(name, ())) > 1 for name in VERDICTS
    )
    labelled = _settled(places, table, notes) if several else (Labelled(*one) for one in places)
    for row in labelled:
        stated &= bool(row.cells.get("outcome"))
        yield _row(row, table)
    if stated:
        blind.clear()


def _places(table: Table) -> Iterator[Place]:
    """Yield the rows by our names of the columns; several columns of labellers are a list."""
    renamed = table.columns
    for count, (where, cells) in enumerate(table_rows(table.path), start=1):
        ours: Object = {}
        for name, columns in renamed.items():
            values = [count if one == NUMBERED else cell(cells, one) for one in columns]
            if len(values) == 1 and (values[0] is not None or columns[0] in cells):
                ours[name] = values[0]
            elif len(values) > 1:
                ours[name] = values
        if not table.wanted.map:
            _check_lines(where, cells, ours)
        yield Place(where, ours)


def _check_lines(where: str, cells: Object, ours: Object) -> None:
    """Raise DeclarationError for a column that came later than the first rows of a JSON file."""
    if strange := [name for name in cells if name not in ours and cells[name] is not None]:
        raise DeclarationError(f"{where}: {unknown('column', strange[0], COLUMNS)}")


def _settled(places: Iterable[Place], table: Table, notes: list[str]) -> Iterator[Labelled]:
    """Yield a row for each trial, with what most of its labellers say; all rows are held."""
    groups: dict[tuple[str, str, str], list[tuple[str, Place]]] = {}
    for place in chain.from_iterable(_labels(one, table) for one in places):
        who = _text(place.value, "labeller")
        if not who:
            raise DeclarationError(f"{place.where}: 'labeller' is empty")
        epoch = str(place.value.get("attempt", place.value.get("epoch", "")))
        task = _text(place.value, "task")
        group = groups.setdefault((task, _item(place, table), epoch), [])
        for other, before in group:
            if other == who:
                raise DeclarationError(
                    f"{place.where}: '{who}' labels '{_item(place, table)}' again, as in "
                    f"{before.where.rpartition(', ')[2]}"
                )
        group.append((who, place))
    rows = [_joined([place for _, place in group], table.wanted) for group in groups.values()]
    notes.extend(_about_labellers([[who for who, _ in group] for group in groups.values()], rows))
    yield from rows


def _labels(place: Place, table: Table) -> Iterator[Place]:
    """Yield the row, or of a row with a column for each labeller, one for each of them."""
    wide = {name: columns for name, columns in table.columns.items() if len(columns) > 1}
    if not wide:
        yield place
        return
    names = next(iter(wide.values()))
    for position, who in enumerate(names):
        own = {name: place.value[name][position] for name in wide}
        if any(value not in (None, "") for value in own.values()):
            yield Place(place.where, {**place.value, **own, "labeller": who})


def _joined(places: Sequence[Place], wanted: ColumnMap) -> Labelled:
    """Return one row for all labels of a trial; `divided` says why it has no verdict."""
    where, first = places[0]
    cells, divided = dict(first), ""
    for name in VERDICTS:
        labels = [(place.where, place.value.get(name)) for place in places]
        said = [(at, label) for at, label in labels if label not in (None, "")]
        if not said:
            cells.pop(name, None)
        elif name == "score":
            cells[name] = sum(_within(at, label, wanted) for at, label in said) / len(said)
        else:
            votes = [str(label).strip().lower() for _, label in said]
            if name == "correct":
                votes = [str(int(_right(at, label))) for at, label in said]
            most = plurality(votes)
            if most is None:
                counts = Counter(votes)
                divided = " against ".join(f"{n} {label}" for label, n in counts.items())
                cells.pop(name)
            else:
                cells[name] = most
    return Labelled(where, cells, divided and f"labellers are divided: {divided}")


def _about_labellers(groups: Sequence[Sequence[str]], rows: Sequence[Labelled]) -> Iterator[str]:
    items = Counter(who for group in groups for who in group)
    several = sum(len(group) > 1 for group in groups)
    yield f"{len(items)} labellers, {several} of {len(groups)} items with several labels"
    if divided := sum(bool(row.divided) for row in rows):
        yield f"{divided} items without a majority have no verdict, and are left out"
    if several and max(items.values()) == 1:
        yield "no labeller has two items: how well each of them labels cannot be told"
    if len(items) > 1 and not several:
        yield "no item has two labels: how far labellers agree cannot be told"


def _right(where: str, found: object) -> float:
    value = CORRECT.get(str(found).strip().lower())
    if value is None:
        allowed = "Allowed: 0, 1, true, false, yes, no, pass, fail"
        raise DeclarationError(f"{where}: correct '{found}'. {allowed}")
    return value


def _item(place: Place, table: Table) -> str:
    """Return the item's name: its id or behaviour, with the technique; without, of its prompt."""
    cells = place.value
    name = next((text for one in ("id", "behaviour") if (text := _text(cells, one))), "")
    if not name and table.read("id", "behaviour"):
        column = "id" if table.read("id") else "behaviour"
        raise DeclarationError(f"{place.where}: '{column}' is empty")
    if not name:
        prompt = _text(cells, "prompt")
        if not prompt:
            raise DeclarationError(f"{place.where}: 'prompt' is empty, and there is no 'id'")
        name = digest(prompt, size=6)
    technique = _text(cells, "technique")
    return f"{name}/{technique}" if technique else name


def _row(labelled: Labelled, table: Table) -> Row:
    where, cells = labelled.where, labelled.cells
    known = {name: value for name, value in cells.items() if value not in (None, "")}
    outcome = _outcome(where, known.get("outcome"))
    scores = _values(where, known, table.wanted)
    response = _response(cells, outcome)
    if labelled.divided and not scores and outcome is None:
        graded = [verdict(_binary(table.wanted), None, response, why=labelled.divided)]
    else:
        graded = list(_scores(where, scores, (response, outcome), _binary(table.wanted)))
    return Row(
        where=where,
        task=plain_name(_text(known, "task") or table.task),
        sample=_sample(Place(where, known), table),
        exchanges=(Exchange(chat(_text(known, "prompt"), sampling({})), response),),
        scores=tuple(graded),
        epoch=_epoch(where, known),
    )


def _sample(place: Place, table: Table) -> Sample:
    cells = place.value
    choices = _choices(place.where, cells.get("choices"))
    reference = _text(cells, "reference") or None
    technique = _text(cells, "technique")
    cluster = next((t for one in ("cluster", "behaviour") if (t := _text(cells, one))), "")
    if technique and not cluster:
        cluster = _text(cells, "id")
    return Sample(
        id=_item(place, table),
        input=_text(cells, "prompt"),
        reference=reference,
        choices=choices,
        answer=_answer(reference, choices),
        category=_text(cells, "category") or technique or None,
        cluster=cluster or None,
        severity=_text(cells, "severity") or None,
        fields={"technique": technique} if technique else {},
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


def _values(where: str, cells: Object, wanted: ColumnMap) -> dict[str, float]:
    """Return what a row says by metric; a score above the cut, if there is one, is right."""
    found: dict[str, float] = {}
    low, high = wanted.scale or (0.0, 1.0)
    if "correct" in cells:
        if wanted.cut is not None:
            raise DeclarationError(f"{where}: --cut, and a column 'correct': say one of them")
        found[_binary(wanted)] = _right(where, cells["correct"])
    if "score" in cells:
        value = _within(where, cells["score"], wanted)
        if wanted.cut is not None:
            found[_binary(wanted)] = float(value >= wanted.cut)
        found["score"] = (value - low) / (high - low)
    return found


def _within(where: str, found: Any, wanted: ColumnMap) -> float:
    """Return a score on its own scale; DeclarationError for none, and for one outside of it."""
    low, high = wanted.scale or (0.0, 1.0)
    try:
        value = float(found) if isinstance(found, str) else number(found)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        more = "" if wanted.scale else " (--scale LOW..HIGH says another range)"
        raise DeclarationError(
            f"{where}: score '{found}' is no number in [{low:g}, {high:g}]{more}"
        )
    return value


def _epoch(where: str, cells: Object) -> int | None:
    name = "attempt" if "attempt" in cells else "epoch"
    if (found := cells.get(name)) is None:
        return None
    if isinstance(found, bool) or not str(found).isdigit():
        raise DeclarationError(f"{where}: {name} '{found}' is no whole number from 0 on")
    return int(str(found))


def _response(cells: Object, outcome: Outcome | None) -> Response:
    reply = cells.get("reply")
    if outcome == "infra_error":
        return Response(failure=Failure(kind="infra", message="the log says infra_error"))
    finish = {"truncated": "length", "refused": "content_filter"}.get(outcome or "")
    return Response(text=None if reply is None else str(reply), finish=finish)


def _scores(
    where: str, values: dict[str, float], said: tuple[Response, Outcome | None], binary: str
) -> Iterator[Score]:
    """Yield what is right or wrong, and `score`, as far as there are; the outcome is enough."""
    response, outcome = said
    if not values and outcome is None:
        raise DeclarationError(f"{where}: none of {', '.join(VERDICTS)} is stated")
    correct = values.get(binary, float(outcome == "right") if outcome else None)
    if outcome is not None and correct is not None and (outcome == "right") != (correct >= RIGHT):
        raise DeclarationError(f"{where}: correct is {correct:g}, but outcome is '{outcome}'")
    if correct is not None:
        yield verdict(binary, correct, response, outcome=outcome)
    if "score" in values:
        yield verdict("score", values["score"], response, outcome=outcome)
