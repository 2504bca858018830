"""List the runs in the store."""

from datetime import UTC, datetime

import click

from statera.analysis.instrument import is_imported, shown_model
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, store_flag
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.records.specs import RunInfo
from statera.store.runstore import RunStore

_COLUMNS = (
    Column("run", left=True),
    Column("suite", name=True),
    Column("model", name=True),
    Column("status", left=True),
    Column("trials", 1),
    Column("created", 2, left=True),
    Column("tags", name=True),
)


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
    if found:
        print_table(console(), _COLUMNS, [_line(runs, info) for info in found])
    else:
        click.echo(f"No runs in {store} yet. Try: statera run starter --model embedded")


def _line(runs: RunStore, info: RunInfo) -> Line:
    when = datetime.fromtimestamp(info.created, UTC).strftime("%Y-%m-%d %H:%M")
    trials = str(sum(runs.counts(info.id).outcomes.values()))
    cut = is_imported(info) and info.status == "running"
    status = "import not ended" if cut else info.status
    cells = (info.id[:8], info.spec.suite, shown_model(info), status, trials, when)
    return Line([*cells, ", ".join(info.tags)])
