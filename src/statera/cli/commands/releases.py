"""List the release ledger: what was ruled, on which runs, and who decided otherwise."""

import sys
from datetime import UTC, datetime

import click
import msgspec
from rich.text import Text

from statera.api.releases import Kept, releases, verified
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, store_flag
from statera.cli.rulings import STYLES
from statera.cli.settings import Flag
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain
from statera.codec.files import to_json
from statera.gate.ruling import dismissal_words
from statera.store.runstore import RunStore

_COLUMNS = (
    Column("no."),
    Column("when", 4, left=True),
    Column("gate", name=True),
    Column("ruling", left=True),
    Column("rules", 2, left=True),
    Column("look", 3),
    Column("run", left=True),
    Column("base", left=True),
    Column("overridden", name=True),
    Column("hash", 5, left=True),
)
_SHORT = 8


@click.command()
@click.option(
    "--verify",
    cls=Flag,
    is_flag=True,
    help="Compute the hashes again, and say which runs are not as they were.",
)
@store_flag
@json_flag
def command(verify: bool, store: str, as_json: bool) -> None:
    """List every ruling that a gate made in this store, the newest last.

    Each one's hash covers its content and the hash before it. With --verify, exit code 2 says that
    the ledger was changed, 1 that a run's scores were.
    """
    runs = RunStore(store)
    found = verified(runs) if verify else releases(runs)
    if as_json:
        click.echo(to_json({"schema": 1, "releases": [_json(kept) for kept in found]}))
    elif found:
        _print(found, verify)
    else:
        click.echo(f"No rulings in {store} yet. Try: statera gate RUN BASE --policy gate.yaml")
    if any("changed" in kept.since for kept in found):
        sys.exit(1)


def _json(kept: Kept) -> dict[str, object]:
    entry, release, since = kept
    return {
        "number": entry.number,
        "created": entry.created,
        "hash": entry.hash,
        "previous": entry.previous,
        "since": since,
        **msgspec.to_builtins(release),
    }


def _print(found: list[Kept], verify: bool) -> None:
    out = console()
    print_table(out, _COLUMNS, [Line(_cells(kept)) for kept in found])
    for kept in found:
        if kept.since:
            out.print(f"[yellow]{kept.entry.number}[/] {plain(kept.since)}", soft_wrap=True)
    if verify:
        out.print(f"the chain of {plural(len(found), 'ruling')} is whole", soft_wrap=True)


def _cells(kept: Kept) -> list[str | Text]:
    entry, ruling = kept.entry, kept.release.ruling
    when = datetime.fromtimestamp(entry.created, UTC).strftime("%Y-%m-%d %H:%M")
    said = ruling.override
    over = [] if said is None else [f"{said.verdict} by {said.by}: {said.why}"]
    over += [dismissal_words(*pair) for pair in ruling.dismissals]
    return [
        str(entry.number),
        when,
        ruling.gate,
        Text(ruling.verdict, STYLES[ruling.verdict]),
        f"{len(ruling.having('pass'))} of {len(ruling.rules)} pass",
        str(ruling.look),
        "+".join(run[:_SHORT] for run in ruling.candidate),
        "+".join(run[:_SHORT] for run in ruling.base) or "none",
        "; ".join(over),
        entry.hash[:12],
    ]
