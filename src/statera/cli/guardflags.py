"""What the offline commands about the guard share: their flags, and how they show progress."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, get_args

import click

from statera.cli.progress import Progress
from statera.cli.settings import Flag, Lines
from statera.errors import DeclarationError
from statera.protocols import Clock
from statera.records.guarding import Side
from statera.runner.tally import Tally

F = TypeVar("F", bound=Callable[..., Any])


def policy_flag(*, default: str | None = None) -> Callable[[F], F]:
    """Return what adds `--policy`, which must be given where it has no default."""
    return click.option(
        "--policy",
        cls=Flag,
        required=default is None,
        default=default,
        show_default=True,
        metavar="FILE|NAME",
        help="The policy: a YAML file, or one that ships, `default` or `light`.",
    )


def base_flag(words: str) -> Callable[[F], F]:
    """Return what adds `--base`, another policy; `words` say what for."""
    return click.option("--base", cls=Flag, metavar="FILE|NAME", help=f"Another policy, {words}.")


def side_flag(function: F) -> F:
    """Add `--side`."""
    return click.option(
        "--side",
        cls=Flag,
        type=click.Choice(get_args(Side)),
        default="input",
        show_default=True,
        help="Where a text stands that does not say so itself.",
    )(function)


def reading_flags(function: F) -> F:
    """Add `--limit`, `--workers` and `--quiet`: how many texts are read, and how."""
    for option in reversed(_READING):
        function = option(function)
    return function


_READING = (
    click.option(
        "--limit",
        cls=Flag,
        type=click.IntRange(1),
        help="Texts a source: a seeded subset, spread over its categories.",
    ),
    click.option(
        "--workers",
        cls=Flag,
        type=click.IntRange(1),
        default=1,
        show_default=True,
        help="Texts at a time; with more than one, latency is not that of a text alone.",
    ),
    click.option("--quiet", "-q", cls=Flag, is_flag=True, help="No progress."),
)


def data_flags(function: F) -> F:
    """Add `--data FILE ...`: the files may follow one flag, or come with a flag each."""
    function = click.option(
        "--data",
        cls=Flag,
        type=Lines(),
        multiple=True,
        metavar="FILES",
        help="JSONL with the texts, `FILE` or `DETECTOR=FILE`; several may follow.",
    )(function)
    return click.argument("files", nargs=-1, metavar="")(function)


def stated_places(flags: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the files that were named; DeclarationError for none."""
    places = (*flags["data"], *flags["files"])
    if not places:
        raise DeclarationError("no texts: give --data FILE.jsonl")
    return places


@contextmanager
def progress_of(tally: Tally, clock: Clock, *, quiet: bool) -> Iterator[None]:
    """Show how far the reading of texts is, while the event loop runs."""
    progress = Progress(tally, clock, quiet=quiet, noun="texts")
    progress.start()
    try:
        yield
    finally:
        progress.stop()
