"""Running a suite from Python: what `st.run` does, and what the command line is made of.

import statera as st

store = st.RunStore(".statera")
run = st.run(st.Suite.load("starter"), st.model(my_function), store=store, epochs=4)
print(run["starter_knowledge/accuracy"])
"""

import asyncio
import warnings
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Annotated, Any, Literal

import msgspec

from statera.api.stored import Run
from statera.codec.strict import convert
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.models.configured import price_list, stated_body, stated_sampling
from statera.models.determinism import DETERMINISM, determinism
from statera.models.modelfile import StatedSampling
from statera.models.opening import check
from statera.protocols import Model, Stopper, Tools
from statera.records.contents import Content
from statera.records.responses import Capabilities
from statera.records.specs import Api, Mode, SystemUnderTest
from statera.runner.execution import Limits, Services, execute
from statera.runner.plan import Extent, Plan, make_plan, repeats_at_zero
from statera.runner.selection import check_known
from statera.runner.tally import Tally
from statera.sandbox.choice import choose_sandbox
from statera.store.runstore import RunStore
from statera.tasks.data import DataFolder
from statera.tasks.suite import Suite
from statera.tasks.task import Task, TaskDefinition, TaskOptions

SAME_DRAW = "repeats at temperature 0 are the same draw; what differs is the endpoint's own noise"


CONNECTIONS = 64


