"""Measure the embedded model over HTTP, decide on a change, audit a judge, guard, experiment.

No network, no key.
"""

import asyncio
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click
import uvloop

from statera.api.reports import Wanted, content, made_again
from statera.api.runs import RunOptions, plan_run
from statera.api.stored import Run
from statera.cli.commands.run import View, run_plan
from statera.cli.commands.show import show_metrics
from statera.cli.demoexperiment import experiment
from statera.cli.demojudge import audit
from statera.cli.flags import store_flag
from statera.cli.reading import telling
from statera.cli.settings import Flag
from statera.encoders.runtime import INSTALL
from statera.gate.judging import Gate
from statera.interop.writing import write_pieces
from statera.models.clock import SystemClock
from statera.models.embedded import Loaded, load
from statera.models.stack import HttpSettings, http_model
from statera.report.content import Command
from statera.report.page import page
from statera.tasks.suite import Suite

_WELCOME = """\
statera demo: a small real model (SmolLM2-135M-Instruct) is served on this machine as an
OpenAI-compatible endpoint, and measured through it on {limit} questions of each kind of the starter
suite. It is a weak model, near chance on most questions: this shows the way, not a good score.
"""
_CHANGE = """
A change: to save tokens, replies are cut after {tokens}. May it ship? {limit} questions, both ways.
"""
_DECIDED = """
gate {gate}: {verdict}. Why, with everything behind it, is on one page: open {path}
"""
_NEXT = """
The trials are in {store}. What to try next:

  {reading:<57} {what}
  {statera} run starter --model embedded            the whole suite
  {statera} run starter --model URL#NAME            your own endpoint
  {statera} doctor URL#NAME                         one page on your endpoint
  {statera} guard serve --upstream URL              the guard in front of it
  {statera} experiment plan FILE --rate 0.4         an experiment with your users
  {statera} tasks                                   what else can be measured
"""
_TASK = "starter_knowledge"
_TOKENS = 3
_POLICY = f"""\
# May the change of `statera demo` ship? A rule reads a confidence bound, never the bare number.
gate: demo
rules:
  - {{metric: {_TASK}/accuracy, than: baseline, margin: 0.05}}
  - {{metric: {_TASK}/truncated, max: 0.05}}
"""


class Part(NamedTuple):
    """One of the demo's runs: what is asked, and how it differs from the usual."""

    suite: str
    options: RunOptions


@click.command()
@click.option(
    "--limit", cls=Flag, type=click.IntRange(1), default=12, show_default=True, help="A task."
)
@store_flag
def command(limit: int, store: str) -> None:
    """Serve the embedded model, measure it through HTTP, decide on a change, and write a page.

    Then it is asked to judge, and audited as a judge; a guard is put before it, and an experiment
    with simulated users is read. Takes a minute or two. The same command again resumes, so it is
    quick the second time.
    """
    click.echo(_WELCOME.format(limit=limit))
    loaded, clock = load(), SystemClock()
    serving = import_module("statera.modelserver.serving").serving
    with serving(loaded, clock) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as loop:
        first = Part("starter", RunOptions(limit=limit, tag="demo", workers=4))
        run = loop.run(_measure(f"{url}/v1", loaded, first, store))
        show_metrics(run, as_json=False)
        asked = limit + limit // 2
        click.echo(_CHANGE.format(tokens=_TOKENS, limit=asked))
        base, candidate = (
            loop.run(_measure(f"{url}/v1", loaded, part, store)) for part in _change(asked)
        )
        click.echo(_decided(candidate, base, Path(store)))
        loop.run(_judge(f"{url}/v1", loaded, base, Path(store)))
        _guard(url, loaded.weights.name, Path(store))
    experiment(Path(store), clock.now())
    click.echo(_next(run))


def _guard(url: str, name: str, folder: Path) -> None:
    """Show the guard, or say what it takes where it is not installed."""
    try:
        shown = import_module("statera.cli.demoguard")
    except ModuleNotFoundError as missing:
        click.echo(f"\nThe guard is skipped: it needs '{missing.name}', so run: {INSTALL}")
        return
    shown.guard(url, name, folder)


def _change(limit: int) -> tuple[Part, Part]:
    """Return the runs without and with the change."""
    shared: dict[str, Any] = {"limit": limit, "mode": "generate", "workers": 4}
    sampling = {"max_tokens": _TOKENS}
    return (
        Part(_TASK, RunOptions(tag="demo-base", **shared)),
        Part(_TASK, RunOptions(tag="demo-change", sampling=sampling, **shared)),
    )


def _decided(candidate: Run, base: Run, folder: Path) -> str:
    """Write the policy and the page into the folder, and return where it is and what it says."""
    policy, path = folder / "demo-gate.yaml", folder / "demo.html"
    write_pieces(policy, [_POLICY.encode()])
    line = f"statera report demo-change demo-base --gate {policy} -o {path}"
    commands = [Command(line, "This page"), *made_again(candidate, base)]
    found = content(candidate, base, wanted=Wanted(gate=Gate.load(policy)), commands=commands)
    write_pieces(path, [page(found).encode()])
    verdict = "not asked" if found.ruling is None else found.ruling.verdict
    return _DECIDED.format(gate="demo", verdict=verdict, path=path)


def _next(run: Run) -> str:
    """Return what to try next: first to read an outcome that the run has."""
    outcome, statera = telling(run.store.counts(run.info.id).outcomes), ".venv/bin/statera"
    reading = f"{statera} show {run.info.id[:8]} --outcome {outcome}"
    what = f"read the trials that are {outcome}"
    return _NEXT.format(store=run.store.path, statera=statera, reading=reading, what=what)


async def _judge(url: str, loaded: Loaded, run: Run, folder: Path) -> None:
    """Audit the model as a judge of the run's answers."""
    settings = HttpSettings(identity=loaded.identity, max_connections=1)
    model = http_model(url, loaded.weights.name, settings=settings)
    try:
        await audit(run, model, folder)
    finally:
        await model.close()


async def _measure(url: str, loaded: Loaded, part: Part, store: str) -> Run:
    """Run one part; the identity is the model's own, because the port changes."""
    settings = HttpSettings(identity=loaded.identity, max_connections=4)
    model = http_model(url, loaded.weights.name, settings=settings)
    try:
        plan = await plan_run(Suite.load(part.suite), model, part.options, epochs=None, seed=0)
        run = await run_plan(plan, model, part.options, store, View())
        if run is None:
            raise LookupError(part.suite)
        return run
    finally:
        await model.close()
