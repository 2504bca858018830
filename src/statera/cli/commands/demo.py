"""Measure the embedded model over HTTP: the whole way, with no network and no key."""

import asyncio
from importlib import import_module

import click
import uvloop

from statera.api.runs import RunOptions, plan_run
from statera.api.stored import Run
from statera.cli.commands.run import View, run_plan
from statera.cli.commands.show import show_metrics
from statera.cli.flags import store_flag
from statera.cli.reading import telling
from statera.cli.settings import Flag
from statera.models.clock import SystemClock
from statera.models.embedded import Loaded, load
from statera.models.stack import HttpSettings, http_model
from statera.tasks.suite import Suite

_WELCOME = """\
statera demo: a small real model (SmolLM2-135M-Instruct) is served on this machine as an
OpenAI-compatible endpoint, and measured through it on {limit} questions of each kind of the starter
suite. It is a weak model, near chance on most questions: this shows the way, not a good score.
"""
_NEXT = """
The trials are in {store}. What to try next:

  {reading:<57} {what}
  {statera} run starter --model embedded            the whole suite
  {statera} run starter --model URL#NAME            your own endpoint
  {statera} doctor URL#NAME                         one page on your endpoint
  {statera} tasks                                   what else can be measured
"""


@click.command()
@click.option(
    "--limit", cls=Flag, type=click.IntRange(1), default=12, show_default=True, help="A task."
)
@store_flag
def command(limit: int, store: str) -> None:
    """Serve the embedded model, measure it through HTTP, and show what comes of it.

    Takes a minute or two. The same command again resumes, so it is quick the second time.
    """
    click.echo(_WELCOME.format(limit=limit))
    loaded, clock = load(), SystemClock()
    serving = import_module("statera.modelserver.serving").serving
    with serving(loaded, clock) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        run = loop.run(_measure(f"{url}/v1", loaded, limit, store))
    if run is not None:
        show_metrics(run, as_json=False)
        click.echo(_next(run))


def _next(run: Run) -> str:
    """Return what to try next: first to read an outcome that the run has."""
    outcome, statera = telling(run.store.counts(run.info.id).outcomes), ".venv/bin/statera"
    reading = f"{statera} show {run.info.id[:8]} --outcome {outcome}"
    what = f"read the trials that are {outcome}"
    return _NEXT.format(store=run.store.path, statera=statera, reading=reading, what=what)


async def _measure(url: str, loaded: Loaded, limit: int, store: str) -> Run | None:
    """Run the starter suite; the identity is the model's own, because the port changes."""
    settings = HttpSettings(identity=loaded.identity, max_connections=4)
    model = http_model(url, loaded.weights.name, settings=settings)
    options = RunOptions(limit=limit, tag="demo", workers=4)
    try:
        plan = await plan_run(Suite.load("starter"), model, options, epochs=None, seed=0)
        return await run_plan(plan, model, options, store, View())
    finally:
        await model.close()
