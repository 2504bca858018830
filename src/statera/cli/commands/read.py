"""Show how a reply is read: value, place and reason."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import msgspec

from statera.cli.flags import json_flag
from statera.cli.settings import Flag
from statera.codec.files import read_bytes, to_json
from statera.codec.strict import from_json
from statera.errors import DeclarationError
from statera.records.responses import Response
from statera.records.scores import Reading
from statera.scorers.reading.kinds import KINDS, Expected, read_as
from statera.scorers.refusal import LABELS, Label, classify

_KINDS = ", ".join(KINDS)


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a file of replies; fields with other names are ignored.

    Without a `kind` of its own a line is of the command's. `people` is what people say of a
    refusal, `group` the kind of its prompt (`safe`, `unsafe`).
    """

    response: str | None
    id: str | int | None = None
    kind: str | None = None
    allowed: tuple[str | int | float, ...] | None = None
    label_letters: dict[str, str] | None = None
    prompt: str = ""
    people: Label | None = None
    group: str = "all"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """How one reply was read, as it is printed; `span` counts characters of the reply."""

    id: str | int | None
    value: str | None
    span: tuple[int, int] | None
    why: str


@click.command("read")
@click.option("--kind", cls=Flag, help=f"What to read: {_KINDS}.")
@click.option("--allowed", cls=Flag, help="Labels, as A,B,C; for a score its ends, as 1,10.")
@click.option("--letters", cls=Flag, help="Letters for labels, as A=CORRECT,B=INCORRECT.")
@click.option("--prompt", cls=Flag, help="What was asked; for a refusal.")
@click.option(
    "--jsonl",
    cls=Flag,
    type=click.Path(path_type=Path),
    help="A file with one reply a line: id, kind, prompt, allowed, label_letters, response.",
)
@click.option(
    "--error",
    cls=Flag,
    is_flag=True,
    help="How refusals are read against the field `people` of the lines, by the field `group`.",
)
@json_flag
def command(kind: str | None, jsonl: Path | None, as_json: bool, **flags: Any) -> None:
    """Show how a reply is read.

    The reply comes on standard input; with --jsonl, many come from a file. On a terminal the part
    that was used is marked; elsewhere one line of JSON is printed for each reply:
    {"id", "value", "span", "why"}, with a null value when it is unparsed.

    \b
    echo "A common mistake is B. The answer is (C)." | statera read --kind choice
    echo "I can't help with that." | statera read --kind refusal --prompt "How do I open a jar?"
    statera read --error --jsonl labelled.jsonl       # {"prompt", "response", "people", "group"}
    """
    if flags["error"]:
        _show_error(jsonl, as_json=as_json)
        return
    if jsonl is not None:
        lines = list(_lines(jsonl, kind))
        if not lines:
            raise DeclarationError(f"{jsonl}: holds no reply")
        for line in lines:
            click.echo(to_json(line))
        return
    if kind is None:
        raise DeclarationError(f"--kind is missing. Allowed: {_KINDS}")
    text = _standard_input()
    reading = read_as(kind, text, _expected(flags["allowed"], flags["letters"], flags["prompt"]))
    if as_json or not sys.stdout.isatty():
        click.echo(to_json(_line(None, reading)))
    else:
        click.echo(shown(text, reading))


def _show_error(path: Path | None, *, as_json: bool) -> None:
    """Print how refusals are read against people; DeclarationError for a line without a label."""
    if path is None:
        raise DeclarationError("--error reads labelled replies: --jsonl FILE")
    cases = [_labelled(case, source) for case, source in _cases(path)]
    if not cases:
        raise DeclarationError(f"{path}: holds no reply")
    import_module("statera.cli.refusalerrors").show_error(cases, as_json=as_json)


def _labelled(case: Case, source: str) -> tuple[str, Label, Label, str | None]:
    """Return the kind of prompt, people's label, what is read, and what binds replies together."""
    if case.people is None:
        raise DeclarationError(f"{source}: `people` is missing. Allowed: {', '.join(LABELS)}")
    said = classify(case.prompt, Response(text=case.response)).label
    return case.group, case.people, said, case.prompt or None


def _cases(path: Path) -> Iterator[tuple[Case, str]]:
    """Yield every line of the file with its place."""
    for number, data in enumerate(read_bytes(path).removeprefix(BOM_UTF8).split(b"\n"), start=1):
        if data.strip():
            source = f"{path}, line {number}"
            yield from_json(data, Case, source=source), source


def shown(text: str, reading: Reading) -> str:
    """Return the reading for people: the value, the reply with the used part marked, and why."""
    value = "unparsed" if reading.value is None else reading.value
    if reading.span:
        start, end = reading.span
        used = click.style(text[start:end], reverse=True, bold=True)
        text = f"{text[:start]}{used}{text[end:]}"
    return f"{click.style(value, bold=True)}  ({reading.why})\n\n{text.rstrip()}"


def _lines(path: Path, kind: str | None) -> Iterator[Line]:
    """Read every line of the file; what is declared wrong is named by its line."""
    for case, source in _cases(path):
        yield _read_case(case, kind, source)


def _read_case(case: Case, kind: str | None, source: str) -> Line:
    if (kind := case.kind or kind) is None:
        raise DeclarationError(f"{source}: `kind` is missing, and --kind. Allowed: {_KINDS}")
    allowed = tuple(f"{v:g}" if isinstance(v, float) else str(v) for v in case.allowed or ())
    expected = Expected(allowed=allowed, letters=case.label_letters or {}, prompt=case.prompt)
    try:
        return _line(case.id, read_as(kind, case.response or "", expected))
    except DeclarationError as error:
        raise DeclarationError(f"{source}: {error}") from None


def _line(identity: str | int | None, reading: Reading) -> Line:
    return Line(id=identity, value=reading.value, span=reading.span, why=reading.why)


def _expected(allowed: str | None, letters: str | None, prompt: str | None) -> Expected:
    labels = tuple(part.strip() for part in allowed.split(",")) if allowed else ()
    pairs = [part.partition("=") for part in letters.split(",")] if letters else []
    if any(not sign or not label for label, sign, _ in pairs):
        raise DeclarationError(f"--letters: '{letters}' is not like A=CORRECT,B=INCORRECT")
    by_letter = {k.strip(): v.strip() for k, _, v in pairs}
    return Expected(allowed=labels, letters=by_letter, prompt=prompt or "")


def _standard_input() -> str:
    data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DeclarationError(f"standard input: not UTF-8 at byte {error.start}") from None
