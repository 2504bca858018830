"""Examine an endpoint: what it takes, what can be trusted, what it costs.

`--json` prints `{"schema": 1, "model", "checks": [{"name", "state", "found", "means", "data"}],
"ready": ["chat", "completions", "loglikelihood"]}`; `state` is good, note, bad or unknown.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from statera.cli.flags import json_flag
from statera.cli.settings import Flag
from statera.codec.files import to_json
from statera.errors import DeclarationError, EndpointError
from statera.models.check import Check, State
from statera.models.clock import SystemClock
from statera.models.examination import examine
from statera.models.examinee import Examinee
from statera.models.modelfile import CallSettings, HttpTarget
from statera.models.opening import (
    EmbeddedTarget,
    Target,
    endpoint_of,
    named,
    open_http,
    read_target,
)
from statera.models.stack import HttpSettings

if TYPE_CHECKING:
    from statera.models.embedded import Loaded

SCHEMA = 1

_MARKS: dict[State, tuple[str, str]] = {
    "good": ("✓", "green"),
    "note": ("!", "yellow"),
    "bad": ("✗", "red"),
    "unknown": ("?", "dim"),
}


@click.command()
@click.argument("model")
@click.option("--base-url", cls=Flag, metavar="URL", help="Endpoint for a bare model NAME.")
@click.option(
    "--timeout",
    cls=Flag,
    type=click.FloatRange(0, min_open=True),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Time-out of one request.",
)
@json_flag
def command(model: str, base_url: str | None, timeout: float, as_json: bool) -> None:
    """Examine MODEL (URL#NAME, NAME, embedded, or a model file) with about 60 small requests.

    `statera run ... --probe 20` keeps with a run whether identical calls got the same reply.

    Example:

      statera doctor http://localhost:8000/v1#NAME
    """
    settings = CallSettings(timeout=timeout)
    target = read_target(model, settings=settings, base_url=base_url)
    identity, checks = asyncio.run(_examined(target, quiet=as_json))
    if as_json:
        page = {"schema": SCHEMA, "model": identity, "checks": checks, "ready": ready(checks)}
        click.echo(to_json(page).decode())
    else:
        print_page(identity, checks)
    if not ready(checks):
        raise click.exceptions.Exit(EndpointError.exit_code)


async def _examined(target: Target, *, quiet: bool) -> tuple[str, list[Check]]:
    async with _endpoint(target) as http:
        http = named(http)
        model, endpoint = open_http(http), endpoint_of(http)
        report = Reporter(quiet=quiet)
        try:
            report("is it there?")
            await model.check()
            checks = await examine(Examinee(endpoint, http.name or ""), model, report)
        finally:
            report.done()
            await model.close()
            await endpoint.transport.close()
        return model.identity, checks


@asynccontextmanager
async def _endpoint(target: Target) -> AsyncIterator[HttpTarget]:
    """Yield the endpoint of a target; the embedded model is served while it is examined."""
    if isinstance(target, HttpTarget):
        yield target
    elif isinstance(target, EmbeddedTarget):
        loaded = import_module("statera.models.embedded").load(target.path)
        with _serving(loaded) as root:
            settings = HttpSettings(identity=loaded.identity)
            yield HttpTarget(url=f"{root}/v1", name=None, settings=settings)
    else:
        raise DeclarationError("a script needs no doctor: it says what its file says")


def _serving(loaded: "Loaded") -> AbstractContextManager[str]:
    """Serve the embedded model on a free port; its engine and its server are loaded only here."""
    try:
        serving = import_module("statera.modelserver.serving").serving
    except ModuleNotFoundError as missing:
        install = import_module("statera.models.weights").INSTALL_ENGINE
        raise DeclarationError(f"the model server needs '{missing.name}'; run: {install}") from None
    served: AbstractContextManager[str] = serving(loaded, SystemClock())
    return served


class Reporter:
    """Says on standard error what is being asked: one changing line, or a line each elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()

    def __call__(self, what: str) -> None:
        """Show the step that begins."""
        if self._quiet:
            return
        if self._terminal:
            click.echo(f"\r\x1b[2Kasking: {what}", err=True, nl=False)
        else:
            click.echo(f"asking: {what}", err=True)

    def done(self) -> None:
        """Clear the line."""
        if self._terminal and not self._quiet:
            click.echo("\r\x1b[2K", err=True, nl=False)


def ready(checks: Sequence[Check]) -> list[str]:
    """Return the ways in which a model can be measured here."""
    states = {check.name: check.state for check in checks}
    found = next((check.data for check in checks if check.name == "chat template"), {})
    ways = [way for way in ("chat", "completions") if found.get(way)]
    return [*ways, "loglikelihood"] if states.get("log-likelihood") == "good" else ways


def print_page(identity: str, checks: Sequence[Check]) -> None:
    """Print one line a check: mark, name, what was found, what it means."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    console.print(Text(identity, style="bold"))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=3)
    table.add_column(overflow="fold", ratio=2)
    for check in checks:
        mark, style = _MARKS[check.state]
        table.add_row(
            Text(mark, style=style), Text(check.name), Text(check.found), Text(check.means, "dim")
        )
    console.print(table)
    ways = ready(checks)
    console.print(f"Ready for: {', '.join(ways)}" if ways else "Not ready: nothing answers")
