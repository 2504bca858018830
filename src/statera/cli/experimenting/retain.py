"""Delete what experiments recorded when it is old: those that ended, as a whole."""

from contextlib import closing

import click

from statera.cli.flags import json_flag, live_flag
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.experiment.durations import seconds
from statera.models.clock import SystemClock
from statera.store.live.opening import open_live


@click.command("retain")
@click.option(
    "--older-than",
    cls=Flag,
    required=True,
    metavar="LENGTH",
    help="Experiments that ended longer ago than this, as 90d; s, m, h, d and w are known.",
)
@live_flag
@json_flag
def command(older_than: str, live: str, as_json: bool) -> None:
    """Delete the facts of experiments that ended LENGTH ago, and old ones that belong to none.

    An experiment goes as a whole or stays as a whole. Designs, and what happened to an experiment,
    stay. Made to be run each night: what is gone already costs nothing.

    \b
    statera experiment retain --older-than 90d
    statera experiment retain --older-than 90d --live postgresql://statera@db/live
    """
    length = seconds(older_than, place="--older-than")
    now = SystemClock().now()
    with closing(open_live(live, make=False)) as store:
        counts = store.retain(now - length, now)
        shown = store.shown
    if as_json:
        click.echo(to_json({"schema": 1, "live": shown, "deleted": counts}))
        return
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    say(console(), f"{plain(shown)}: deleted {told or 'nothing, as nothing is so old'}")
