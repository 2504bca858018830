"""Ask a model every question of a suite, and keep every trial."""

import asyncio
import json
import secrets
import signal
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import click
import uvloop

from statera.analysis.health import marked
from statera.api.runs import (
    CONNECTIONS,
    SAME_DRAW,
    RunOptions,
    content_for,
    limits,
    plan_run,
    probed,
    stopper_for,
    tools_for,
    workers_for,
)
from statera.api.stored import Run
from statera.cli.commands.export import export
from statera.cli.commands.show import show_metrics
from statera.cli.flags import (
    data_flag,
    json_flag,
    model_flags,
    names_or_files,
    store_flag,
    text_or_file,
)
from statera.cli.progress import Progress
from statera.cli.reading import telling
from statera.cli.runflags import run_flags
from statera.cli.settings import sources
from statera.codec.canonical import digest
from statera.errors import DeclarationError, Interrupted, StateraError
from statera.interop.writing import writer
from statera.models.clock import SystemClock
from statera.models.configured import price_list
from statera.models.modelfile import CallSettings
from statera.models.transport import read_address
from statera.protocols import Model
from statera.runner.execution import Services, execute
from statera.runner.forecast import Forecast, forecast
from statera.runner.plan import Plan, repeats_at_zero
from statera.runner.tally import Tally
from statera.scorers.outcomes import KEPT
from statera.store.runstore import FILE, RunStore
from statera.strategies.opening import open_model
from statera.tasks.suite import Suite


@click.command()
@run_flags
@model_flags
@data_flag
@store_flag
@json_flag
@click.pass_context
def command(ctx: click.Context, /, **flags: Any) -> None:
    """Run SUITE: a suite or task by name, or a YAML file.

    The same command again resumes; more --limit or --epochs extends the run.

    Examples:

      statera run starter --model embedded

      statera run mmlu --limit 200 --model http://localhost:8000/v1#NAME

      OPENAI_API_KEY=… OPENAI_BASE_URL=… statera run --tasks gsm8k,mmlu -m NAME
    """
    if flags["verbose"]:
        _print_sources(ctx, flags)
    for path in flags["output"]:
        writer(path)
    options, suite = read_options(flags), Suite.load(_suite_name(flags))
    view = View(flags["as_json"], flags["quiet"], flags["estimate"], _asks(flags))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            run = runner.run(_run(suite, options, flags, view))
        except asyncio.CancelledError:
            raise Interrupted("interrupted before the first request") from None
    if run is None:
        return
    for path in flags["output"]:
        export(run, path)
    code = 0
    if options.until is not None:
        code = import_module("statera.cli.stopped").rule(run, options, as_json=view.as_json)
    show_metrics(run, as_json=view.as_json)
    if not view.as_json:
        _print_next(run)
    sys.exit(code)


class View(NamedTuple):
    """What a person or a script wants to see of a run; `asks` before it starts, if there is one."""

    as_json: bool = False
    quiet: bool = False
    estimate: bool = False
    asks: bool = False


def _asks(flags: dict[str, Any]) -> bool:
    """Return whether a person is to be asked before a suite's budget is spent."""
    return bool(flags["budget"]) and not flags["yes"] and sys.stdin.isatty()


async def _run(suite: Suite, options: RunOptions, flags: dict[str, Any], view: View) -> Run | None:
    _cancel_on_interrupt()
    settings = call_settings(flags)
    model = open_model(flags["model"], settings=settings, base_url=flags["base_url"])
    try:
        plan = await plan_run(suite, model, options, epochs=flags["epochs"], seed=flags["seed"])
        return await run_plan(plan, model, options, flags["store"], view)
    finally:
        await model.close()


def _cancel_on_interrupt() -> None:
    """Let Ctrl-C cancel this task once; further ones do not disturb the cleaning up."""
    task = asyncio.current_task()

    def cancel() -> None:
        if task is not None and not task.cancelling():
            task.cancel()

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, cancel)


async def run_plan(
    plan: Plan, model: Model, options: RunOptions, store: str, view: View
) -> Run | None:
    """Say what will be asked, ask it with a progress line, and return the run.

    None when only the estimate was wanted, or a person says no. The folder `store` is made once
    nothing is wrong.
    """
    content = content_for(plan, options)
    runs = RunStore(store) if not view.estimate or (Path(store) / FILE).exists() else None
    stopper = None if runs is None else stopper_for(plan, options, runs)
    if not view.as_json or view.estimate:
        expected = forecast(plan, kept=_kept(plan, runs) if runs else 0)
        _print_plan(plan, _priced(expected, model), to_stderr=not view.estimate)
    if runs is None or view.estimate:
        return None
    if view.asks and not click.confirm("Start?", default=True, err=True):
        click.echo("nothing was asked", err=True)
        return None
    if options.probe and not (view.quiet or view.as_json):
        click.echo(f"first {options.probe} identical calls at temperature 0", err=True)
    plan = await probed(plan, model, options)
    clock, tally, tools = SystemClock(), Tally(), tools_for(plan)
    progress = Progress(tally, clock, quiet=view.quiet)
    services = Services(
        store=runs,
        clock=clock,
        tools=tools,
        tag=options.tag,
        stopper=stopper,
        content=content,
    )
    progress.start()
    try:
        info = await execute(plan, model, services, limits(options), tally)
        held = runs.counts(info.id).trials
        if held > plan.total:
            click.echo(f"the run holds {held} trials; this command asks for {plan.total}", err=True)
        return Run(runs, info)
    except asyncio.CancelledError:
        raise Interrupted(_resumable("interrupted", tally)) from None
    except StateraError as error:
        raise type(error)(_resumable(str(error), tally)) from None
    finally:
        progress.stop()


