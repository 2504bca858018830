"""Say why a run moved against its base: causes, places, samples, and what to run next."""

import asyncio
from collections.abc import Sequence
from typing import Any, get_args

import click
import numpy as np

from statera.api.comparisons import compare
from statera.api.probing import BY_HAND, probe_async
from statera.api.stored import Run
from statera.api.traffic import Split, diagnose_runs, is_traffic, moment_of
from statera.cli.diagnosing import document, print_diagnosis, print_restorations
from statera.cli.flags import allow_flag, json_flag, seed_flag, store_flag
from statera.cli.settings import Flag, Lines
from statera.cli.trafficdiagnosis import document as traffic_document
from statera.cli.trafficdiagnosis import print_traffic
from statera.codec.files import to_json
from statera.diagnosis.diagnosis import Diagnosis, diagnose
from statera.diagnosis.probes import Name, Probe
from statera.diagnosis.restoration import Restoration
from statera.diagnosis.scopes import Terms
from statera.diagnosis.traffic import TrafficTerms
from statera.errors import DeclarationError
from statera.models.opening import open_model
from statera.records.requests import Chat, Complete
from statera.store.runstore import RunStore

ANY = "next"

_PARTS = {
    "unsafe": "Items where a refusal is the goal, not a loss.",
    "public": "Items that a model may have seen; with --held-out.",
    "held_out": "Items of the same kind that it cannot have seen.",
}


def _parts(function: Any) -> Any:
    for name, told in reversed(_PARTS.items()):
        function = click.option(
            f"--{name.replace('_', '-')}",
            cls=Flag,
            type=Lines(),
            multiple=True,
            metavar="TASK[/CATEGORY]",
            help=told,
        )(function)
    return function


_TRAFFIC = (
    click.option(
        "--before", cls=Flag, metavar="DATE", help="Of traffic: the requests before it are base."
    ),
    click.option(
        "--after", cls=Flag, metavar="DATE", help="Of traffic: those from it on are the candidate."
    ),
    click.option(
        "--by",
        nargs=3,
        metavar="FIELD BASE CANDIDATE",
        help="Of traffic: two values of `version`, `model` or a segment.",
    ),
    click.option(
        "--segment",
        cls=Flag,
        type=Lines(),
        multiple=True,
        metavar="NAME",
        help="Of traffic: adjust the mix for this segment (all that were declared).",
    ),
)


def _traffic(function: Any) -> Any:
    for option in reversed(_TRAFFIC):
        function = option(function)
    return function


@click.command()
@click.argument("run")
@click.argument("base", required=False)
@_traffic
@_parts
@click.option(
    "--safety",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="CATEGORY",
    help="A category whose losses are safety findings.",
)
@click.option(
    "--margin",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=Terms().margin,
    show_default=True,
    help="How far a share may move and still be called the same.",
)
@click.option(
    "--alpha",
    cls=Flag,
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    default=Terms().alpha,
    show_default=True,
    help="Chance of any false alarm, and of a false 'same'.",
)
@allow_flag
@seed_flag
@click.option(
    "--probe",
    cls=Flag,
    is_flag=False,
    flag_value=ANY,
    type=click.Choice([ANY, *get_args(Name)]),
    help="Run what is suggested next (the first, or the one named), and say what remains.",
)
@click.option(
    "--model", "-m", cls=Flag, metavar="MODEL", help="The run's model, for a probe that asks it."
)
@click.option("--base-url", cls=Flag, metavar="URL", help="Endpoint for a bare model NAME.")
@store_flag
@json_flag
def command(run: str, base: str | None, **flags: Any) -> None:
    """Say why RUN moved against BASE (ids, unique prefixes or tags).

    Accuracy is split exactly into finishing, answering, being readable and being right. A cause is
    named only if all that must be the same is shown to be the same; else it is undetermined, with
    the number of items that it would take.

    Live traffic shares no items: there RUN alone is enough, with --before and --after or --by. It
    is brought to one mix of its segments, and its users are the units.

    Examples:

      statera diagnose candidate released

      statera diagnose candidate released --unsafe red_team --probe

      statera diagnose traffic --before 2026-03-01 --after 2026-03-01 --segment country
    """
    store = RunStore(flags["store"])
    first = Run(store, store.find(run))
    if base is None or is_traffic(first):
        _diagnose_traffic(store, first, base, flags)
        return
    candidate, other = first, Run(store, store.find(base))
    if stated := [name for name in ("before", "after", "by", "segment") if flags[name]]:
        raise DeclarationError(f"--{stated[0]} is for live traffic, and {run} is none")
    if candidate.info.id == other.info.id:
        raise DeclarationError(f"RUN and BASE are the same run, {candidate.info.id[:8]}")
    compared = compare(candidate, other, seed=flags["seed"], allow=flags["allow"])
    tasks = [pairing.task for pairing in compared.pairings]
    found = diagnose(
        compared,
        terms=_terms(flags),
        samples={task: list(store.samples(candidate.info.id, task)) for task in tasks},
        limits={task: limit for task in tasks if (limit := longest(candidate, task))},
        rng=np.random.default_rng(flags["seed"]),
    )
    if not flags["as_json"]:
        print_diagnosis(found, compared)
    wanted = _wanted(found, flags)
    restored = [asyncio.run(_run(probe, candidate, flags)) for probe in wanted]
    if flags["as_json"]:
        click.echo(to_json(document(found, restored)))
    else:
        print_restorations(restored)


