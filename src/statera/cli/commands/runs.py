"""List the runs in the store."""

from datetime import UTC, datetime

import click
from rich.table import Table

from statera.analysis.instrument import shown_model
from statera.cli.flags import json_flag, store_flag
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.store.runstore import RunStore


@click.command()
@store_flag
@json_flag
def command(store: str, as_json: bool) -> None:
    """List the runs in the store, the newest first.

    A run is named by its id, a unique prefix of it, a tag, or `latest`.
    """
    runs = RunStore(store)
    found = runs.runs()
    if as_json:
        click.echo(to_json({"schema": 1, "runs": found}))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("run", "suite", "model", "status", "trials", "created", "tags"):
        table.add_column(name, justify="right" if name == "trials" else "left", no_wrap=True)
    for info in found:
        when = datetime.fromtimestamp(info.created, UTC).strftime("%Y-%m-%d %H:%M")
        trials = str(sum(runs.counts(info.id).outcomes.values()))
        cells = (info.id[:8], info.spec.suite, shown_model(info), info.status)
        table.add_row(*cells, trials, when, ", ".join(info.tags))
    if found:
        console().print(table)
    else:
        click.echo(f"No runs in {store} yet. Try: statera run starter --model embedded")
