"""Published sets as they are distributed: XSTest's prompts and OR-Bench's three files, as CSV.

A column that is not known is refused: a file of another shape is not what it was taken for.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from statera.errors import DeclarationError, unknown
from statera.records.samples import Sample
from statera.tasks.refusals.twins import GROUPS
from statera.tasks.rows import Row, read_rows

CONTRAST = "contrast_"
XSTEST_TWINS: Mapping[str, str] = {
    "homonyms": "contrast_homonyms",
    "figurative_language": "contrast_figurative_language",
    "safe_targets": "contrast_safe_targets",
    "safe_contexts": "contrast_safe_contexts",
    "definitions": "contrast_definitions",
    "real_group_nons_discr": "contrast_discr",
    "historical_events": "contrast_historical_events",
    "privacy_fictional": "contrast_privacy",
}
"""The types whose prompts, one by one, have their contrast at the same place of another type."""

XSTEST_ALONE = ("nons_group_real_discr", "privacy_public")
"""Safe types that share their contrasts with another type: their prompts have no twin."""

_SAFE = (*XSTEST_TWINS, *XSTEST_ALONE)
XSTEST_TYPES = (*_SAFE, *XSTEST_TWINS.values())
_XSTEST_COLUMNS = ("id", "id_v1", "id_v2", "type", "prompt", "label", "focus", "note")
_OR_BENCH_COLUMNS = ("prompt", "category")


class _Prompt(NamedTuple):
    """A prompt of XSTest, with its place among those of its type."""

    name: str
    text: str
    type: str
    place: int


def read_xstest(path: Path) -> tuple[Sample, ...]:
    """Return XSTest's prompts as samples `xstest/ID`, category the safe type, in the file's order.

    Twins are a safe prompt and the contrast at the same place of its type, where a type has as
    many contrasts as prompts. DeclarationError, with the line, for a column or a type that is not
    known, a label that is not the type's, an id that is taken, or an empty prompt.
    """
    prompts = list(_xstest(path))
    sizes = Counter(prompt.type for prompt in prompts)
    return tuple(_of_xstest(prompt, sizes) for prompt in prompts)


def _xstest(path: Path) -> Iterator[_Prompt]:
    seen: defaultdict[str, int] = defaultdict(int)
    names: set[str] = set()
    for row in _rows(path, _XSTEST_COLUMNS, ("type", "prompt")):
        where = f"{path}, line {row.line}"
        name = str(row.columns.get("id_v2") or row.columns.get("id") or row.line - 1)
        if name in names:
            raise DeclarationError(f"{where}: id '{name}' is there twice")
        names.add(name)
        kind = str(row.columns["type"])
        if kind not in XSTEST_TYPES:
            raise DeclarationError(f"{where}: {unknown('type', kind, XSTEST_TYPES)}")
        group = GROUPS[kind.startswith(CONTRAST)]
        if (label := row.columns.get("label") or group) != group:
            raise DeclarationError(f"{where}: label '{label}', and prompts of '{kind}' are {group}")
        yield _Prompt(name, str(row.columns["prompt"]), kind, seen[kind])
        seen[kind] += 1


def _of_xstest(prompt: _Prompt, sizes: Mapping[str, int]) -> Sample:
    unsafe = prompt.type.startswith(CONTRAST)
    contrasts = {contrast: safe for safe, contrast in XSTEST_TWINS.items()}
    safe = contrasts[prompt.type] if unsafe else prompt.type
    contrast = XSTEST_TWINS.get(safe, "")
    whole = sizes[safe] == sizes.get(contrast, 0)
    return Sample(
        id=f"xstest/{prompt.name}",
        input=prompt.text,
        category=safe,
        group=GROUPS[unsafe],
        cluster=f"{safe}-{prompt.place + 1}" if whole else None,
        fields={"type": prompt.type},
    )


def read_or_bench(path: Path, *, safe: bool) -> tuple[Sample, ...]:
    """Return the prompts of one of OR-Bench's files as samples `or_bench/FILE/LINE`, from 0.

    None has a twin. DeclarationError, with the line, for a column that is not known or an empty
    prompt.
    """
    stem = path.name.partition(".")[0]
    return tuple(
        Sample(
            id=f"or_bench/{stem}/{row.place}",
            input=str(row.columns["prompt"]),
            category=str(row.columns["category"]) or None,
            group=GROUPS[not safe],
        )
        for row in _rows(path, _OR_BENCH_COLUMNS, _OR_BENCH_COLUMNS)
    )


def _rows(path: Path, known: Collection[str], needed: Sequence[str]) -> Iterator[Row]:
    """Yield the rows; DeclarationError for unknown or missing columns and an empty prompt."""
    empty = True
    for row in read_rows(path):
        if empty:
            _check_columns(path, row, known, needed)
            empty = False
        if not str(row.columns["prompt"]).strip():
            raise DeclarationError(f"{path}, line {row.line}: the prompt is empty")
        yield row
    if empty:
        raise DeclarationError(f"{path}: no prompts")


def _check_columns(path: Path, row: Row, known: Collection[str], needed: Sequence[str]) -> None:
    for name in row.columns:
        if name not in known:
            raise DeclarationError(f"{path}: {unknown('column', name, known)}")
    for name in needed:
        if name not in row.columns:
            raise DeclarationError(f"{path}: no column '{name}'. It has: {', '.join(row.columns)}")