def workers_for(connections: int) -> int:
    """Return how many trials to work on at once: a quarter more than there are connections."""
    return connections + max(1, connections // 4)


class RunOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a suite is run. What is None is left to the task.

    `limit` counts samples a task, a seeded subset that is the same for every model; `budget` names
    one of the suite's own (`small`), which limits each task, where `limit` does not. `sampling`
    holds overrides (temperature, top_p, max_tokens, stop). `only` names samples by task. `workers`
    is how many trials are worked on at once, some more than the model's connections so that a
    question is ready when one is free. `max_cost` is in US dollars; `fail_share` in [0, 1] is the
    error budget. `nonce` sets a run apart from an earlier one. `until` is the file of a gate that
    ends the run as soon as it is decided; `base` names the baseline of its rules in the store.
    `content` is the form in which the texts of sensitive tasks are kept. `probe` is how many
    identical calls at temperature 0 are made first, at least 2, beyond `max_requests` and
    `max_cost`: whether they got the same reply is kept with the run.
    """

    mode: Literal["auto", "generate", "loglikelihood"] = "auto"
    api: Api = "chat"
    num_fewshot: Annotated[int, msgspec.Meta(ge=0)] | None = None
    system_message: str | None = None
    sampling: dict[str, Any] = {}
    limit: Annotated[int, msgspec.Meta(ge=1)] | None = None
    budget: str = ""
    sample_ids: tuple[str, ...] = ()
    only: dict[str, tuple[str, ...]] | None = None
    tag: str | None = None
    nonce: str = ""
    data: str | None = None
    workers: Annotated[int, msgspec.Meta(ge=1)] = workers_for(CONNECTIONS)
    max_cost: Annotated[float, msgspec.Meta(gt=0)] | None = None
    max_requests: Annotated[int, msgspec.Meta(ge=1)] | None = None
    fail_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    until: str | None = None
    base: str | None = None
    content: Content = "full"
    probe: Annotated[int, msgspec.Meta(ge=2)] | None = None


def run(
    suite: Suite,
    model: Model,
    *,
    store: RunStore,
    epochs: int | None = None,
    seed: int = 0,
    options: RunOptions | None = None,
) -> Run:
    """Run the suite to its end and return the stored run; the same call again resumes.

    Outside an event loop only; inside one, await `run_async`. Raises DeclarationError for what is
    declared wrong, RunStopped or EndpointError for a run that ended early (all kept).
    """
    return asyncio.run(
        run_async(suite, model, store=store, epochs=epochs, seed=seed, options=options)
    )


def content_for(plan: Plan, options: RunOptions) -> Content:
    """Return in which form texts are kept; DeclarationError where that is of no task of the plan.

    Nobody is to think that texts are hashed which are not.
    """
    if options.content != "full" and not any(task.sensitive for task in plan.tasks):
        raise DeclarationError(
            f"--content {options.content}: {plan.spec.suite} has no sensitive task (harm, "
            "harmbench, …): its texts would be kept as they are"
        )
    return options.content


async def run_async(
    suite: Suite,
    model: Model,
    *,
    store: RunStore,
    epochs: int | None = None,
    seed: int = 0,
    options: RunOptions | None = None,
) -> Run:
    """Do what `run` does, inside an event loop."""
    options = options or RunOptions()
    plan = await plan_run(suite, model, options, epochs=epochs, seed=seed)
    if same := repeats_at_zero(plan):
        warnings.warn(f"{', '.join(same)}: {SAME_DRAW}", stacklevel=2)
    plan = await probed(plan, model, options)
    services = Services(
        store=store,
        clock=SystemClock(),
        tools=tools_for(plan),
        tag=options.tag,
        stopper=stopper_for(plan, options, store),
        content=content_for(plan, options),
    )
    info = await execute(plan, model, services, limits(options), Tally())
    return Run(store, info)


async def probed(plan: Plan, model: Model, options: RunOptions) -> Plan:
    """Return the plan with what identical calls came to, where the options ask for them.

    They are made through the API that the plan's tasks use; see `models.determinism`.
    """
    if options.probe is None:
        return plan
    found = await determinism(model, options.probe, api=options.api)
    return replace(plan, examined={**plan.examined, DETERMINISM: msgspec.to_builtins(found)})


def stopper_for(plan: Plan, options: RunOptions, store: RunStore) -> Stopper | None:
    """Return what stops the run early; DeclarationError for what the options say wrong.

    Gates are loaded here, when one is needed: they would add 0.2 s to the start of every run.
    """
    if options.until is None:
        return None
    stopping = import_module("statera.api.stopping")
    base = None if options.base is None else store.find(options.base)
    with stopping.naming(options.until):
        stopper: Stopper = stopping.gate_stopper(
            stopping.read_policy(options.until), plan, store, base=base
        )
    return stopper


def limits(options: RunOptions) -> Limits:
    """Return the part of the options that says when to stop."""
    return Limits(
        workers=options.workers,
        max_cost=options.max_cost,
        max_requests=options.max_requests,
        fail_share=options.fail_share,
    )


async def plan_run(
    suite: Suite, model: Model, options: RunOptions, *, epochs: int | None, seed: int
) -> Plan:
    """Load the suite's tasks in the mode that fits the endpoint, and plan the run.

    Everything that is declared wrong is told before the endpoint is asked anything.
    """
    _check(options, model, epochs)
    suite.limits(options.budget)
    data = DataFolder.at(options.data)
    wanted = [_wanted(definition, options) for definition in suite.definitions]
    tasks = _load(suite, wanted, options, data, seed)
    check_known(options.sample_ids, (s.id for task in tasks for s in task.samples))
    await check(model)
    modes, note = await choose_modes(suite.definitions, model, options)
    if modes != wanted:
        tasks = _load(suite, modes, options, data, seed)
    system = SystemUnderTest(
        model=model.identity,
        system_message=options.system_message,
        sampling=stated_sampling(model) | options.sampling,
        body=stated_body(model),
    )
    extent = Extent(
        limit=options.limit,
        limits={} if options.limit else suite.limits(options.budget),
        epochs=epochs,
        sample_ids=options.sample_ids,
        only=options.only,
    )
    plan = make_plan(suite.name, tasks, system, extent, seed=seed, nonce=options.nonce)
    asked: dict[str, Any] = {
        "suite": suite.text or suite.name,
        "tasks": suite.sources,
        "data": options.data,
    }
    if options.budget and not options.limit:
        asked["budget"] = options.budget
    return replace(plan, note=note, asked=asked)


def _check(options: RunOptions, model: Model, epochs: int | None) -> None:
    """Raise DeclarationError for options that Python code, unlike a file, can state wrong."""
    convert(msgspec.to_builtins(options), RunOptions, source="options")
    convert(options.sampling, StatedSampling, source="options: sampling")
    if epochs is not None and epochs < 1:
        raise DeclarationError(f"epochs: {epochs} is below 1")
    if options.base is not None and options.until is None:
        raise DeclarationError("--base is the baseline of a gate: it goes with --until GATE.yaml")
    if options.max_cost is not None and not price_list(model).known:
        price = f"the price of {model.identity} is not known"
        raise DeclarationError(f"--max-cost: {price}; state `prices` in a model file")


def _load(
    suite: Suite, modes: Sequence[Mode], options: RunOptions, data: DataFolder, seed: int
) -> list[Task]:
    tasks = []
    for definition, mode in zip(suite.definitions, modes, strict=True):
        how = TaskOptions(mode=mode, api=options.api, num_fewshot=options.num_fewshot, seed=seed)
        tasks.append(definition.load(how, data))
    return tasks


async def choose_modes(
    definitions: Sequence[TaskDefinition], model: Model, options: RunOptions
) -> tuple[list[Mode], str]:
    """Return each task's mode, and why the endpoint got another than the task prefers (or "").

    It is the mode asked for, or the first of the task's own that the model can do.
    """
    wanted = [_wanted(definition, options) for definition in definitions]
    if "loglikelihood" not in wanted:
        return wanted, ""
    if options.system_message is not None:
        reason = "a system message has no place in log-likelihood mode"
    else:
        found: Capabilities = await model.capabilities()
        if found.likelihood:
            return wanted, ""
        reason = found.likelihood_reason or "the model gives no log-likelihoods"
    if options.mode == "loglikelihood":
        raise DeclarationError(f"--mode loglikelihood: {reason}. Allowed: generate, auto")
    modes = [_fallback(definition, reason) for definition in definitions]
    return modes, f"generation mode: {reason}"


def _wanted(definition: TaskDefinition, options: RunOptions) -> Mode:
    """Return the mode asked for, or the task's preferred one; DeclarationError if it has none."""
    if options.mode == "auto":
        return definition.modes[0]
    mode: Mode = "loglikelihood" if options.mode == "loglikelihood" else "generate"
    if mode not in definition.modes:
        have = ", ".join(definition.modes)
        raise DeclarationError(
            f"task {definition.name} has no mode '{mode}'. Allowed: auto, {have}"
        )
    if mode == "loglikelihood" and options.system_message is not None:
        raise DeclarationError(
            "--system-message has no place in log-likelihood mode. Allowed: --mode generate"
        )
    return mode


def _fallback(definition: TaskDefinition, reason: str) -> Mode:
    if "generate" not in definition.modes:
        raise DeclarationError(f"task {definition.name} needs log-likelihoods: {reason}")
    return "generate"


def tools_for(plan: Plan) -> Tools:
    """Return what the plan's graders need; SandboxUnavailable when it cannot be had here."""
    graders = [s for task in plan.tasks for s in task.scorers if hasattr(s, "grade")]
    return Tools(sandbox=choose_sandbox() if graders else None)
