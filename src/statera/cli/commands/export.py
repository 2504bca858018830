"""Write a run to a file: one trial a line, CSV, or the Every Eval Ever schema."""

from pathlib import Path

import click

from statera.api.stored import Run
from statera.api.systems import check_system
from statera.cli.flags import store_flag
from statera.cli.settings import Flag
from statera.interop.writing import write_export, writer
from statera.store.runstore import RunStore


@click.command()
@click.argument("run", default="latest")
@click.option(
    "--output",
    "-o",
    cls=Flag,
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    help="Where to; the extension says how (.jsonl, .csv, .json). May be given again.",
)
@click.option(
    "--format",
    "form",
    cls=Flag,
    type=click.Choice(["auto", "eee"]),
    default="auto",
    show_default=True,
    help="eee: the Every Eval Ever schema (.json aggregate, .jsonl instances).",
)
@store_flag
def command(run: str, output: tuple[Path, ...], form: str, store: str) -> None:
    """Write RUN (an id, a unique prefix, a tag, or `latest`) to one or more files."""
    for path in output:
        writer(path, form)
    runs = RunStore(store)
    found = Run(runs, runs.find(run))
    if form == "eee":
        check_system(found.info)
    for path in output:
        export(found, path, form=form)
        click.echo(f"wrote {path}", err=True)


def export(run: Run, path: Path, *, form: str = "auto") -> None:
    """Write the run to `path`, whole or not at all."""
    write_export(path, run.info, run.store.trials(run.info.id), run.metrics, form=form)
