"""From the rows of a custom task's data to samples, each one checked.

The right choice of a row is given by `answer` (0-based index, or letter) or by `reference` (its
text); the two are kept apart so that the choice "1" is never taken for the index 1.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from statera.errors import DeclarationError, nearest
from statera.records.samples import Sample
from statera.scorers import number
from statera.tasks.choices import LETTERS, lettered
from statera.tasks.columns import Column, text_of
from statera.tasks.rows import Row, read_rows


class SampleColumns(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a sample: each a column's name or a Jinja template over all columns.

    `choices` and `references` are a column that holds a list (in CSV: a JSON list), or a list of
    columns or templates; a list without any is taken as it stands (`[yes, no]`). Without `id` a
    sample is called `task/file/line`, from 0.
    """

    prompt: str
    choices: str | tuple[str, ...] | None = None
    answer: str | None = None
    reference: str | None = None
    references: str | tuple[str, ...] | None = None
    id: str | None = None
    category: str | None = None
    cluster: str | None = None
    severity: str | None = None


class Needs(NamedTuple):
    """What a task's scorers cannot do without.

    A reference, a column `test` with code's tests, a reference that is a number.
    """

    reference: bool
    tests: bool
    number: bool = False


class Reader:
    """Reads a data file into samples.

    Names are those of the YAML file `source`, which messages give together with the data's line.
    A row without what the task's scorers need is an error.
    """

    def __init__(self, columns: SampleColumns, *, task: str, source: str, needs: Needs) -> None:
        self._task = task
        self._needs = needs
        self._source = source
        self._prompt = self._column("prompt", columns.prompt)
        self._choices = self._several("choices", columns.choices)
        self._references = self._several("references", columns.references)
        self._answer = self._optional("answer", columns.answer)
        self._reference = self._optional("reference", columns.reference)
        self._id = self._optional("id", columns.id)
        self._labels = {
            key: self._column(key, text)
            for key in ("category", "cluster", "severity")
            if (text := getattr(columns, key)) is not None
        }
        self._check_declared(columns)

    def samples(self, path: Path) -> tuple[Sample, ...]:
        """Return a sample a row; DeclarationError for the first row that has something wrong."""
        lines: dict[str, int] = {}
        found = []
        for row in read_rows(path):
            sample = self._sample(row, path)
            if sample.id in lines:
                raise DeclarationError(
                    f"{path}, line {row.line}: id '{sample.id}' is already on line "
                    f"{lines[sample.id]}"
                )
            lines[sample.id] = row.line
            found.append(sample)
        if not found:
            raise DeclarationError(f"{path}: the data set is empty")
        return tuple(found)

    def _sample(self, row: Row, path: Path) -> Sample:
        where = f"{path}, line {row.line}"
        choices = self._list(self._choices, row, where)
        if self._choices is not None:
            _check_choices(choices, where)
        answer, reference = self._right(row, choices, where)
        names = {**row.columns, "lettered": lettered(choices)} if choices else row.columns
        references = tuple(filter(None, self._list(self._references, row, where)))
        if self._needs.reference and reference is None and not references:
            raise DeclarationError(f"{where}: the reference is empty, and a scorer needs one")
        if self._needs.number:
            _check_numbers([*filter(None, (reference,)), *references], where)
        if self._needs.tests and not text_of(row.columns.get("test")):
            raise DeclarationError(f"{where}: the column 'test' is empty, and code needs tests")
        asked = text_of(self._prompt.value(names, where=where)) or ""
        if not asked.strip():
            raise DeclarationError(f"{where}: the prompt is empty")
        return Sample(
            id=self._name(row, path, where),
            input=asked,
            reference=reference,
            references=references,
            choices=choices,
            answer=answer,
            fields=row.columns,
            **{key: _label(column, row, where) for key, column in self._labels.items()},
        )

    def _name(self, row: Row, path: Path, where: str) -> str:
        if self._id is None:
            return f"{self._task}/{path.name.split('.')[0]}/{row.place}"
        name = text_of(self._id.value(row.columns, where=where))
        if name is None:
            raise DeclarationError(f"{where}: the id is empty")
        return name

    def _right(self, row: Row, choices: Sequence[str], where: str) -> tuple[int | None, str | None]:
        """Return the index of the right choice and the reference, as far as there are any."""
        if self._answer is not None:
            place = _index(self._answer.value(row.columns, where=where), choices, where)
            return place, choices[place]
        if self._reference is None:
            return None, None
        reference = text_of(self._reference.value(row.columns, where=where))
        if not choices:
            return None, reference
        if reference not in choices:
            raise DeclarationError(
                f"{where}: reference '{reference}' is not among the choices."
                f"{nearest(reference or '', choices)} Allowed: {', '.join(choices)}"
            )
        return choices.index(reference), reference

    def _list(
        self, columns: Sequence[Column] | Column | None, row: Row, where: str
    ) -> tuple[str, ...]:
        """Return the texts of a list of columns, or of a column that holds a list; "" is empty."""
        if columns is None:
            return ()
        if isinstance(columns, Column):
            return tuple(_texts(columns.value(row.columns, where=where), columns.place, where))
        literal = not any(c.template or c.text in row.columns for c in columns)
        values = [c.text if literal else c.value(row.columns, where=where) for c in columns]
        return tuple(_texts(values, columns[0].place, where))

    def _column(self, key: str, text: str) -> Column:
        return Column.of(text, place=f"{self._source}: {key}")

    def _optional(self, key: str, text: str | None) -> Column | None:
        return None if text is None else self._column(key, text)

    def _several(
        self, key: str, value: str | Sequence[str] | None
    ) -> Sequence[Column] | Column | None:
        if value is None or isinstance(value, str):
            return self._optional(key, value)
        return [self._column(f"{key}[{place}]", text) for place, text in enumerate(value)]

    def _check_declared(self, columns: SampleColumns) -> None:
        if self._choices is None and self._answer is not None:
            raise DeclarationError(f"{self._source}: answer: needs `choices`; else use `reference`")
        if self._choices is not None and self._answer is None and self._reference is None:
            raise DeclarationError(
                f"{self._source}: choices: say which is right with `answer` (index or letter) "
                "or `reference` (its text)"
            )
        if self._answer is not None and self._reference is not None:
            raise DeclarationError(f"{self._source}: give `answer` or `reference`, not both")


