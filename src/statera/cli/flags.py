"""The flags that several commands share, each with its `STATERA_<FLAG>` twin."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from statera.cli.settings import Flag, Lines
from statera.codec.files import read_text
from statera.errors import DeclarationError
from statera.stats.results import LEVEL

STDOUT = "-"
F = TypeVar("F", bound=Callable[..., Any])


def store_flag(function: F) -> F:
    """Add `--store DIR`."""
    return click.option(
        "--store",
        cls=Flag,
        default=".statera",
        show_default=True,
        metavar="DIR",
        callback=_no_file,
        help="Folder of the store.",
    )(function)


def live_flag(function: F) -> F:
    """Add `--live PLACE`."""
    return click.option(
        "--live",
        cls=Flag,
        default=".statera/live.sqlite",
        show_default=True,
        metavar="PLACE",
        help="The live store: a file, or postgresql://USER@HOST/NAME.",
    )(function)


def _no_file(context: click.Context, param: click.Parameter, value: str) -> str:
    if Path(value).is_file():
        raise DeclarationError(f"{value}: a file, not a folder (--store, {param.envvar})")
    return value


def json_flag(function: F) -> F:
    """Add `--json`."""
    return click.option(
        "--json", "as_json", cls=Flag, is_flag=True, help="Print JSON for machines."
    )(function)


def task_flag(function: F) -> F:
    """Add `--task NAME`, which may be given several times."""
    return click.option(
        "--task", cls=Flag, type=Lines(), multiple=True, metavar="NAME", help="Only these tasks."
    )(function)


def level_flag(function: F) -> F:
    """Add `--level`, the two-sided coverage of intervals of differences."""
    return click.option(
        "--level",
        cls=Flag,
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=LEVEL,
        show_default=True,
        help="Two-sided coverage of the intervals of differences.",
    )(function)


def allow_flag(function: F) -> F:
    """Add `--allow`, for runs that were not measured by the same instrument."""
    return click.option(
        "--allow",
        cls=Flag,
        is_flag=True,
        help="Go on even where data, task or scorers differ; the result is marked.",
    )(function)


def seed_flag(function: F) -> F:
    """Add `--seed`, for resampling."""
    return click.option(
        "--seed", cls=Flag, type=int, default=0, show_default=True, help="For resampling."
    )(function)


def markdown_flag(function: F) -> F:
    """Add `--markdown [FILE]`: a comment for a review, on standard output without a file."""
    return click.option(
        "--markdown",
        cls=Flag,
        is_flag=False,
        flag_value=STDOUT,
        metavar="[FILE]",
        help="Also write a comment for a review, to FILE or standard output.",
    )(function)


def data_flag(function: F) -> F:
    """Add `--data DIR`."""
    return click.option(
        "--data",
        cls=Flag,
        metavar="DIR",
        help="Folder with the benchmark files; without it, what `statera data pull` fetched.",
    )(function)


def model_flags(function: F) -> F:
    """Add the flags that say which model is asked, and how."""
    for option in reversed(_MODEL):
        function = option(function)
    return function


CONNECTION = (
    click.option("--base-url", cls=Flag, metavar="URL", help="Endpoint for a bare model NAME."),
    click.option(
        "--max-connections",
        "-j",
        cls=Flag,
        also=("--concurrency", "--max-concurrency"),
        type=click.IntRange(1),
        help="Requests in flight at most (64); adapts below that.",
    ),
    click.option(
        "--max-retries",
        cls=Flag,
        type=click.IntRange(0),
        help="Retries of one request (5).",
    ),
    click.option(
        "--timeout",
        cls=Flag,
        type=click.FloatRange(0, min_open=True),
        metavar="SECONDS",
        help="Time-out of one request, in all (600).",
    ),
)
"""Options: where an endpoint is, and how it is called."""

_MODEL = (
    click.option(
        "--model",
        "-m",
        cls=Flag,
        metavar="MODEL",
        required=True,
        help="URL#NAME, NAME (with OPENAI_BASE_URL), embedded, embedded:PATH.gguf, "
        "scripted:FILE, or a YAML model file.",
    ),
    *CONNECTION,
)


def text_or_file(value: str | None) -> str | None:
    """Return the text, or the content of FILE when it is written `@FILE`."""
    if value is not None and value.startswith("@"):
        return read_text(Path(value[1:]))
    return value


def names_or_files(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names; each `@FILE` stands for the non-empty lines of that file."""
    found: list[str] = []
    for value in values:
        if value.startswith("@"):
            lines = read_text(Path(value[1:])).splitlines()
            found += [line.strip() for line in lines if line.strip()]
        else:
            found += [name for name in value.split(",") if name]
    return tuple(dict.fromkeys(found))
