"""Write a page about a run, or about two: the ruling, what moved, why, and samples to read."""

import shlex
from pathlib import Path
from typing import Any

import click

from statera.api.reports import EACH, Wanted, content, made_again
from statera.api.stored import Run
from statera.cli.flags import STDOUT, allow_flag, level_flag, markdown_flag, seed_flag, store_flag
from statera.cli.settings import Flag
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.interop.writing import check_place, write_pieces
from statera.report.content import Command, Content
from statera.report.page import page
from statera.report.review import review
from statera.stats.results import LEVEL
from statera.store.runstore import RunStore

_SUFFIXES = (".html", ".htm")
_SHORT = 8


@click.command()
@click.argument("run")
@click.argument("base", required=False)
@click.option(
    "--output",
    "-o",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="PAGE.html",
    help="Where to write the page.",
)
@click.option(
    "--gate",
    cls=Flag,
    metavar="FILE",
    help="Decide by this policy; the ruling is kept in the ledger.",
)
@markdown_flag
@level_flag
@seed_flag
@allow_flag
@click.option(
    "--read",
    cls=Flag,
    type=click.IntRange(0),
    default=EACH,
    show_default=True,
    help="How many samples of each kind to show.",
)
@store_flag
def command(run: str, base: str | None, **flags: Any) -> None:
    """Write one HTML file about RUN, compared with BASE (ids, unique prefixes or tags).

    It needs no network and runs no script. The exit code says whether it was written; `statera
    gate` is the command whose exit code decides.
    """
    output, markdown = flags["output"], flags["markdown"]
    _check(output, markdown)
    runs = RunStore(flags["store"])
    candidate = Run(runs, runs.find(run))
    other = None if base is None else Run(runs, runs.find(base))
    if other is not None and candidate.info.id == other.info.id:
        raise DeclarationError(f"RUN and BASE are the same run, {candidate.info.id[:_SHORT]}")
    found = content(
        candidate, other, wanted=_wanted(flags), commands=_commands(candidate, other, flags)
    )
    _write(found, output, markdown)


def _check(output: Path | None, markdown: str | None) -> None:
    if output is None and markdown is None:
        raise click.UsageError("where to? -o PAGE.html for the page, --markdown for a comment")
    if output is not None and output.suffix.lower() not in _SUFFIXES:
        raise DeclarationError(f"{output}: a page is .html. --markdown FILE for a comment")
    for path in (output, markdown):
        if path not in (None, STDOUT):
            check_place(Path(path))


def _wanted(flags: dict[str, Any]) -> Wanted:
    return Wanted(
        gate=None if flags["gate"] is None else Gate.load(flags["gate"]),
        level=flags["level"],
        seed=flags["seed"],
        allow=flags["allow"],
        read=flags["read"],
    )


def _commands(candidate: Run, base: Run | None, flags: dict[str, Any]) -> list[Command]:
    """Return the command that makes the page again, and those that made its runs."""
    words = ["statera", "report", candidate.info.id[:_SHORT]]
    words += [base.info.id[:_SHORT]] if base is not None else []
    words += [f"--gate={flags['gate']}"] if flags["gate"] is not None else []
    usual = {"level": LEVEL, "seed": 0, "read": EACH, "store": ".statera"}
    words += [f"--{name}={flags[name]}" for name, value in usual.items() if flags[name] != value]
    words += ["--allow"] if flags["allow"] else []
    words += ["-o", str(flags["output"] or "page.html")]
    return [Command(shlex.join(words), "This page"), *made_again(candidate, base)]


def _write(found: Content, output: Path | None, markdown: str | None) -> None:
    if output is not None:
        write_pieces(output, [page(found).encode()])
        click.echo(f"wrote {output}", err=True)
    if markdown == STDOUT:
        click.echo(review(found), nl=False)
    elif markdown is not None:
        write_pieces(Path(markdown), [review(found).encode()])
        click.echo(f"wrote {markdown}", err=True)
    if found.ruling is not None:
        click.echo(f"{found.ruling.gate}: {found.ruling.final}", err=True)
