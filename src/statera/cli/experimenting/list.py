"""List the experiments of a live store: how each stands, since when, and its edits."""

from contextlib import closing

import click
import msgspec

from statera.api.experimentstarts import Listed, listed
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, live_flag
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.experiment.durations import dated
from statera.store.live.opening import open_live

_COLUMNS = (
    Column("experiment", name=True),
    Column("state", left=True),
    Column("pre-registered", 1, left=True),
    Column("edits", 2),
    Column("digest", 3, left=True),
    Column("last", 1, left=True, below=True),
)


@click.command("list")
@live_flag
@json_flag
def command(live: str, as_json: bool) -> None:
    """List the experiments that the live store knows, by name."""
    with closing(open_live(live, make=False)) as store:
        found = listed(store)
    if as_json:
        click.echo(to_json({"schema": 1, "experiments": msgspec.to_builtins(found)}))
    elif found:
        print_table(console(), _COLUMNS, [Line(_cells(one)) for one in found])
    else:
        click.echo("no experiment yet: `statera experiment start FILE.yaml`")


def _cells(one: Listed) -> list[str]:
    started = "never" if one.started is None else dated(one.started)
    edits = str(one.edits) if one.edits else ""
    return [one.experiment, one.state, started, edits, one.digest[:12], one.last]