def _diagnose_traffic(store: RunStore, run: Run, base: str | None, flags: dict[str, Any]) -> None:
    """Diagnose unpaired traffic of one run, or of two."""
    if not is_traffic(run):
        raise DeclarationError(f"name BASE too: run {run.info.id[:8]} is no live traffic")
    split = Split(_moment(flags, "before"), _moment(flags, "after"), flags["by"] or None)
    runs = [run] if base is None else [run, Run(store, store.find(base))]
    if len(runs) > 1 and split != Split():
        raise DeclarationError("two runs are the two sides: leave out --before, --after and --by")
    terms = TrafficTerms(
        margin=flags["margin"], alpha=flags["alpha"], segments=flags["segment"] or None
    )
    found = diagnose_runs(runs, split, terms)
    names = _sides(runs, split, flags)
    if flags["as_json"]:
        click.echo(to_json(traffic_document(found, names)))
    else:
        print_traffic(found, names)


def _moment(flags: dict[str, Any], name: str) -> float | None:
    return None if flags[name] is None else moment_of(flags[name], f"--{name}")


def _sides(runs: Sequence[Run], split: Split, flags: dict[str, Any]) -> tuple[str, str]:
    """Return what base and candidate are, in words."""
    if len(runs) > 1:
        return f"run {runs[1].info.id[:8]}", f"run {runs[0].info.id[:8]}"
    if split.by is not None:
        field, base, candidate = split.by
        return f"{field} {base}", f"{field} {candidate}"
    before, after = flags["before"] or flags["after"], flags["after"] or flags["before"]
    return f"until {before}", f"from {after} on"


def _terms(flags: dict[str, Any]) -> Terms:
    names = ("margin", "alpha", "safety", *_PARTS)
    return Terms(**{name: flags[name] for name in names})


def longest(run: Run, task: str) -> int | None:
    """Return how many tokens a reply of the task could have, as its first trial was asked."""
    stored = next(run.store.trials(run.info.id, task=task, limit=1), None)
    requests = [] if stored is None else [e.request for e in stored.trial.exchanges]
    limits = [r.sampling.max_tokens for r in requests if isinstance(r, Chat | Complete)]
    return limits[-1] if limits else None


def _wanted(found: Diagnosis, flags: dict[str, Any]) -> Sequence[Probe]:
    """Return the probe that was asked for, if any."""
    if flags["probe"] is None:
        return ()
    return (chosen(found, flags["probe"], has_model=flags["model"] is not None),)


def chosen(found: Diagnosis, name: str, *, has_model: bool) -> Probe:
    """Return the probe of that name, or the first that can be run; DeclarationError without one."""
    fit = [p for p in found.probes if name in (ANY, p.name) and p.samples and p.name not in BY_HAND]
    ready = [p for p in fit if has_model or not p.asks]
    if ready:
        return ready[0]
    if fit:
        raise DeclarationError(f"--probe: '{fit[0].name}' asks the model: name it (--model)")
    named = ", ".join(p.name for p in found.probes) or "none"
    raise DeclarationError(f"--probe: none of that kind can be run here. Suggested: {named}")


async def _run(wanted: Probe, candidate: Run, flags: dict[str, Any]) -> Restoration:
    if not wanted.asks:
        return await probe_async(wanted, candidate)
    model = open_model(flags["model"], base_url=flags["base_url"])
    try:
        return await probe_async(wanted, candidate, model=model)
    finally:
        await model.close()
