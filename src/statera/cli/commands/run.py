"""Ask a model every question of a suite, and keep every trial."""

import asyncio
import json
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import click
import uvloop

from statera.api import Run, RunOptions, limits, plan_run, tools_for
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
from statera.cli.settings import Flag, sources
from statera.errors import DeclarationError, Interrupted, StateraError
from statera.interop.writing import writer
from statera.models.clock import SystemClock
from statera.models.configured import price_list
from statera.models.modelfile import CallSettings
from statera.models.opening import open_model
from statera.protocols import Model
from statera.records.specs import RunInfo
from statera.runner.execution import Services, execute
from statera.runner.forecast import Forecast, forecast
from statera.runner.plan import Plan
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.tasks.suite import Suite

_WHAT = (
    click.argument("suite", required=False),
    click.option(
        "--tasks",
        "-t",
        cls=Flag,
        metavar="A,B",
        help="Tasks by name, instead of a suite (see `statera tasks`).",
    ),
    click.option(
        "--mode",
        cls=Flag,
        type=click.Choice(["auto", "generate", "loglikelihood"]),
        default="auto",
        show_default=True,
        help="auto probes the endpoint and says what it chose.",
    ),
    click.option(
        "--api",
        cls=Flag,
        type=click.Choice(["chat", "completions"]),
        default="chat",
        show_default=True,
        help="Which endpoint generation goes through.",
    ),
    click.option("--num-fewshot", cls=Flag, type=click.IntRange(0), help="Examples in the prompt."),
    click.option(
        "--system-message", cls=Flag, metavar="TEXT|@FILE", help="Goes before every chat."
    ),
)
_HOW_MUCH = (
    click.option(
        "--limit",
        cls=Flag,
        type=click.IntRange(1),
        help="Samples a task: a seeded subset, stratified by category, the same for every model.",
    ),
    click.option(
        "--epochs", "--repeat", cls=Flag, type=click.IntRange(1), help="Times each is asked."
    ),
    click.option(
        "--sample-id", cls=Flag, multiple=True, metavar="ID|@FILE", help="Only these samples."
    ),
    click.option(
        "--filter-failing", cls=Flag, metavar="RUN", help="Only samples not right in that run."
    ),
    click.option(
        "--seed",
        cls=Flag,
        type=int,
        default=0,
        show_default=True,
        help="Of the subset and of every request.",
    ),
    click.option("--tag", cls=Flag, help="A name for the run."),
    click.option("--fresh", is_flag=True, help="A new run, even if the same one exists."),
)
_SAMPLING = (
    click.option("--temperature", cls=Flag, type=click.FloatRange(0), help="Default: 0."),
    click.option("--top-p", cls=Flag, type=click.FloatRange(0, 1), help="Nucleus sampling."),
    click.option(
        "--max-tokens", cls=Flag, type=click.IntRange(1), help="Longest reply; default by task."
    ),
)
_BOUNDS = (
    click.option(
        "--max-cost",
        cls=Flag,
        type=click.FloatRange(0, min_open=True),
        metavar="USD",
        help="Stop when this is spent.",
    ),
    click.option(
        "--max-requests", cls=Flag, type=click.IntRange(1), help="Stop after as many requests."
    ),
    click.option(
        "--fail-on-error",
        cls=Flag,
        type=click.FloatRange(0, 1),
        default=0.5,
        show_default=True,
        metavar="SHARE",
        help="Stop when more of the recent trials than this get no answer.",
    ),
)
_OUTPUT = (
    click.option(
        "--output",
        "-o",
        multiple=True,
        type=click.Path(path_type=Path),
        help="Also write the trials; the extension says how (.jsonl, .csv, .json).",
    ),
    click.option("--estimate", is_flag=True, help="Print requests, tokens and cost; ask nothing."),
    click.option("--quiet", "-q", is_flag=True, help="No progress."),
    click.option("--verbose", "-v", is_flag=True, help="Show each flag's value and its source."),
)


def _flags(function: Any) -> Any:
    for option in reversed(_WHAT + _HOW_MUCH + _SAMPLING + _BOUNDS + _OUTPUT):
        function = option(function)
    return function


@click.command()
@_flags
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
    store = RunStore(flags["store"])
    options = read_options(flags, store)
    suite = Suite.load(_suite_name(flags))
    view = View(flags["as_json"], flags["quiet"], flags["estimate"])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        info = runner.run(_run(suite, options, flags, store, view))
    if info is None:
        return
    run = Run(store, info)
    for path in flags["output"]:
        export(run, path)
    show_metrics(run, as_json=view.as_json)
    if not view.as_json:
        _print_next(info)


