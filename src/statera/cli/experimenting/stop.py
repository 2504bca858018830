"""Send an experiment's traffic back to the base at once; resume or end it."""

from contextlib import closing

import click
import msgspec

from statera.api.experimentstarts import Halt, halt
from statera.cli.flags import json_flag, live_flag
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.experiment.durations import dated
from statera.models.clock import SystemClock
from statera.store.live.opening import open_live

_FOLLOWS: dict[Halt, str] = {
    "stopped": "traffic goes to the base within seconds; `--resume` takes it up again",
    "resumed": "units are in their arms again, as they were",
    "ended": "traffic goes to the base for good; `statera experiment show` keeps its answer",
}


@click.command("stop")
@click.argument("name")
@click.option("--why", required=True, metavar="TEXT", help="The reason; it is kept.")
@click.option("--resume", cls=Flag, is_flag=True, help="Take a stopped experiment up again.")
@click.option("--end", cls=Flag, is_flag=True, help="End it for good.")
@live_flag
@json_flag
def command(name: str, why: str, resume: bool, end: bool, live: str, as_json: bool) -> None:
    """Stop the experiment NAME: every process that serves it sends traffic to the base.

    \b
    statera experiment stop tone --why "complaints by phone"
    statera experiment stop tone --resume --why "the phone was something else"
    statera experiment stop tone --end --why "decided"
    """
    if resume and end:
        raise DeclarationError("--resume and --end: one of them")
    if not why.strip():
        raise DeclarationError("--why: say the reason; every report shows it")
    kind: Halt = "resumed" if resume else "ended" if end else "stopped"
    now = SystemClock().now()
    with closing(open_live(live, make=False)) as store:
        found = halt(store, name, kind, why=why.strip(), now=now)
    if as_json:
        told = None if found is None else msgspec.to_builtins(found)
        click.echo(to_json({"schema": 1, "experiment": name, "occurrence": told}))
        return
    out = console()
    if found is None:
        state = "running" if kind == "resumed" else kind
        say(out, f"[bold]{plain(name)}[/] is {state} already")
        return
    say(out, f"[bold]{plain(name)}[/] {kind} {dated(found.at)}: {plain(found.detail)}")
    say(out, _FOLLOWS[kind], "dim")