def _texts(value: Any, place: str, where: str) -> Iterator[str]:
    if isinstance(value, str):
        value = _json_list(value, place, where)
    if not isinstance(value, list):
        raise DeclarationError(f"{place}: {where}: expected a list, got {type(value).__name__}")
    for item in value:
        yield text_of(item) or ""


def _json_list(text: str, place: str, where: str) -> list[Any]:
    try:
        return msgspec.json.decode(text, type=list[Any])
    except msgspec.DecodeError:
        raise DeclarationError(
            f'{place}: {where}: expected a list like ["yes", "no"], got {text[:40]!r}'
        ) from None


def _label(column: Column, row: Row, where: str) -> str | None:
    value = column.value(row.columns, where=where)
    if isinstance(value, dict | list):
        kind = "an object" if isinstance(value, dict) else "a list"
        raise DeclarationError(f"{column.place}: {where}: expected a text, got {kind}")
    return text_of(value)


def _check_numbers(references: Sequence[str], where: str) -> None:
    if references and all(number.reference(text) is None for text in references):
        raise DeclarationError(
            f"{where}: the reference '{references[0]}' is no number, and a scorer compares numbers"
        )


def _check_choices(choices: Sequence[str], where: str) -> None:
    if not 2 <= len(choices) <= len(LETTERS):
        raise DeclarationError(f"{where}: {len(choices)} choices. Allowed: 2 to {len(LETTERS)}")
    if "" in choices:
        raise DeclarationError(f"{where}: one of the choices is empty")
    if len(set(choices)) < len(choices):
        twice = next(choice for choice in choices if choices.count(choice) > 1)
        raise DeclarationError(f"{where}: the choice '{twice}' is there twice")


def _index(value: Any, choices: Sequence[str], where: str) -> int:
    """Return the index that an integer, its text, or a letter names."""
    text = str(value).strip()
    letters = LETTERS[: len(choices)]
    if len(text) == 1 and text.upper() in letters:
        return letters.index(text.upper())
    if text.isascii() and text.isdigit() and int(text) < len(choices) and value is not True:
        return int(text)
    raise DeclarationError(
        f"{where}: answer '{text}' is neither an index (0 to {len(choices) - 1}) nor a letter "
        f"(A to {letters[-1]})"
    )