class View(NamedTuple):
    """What a person or a script wants to see of a run."""

    as_json: bool = False
    quiet: bool = False
    estimate: bool = False


async def _run(
    suite: Suite, options: RunOptions, flags: dict[str, Any], store: RunStore, view: View
) -> RunInfo | None:
    settings = call_settings(flags)
    model = open_model(flags["model"], settings=settings, base_url=flags["base_url"])
    try:
        plan = await plan_run(suite, model, options, epochs=flags["epochs"], seed=flags["seed"])
        return await run_plan(plan, model, options, store, view)
    finally:
        await model.close()


async def run_plan(
    plan: Plan, model: Model, options: RunOptions, store: RunStore, view: View
) -> RunInfo | None:
    """Say what will be asked, ask it with a progress line, and return the run.

    None when only the estimate was wanted.
    """
    if not view.as_json or view.estimate:
        _print_plan(plan, _priced(forecast(plan), model), to_stderr=not view.estimate)
    if view.estimate:
        return None
    clock, tally = SystemClock(), Tally()
    progress = Progress(tally, clock, quiet=view.quiet)
    services = Services(store=store, clock=clock, tools=tools_for(plan), tag=options.tag)
    progress.start()
    try:
        return await execute(plan, model, services, limits(options), tally)
    except asyncio.CancelledError:
        raise Interrupted(_resumable("interrupted", tally)) from None
    except StateraError as error:
        raise type(error)(_resumable(str(error), tally)) from None
    finally:
        progress.stop()


def _resumable(reason: str, tally: Tally) -> str:
    kept = f"{tally.done} of {tally.total} trials are kept"
    return f"{reason}. {kept}; the same command resumes."


def read_options(flags: dict[str, Any], store: RunStore) -> RunOptions:
    """Return what the flags say about how the suite is run."""
    named = {"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_tokens"}
    sampling = {key: flags[name] for name, key in named.items() if flags[name] is not None}
    ids = names_or_files(flags["sample_id"])
    if flags["filter_failing"]:
        ids += failing(store, flags["filter_failing"])
    return RunOptions(
        mode=flags["mode"],
        api=flags["api"],
        num_fewshot=flags["num_fewshot"],
        system_message=text_or_file(flags["system_message"]),
        sampling=sampling,
        limit=flags["limit"],
        sample_ids=ids,
        tag=flags["tag"],
        nonce=secrets.token_hex(8) if flags["fresh"] else "",
        data=flags["data"],
        workers=flags["max_connections"] or RunOptions().workers,
        max_cost=flags["max_cost"],
        max_requests=flags["max_requests"],
        fail_share=flags["fail_on_error"],
    )


def failing(store: RunStore, name: str) -> tuple[str, ...]:
    """Return the ids of the samples that were not right in every epoch of a run."""
    info = store.find(name)
    stored = store.trials(info.id)
    found = {s.sample.id: None for s in stored if s.scores and s.scores[0].outcome != "right"}
    if not found:
        raise DeclarationError(f"--filter-failing: every sample of run {info.id[:8]} is right")
    return tuple(found)


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
        mode, times = task.options.mode, f" x {epochs} epochs" if epochs > 1 else ""
        click.echo(f"{task.name}: {len(samples)} samples{times}, {mode}", err=True)
        if epochs > 1 and mode == "generate" and not plan.spec.system.sampling.get("temperature"):
            click.echo(
                f"warning: {epochs} epochs at temperature 0 repeat the same draw; "
                "what differs is the endpoint's own noise",
                err=True,
            )
    if plan.note:
        click.echo(plan.note, err=True)
    click.echo(str(expected), err=to_stderr)


def _print_sources(ctx: click.Context, flags: dict[str, Any]) -> None:
    for name, source in sources(ctx).items():
        value = flags.get(name)
        if value not in (None, (), ""):
            click.echo(f"  {name} = {json.dumps(value, default=str)} ({source})", err=True)


def _print_next(info: RunInfo) -> None:
    name = info.id[:8]
    click.echo(
        f"\nrun {name} is kept. Next: statera show {name} --outcome wrong"
        f" · statera export {name} -o trials.jsonl"
    )
