"""Show by which means code that a model wrote can be run safely here."""

from typing import Any

import click
import msgspec
from rich.markup import escape
from rich.table import Table

from statera.cli.flags import json_flag
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.errors import SandboxUnavailable
from statera.sandbox.choice import Holding, holdings, mends
from statera.sandbox.limits import Limits

SCHEMA = 1


@click.group("sandbox")
def command() -> None:
    """Show by which means code that a model wrote can be run safely here."""


@command.command("check", short_help="Attack every sandbox; say which is chosen.")
@json_flag
def check(as_json: bool) -> None:
    """Try every sandbox with a program that attacks it, and say which is chosen.

    Ends with 2 when none holds; tasks that run code then refuse to start.
    """
    limits = Limits()
    found = list(holdings(limits))
    chosen = next((holding for holding in found if not holding.reason), None)
    if as_json:
        click.echo(to_json(_shape(found, chosen, limits)))
    else:
        _print(found, chosen, limits)
    if chosen is None:
        raise SandboxUnavailable(mends(found))


def _shape(found: list[Holding], chosen: Holding | None, limits: Limits) -> dict[str, Any]:
    kinds = [
        {
            "kind": holding.kind,
            "holds": not holding.reason,
            "means": holding.means or None,
            "reason": holding.reason or None,
            "program_ms": None if holding.reason else round(1000 * holding.seconds, 1),
        }
        for holding in found
    ]
    name = chosen.means if chosen else None
    return {"schema": SCHEMA, "chosen": name, "kinds": kinds, "limits": limits}


def _print(found: list[Holding], chosen: Holding | None, limits: Limits) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("sandbox", "holds", "one program", "by means of, or why not"):
        table.add_column(name, overflow="fold")
    for holding in found:
        time = "" if holding.reason else f"{1000 * holding.seconds:.0f} ms"
        words = escape(holding.reason or holding.means)
        table.add_row(holding.kind, "no" if holding.reason else "yes", time, words)
    out = console()
    out.print(table)
    out.print(f"\nlimits: {_words(limits)}", soft_wrap=True)
    if chosen:
        out.print(f"chosen: [bold]{escape(chosen.means)}[/]", soft_wrap=True)


def _words(limits: Limits) -> str:
    return ", ".join(
        f"{name.replace('_bytes', '').replace('_', ' ')} {_amount(name, value)}"
        for name, value in msgspec.to_builtins(limits).items()
    )


def _amount(name: str, value: float) -> str:
    if not name.endswith("_bytes"):
        return f"{value:g}"
    return f"{value / 2**20:g} MiB" if value >= 2**20 else f"{value / 2**10:g} KiB"
