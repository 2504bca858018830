"""Serve the embedded model as a real OpenAI-compatible endpoint."""

import signal
from pathlib import Path

import click

from statera.cli.settings import Flag
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.models.embedded import load
from statera.models.llama import DEFAULT_CONTEXT
from statera.models.weights import INSTALL_ENGINE

try:
    from statera.modelserver.serving import serving
except ModuleNotFoundError as missing:
    raise DeclarationError(
        f"the model server needs '{missing.name}'; run: {INSTALL_ENGINE}"
    ) from None


@click.command("serve-model")
@click.argument("model", metavar="embedded[:PATH.gguf]", default="embedded")
@click.option("--port", cls=Flag, default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--host", cls=Flag, default="127.0.0.1", show_default=True, help="Address.")
@click.option(
    "--threads",
    cls=Flag,
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="For prompts. More than the cores that are free makes it much slower.",
)
@click.option(
    "--context",
    cls=Flag,
    default=DEFAULT_CONTEXT,
    show_default=True,
    type=click.IntRange(64),
    help="Tokens of prompt and reply together, never above the model's own.",
)
def command(model: str, port: int, host: str, threads: int, context: int) -> None:
    """Serve a small real model on this machine, with no network and no key.

    Any client of OpenAI's API works against it. Ctrl-C ends it.
    """
    loaded = load(_path(model), threads=threads, context=context)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(loaded, SystemClock(), host=host, port=port) as url:
        try:
            click.echo(_welcome(url, loaded.weights.name, loaded.identity))
            signal.pause()
        except KeyboardInterrupt:
            click.echo("Stopping.")


def _path(model: str) -> Path | None:
    """Return the GGUF file that the argument names; None for the default weights."""
    kind, _, path = model.partition(":")
    if kind != "embedded":
        raise DeclarationError(
            f"only an embedded model can be served, not '{model}': embedded or embedded:PATH.gguf"
        )
    return Path(path) if path else None


def _welcome(url: str, name: str, identity: str) -> str:
    body = f'{{"model": "{name}", "messages": [{{"role": "user", "content": "Hello"}}]}}'
    return (
        f"Serving {name} ({identity}) at {url}/v1; Ctrl-C ends it.\n"
        f"As a model for statera: {url}/v1#{name}\n"
        f"Try: curl {url}/v1/chat/completions -H 'Content-Type: application/json' -d '{body}'"
    )