def _kept(plan: Plan, store: RunStore) -> int:
    """Return how many of the plan's trials the store has answers to."""
    run = digest(plan.spec)
    if all(info.id != run for info in store.runs()):
        return 0
    return sum(
        (job.sample.id, job.epoch) in answered
        for place, task in enumerate(plan.tasks)
        for answered in [store.answered(run, task.name)]
        for job in plan.jobs(place)
    )


def _resumable(reason: str, tally: Tally) -> str:
    kept = f"{tally.done} of {tally.total} trials are kept"
    return f"{reason}. {kept}; the same command resumes."


def read_options(flags: dict[str, Any]) -> RunOptions:
    """Return what the flags say about how the suite is run."""
    named = {"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_tokens"}
    sampling = {key: flags[name] for name, key in named.items() if flags[name] is not None}
    earlier = flags["filter_failing"]
    return RunOptions(
        mode=flags["mode"],
        api=flags["api"],
        num_fewshot=flags["num_fewshot"],
        system_message=text_or_file(flags["system_message"]),
        sampling=sampling,
        limit=flags["limit"],
        budget=flags["budget"],
        sample_ids=names_or_files(flags["sample_id"]),
        only=failing(RunStore(flags["store"]), earlier) if earlier else None,
        tag=flags["tag"],
        nonce=secrets.token_hex(8) if flags["fresh"] else "",
        data=flags["data"],
        workers=workers_for(flags["max_connections"] or CONNECTIONS),
        max_cost=flags["max_cost"],
        max_requests=flags["max_requests"],
        fail_share=flags["fail_on_error"],
        until=None if flags["until"] is None else str(flags["until"]),
        base=flags["base"],
        probe=flags["probe"],
        content=flags["content"],
    )


def failing(store: RunStore, name: str) -> dict[str, tuple[str, ...]]:
    """Return, by task, the ids of the samples that were not right in every epoch of a run."""
    info = store.find(name)
    found: dict[str, dict[str, None]] = {}
    for row, first in marked(store.scores(info.id)):
        if first and row.score.outcome != "right" and KEPT not in row.score.flags:
            found.setdefault(row.task, {})[row.sample_id] = None
    if not found:
        raise DeclarationError(f"--filter-failing: every sample of run {info.id[:8]} is right")
    return {task: tuple(ids) for task, ids in found.items()}


def call_settings(flags: dict[str, Any]) -> CallSettings:
    """Return what the flags say about how an endpoint is called."""
    return CallSettings(
        max_connections=flags["max_connections"],
        max_retries=flags["max_retries"],
        timeout=flags["timeout"],
    )


def _suite_name(flags: dict[str, Any]) -> str:
    if flags["suite"] and flags["tasks"]:
        raise DeclarationError("give a SUITE or --tasks, not both")
    name: str | None = flags["suite"] or flags["tasks"]
    if not name:
        raise DeclarationError("nothing to run. Try: statera run starter --model embedded")
    return name


def _priced(expected: Forecast, model: Model) -> Forecast:
    if expected.completion_tokens is None:
        return expected
    tokens = (expected.prompt_tokens, expected.completion_tokens)
    return replace(expected, cost=price_list(model).estimate(*tokens))


def _print_plan(plan: Plan, expected: Forecast, *, to_stderr: bool) -> None:
    for task, samples, epochs in zip(plan.tasks, plan.samples, plan.epochs, strict=True):
        if not samples:
            continue
        mode, times = task.options.mode, f" x {epochs} epochs" if epochs > 1 else ""
        click.echo(f"{task.name}: {len(samples)} samples{times}, {mode}", err=True)
    for name in repeats_at_zero(plan):
        click.echo(f"warning: {name}: {SAME_DRAW}", err=True)
    if plan.note:
        click.echo(plan.note, err=True)
    click.echo(str(expected), err=to_stderr)


def _print_sources(ctx: click.Context, flags: dict[str, Any]) -> None:
    for name, source in sources(ctx).items():
        value = flags.get(name)
        if value not in (None, (), ""):
            value = json.dumps(printable(value), default=str)
            click.echo(f"  {name} = {value} ({source})", err=True)


def printable(value: Any) -> Any:
    """Return a flag's value; of a URL, what holds no user, password or query."""
    if not isinstance(value, str) or "://" not in value:
        return value
    url, mark, name = value.partition("#")
    try:
        return read_address(url).base + mark + name
    except DeclarationError:
        return "not a valid URL"


def _print_next(run: Run) -> None:
    name, outcome = run.info.id[:8], telling(run.store.counts(run.info.id).outcomes)
    scorers = run.info.environment.get("scorers", {}).values()
    waits = any(of_task and of_task[0].get("type") == KEPT for of_task in scorers)
    grade = f"statera score {name} --judge FILE|NAME --judge-model MODEL"
    following = grade if waits else f"statera show {name} --outcome {outcome}"
    click.echo(f"\nrun {name} is kept. Next: {following} · statera export {name} -o trials.jsonl")
