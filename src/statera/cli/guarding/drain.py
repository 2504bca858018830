"""Make a guard take no new requests, and wait until it has answered the open ones."""

import click

from statera.cli.settings import Flag
from statera.errors import RunStopped
from statera.report.kubernetes.inpod.drain import drain


@click.command("drain")
@click.option(
    "--wait",
    cls=Flag,
    default=120.0,
    show_default=True,
    type=click.FloatRange(0.1, 3600),
    metavar="SECONDS",
    help="How long open replies may take.",
)
@click.option(
    "--control-port",
    cls=Flag,
    default=8081,
    show_default=True,
    type=click.IntRange(1, 65535),
    help="Where the guard is told what to do, on 127.0.0.1.",
)
def command(wait: float, control_port: int) -> None:
    """Drain the guard on this machine, as a container's preStop does.

    New requests are answered 503 with Retry-After; open replies, streams too, are finished. The
    exit code is 0 when nothing is in flight any more or no guard runs, 4 when the time is up.
    """
    ended = drain(wait, control_port)
    if ended == "late":
        raise RunStopped(f"replies are still open, or the guard does not answer, after {wait:g} s")
    click.echo("drained" if ended == "drained" else f"no guard runs at 127.0.0.1:{control_port}")
