"""What the offline commands about the guard share: their data, and how they show progress."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from statera.cli.progress import Progress
from statera.cli.settings import Flag, Lines
from statera.errors import DeclarationError
from statera.protocols import Clock
from statera.runner.tally import Tally

F = TypeVar("F", bound=Callable[..., Any])


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
