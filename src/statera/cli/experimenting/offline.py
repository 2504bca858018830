"""Estimate from logged data what a policy that was not run would have earned."""

from contextlib import closing
from pathlib import Path

import click
import msgspec

from statera.analysis.experiments.offline import OfflineView
from statera.api.livereading import live_units
from statera.api.offlinepolicies import offline_of_log, offline_of_units
from statera.cli.columns import Column, Line, print_table
from statera.cli.flags import json_flag, live_flag
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import read_text, to_json
from statera.errors import DeclarationError, unknown
from statera.experiment.opened import registered_design
from statera.experiment.policies import TargetPolicy, read_target
from statera.interop.loggedchoices import read_choices
from statera.models.clock import SystemClock
from statera.report.numbers import change, share, span
from statera.stats.results import Estimate
from statera.store.live.opening import open_live

SCHEMA = 1
_COLUMNS = (
    Column("estimate", name=True),
    Column("value"),
    Column("95 % interval", left=True),
    Column("how", 1, left=True),
)
_HOW = {
    "ips": "inverse propensity; right where propensities are",
    "snips": "the same, normalised; steadier, nearly unbiased",
    "dr": "doubly robust; right where propensities or the reward model are",
}


@click.command("offline")
@click.argument("log", metavar="LOG.jsonl|EXPERIMENT")
@click.option("--policy", cls=Flag, metavar="FILE", help="The policy that was not run; YAML.")
@live_flag
@json_flag
def command(log: str, policy: str | None, live: str, as_json: bool) -> None:
    """Judge a policy that was not run by what was logged: IPS, SNIPS and doubly robust.

    LOG.jsonl has a choice a line: action, propensity, reward, and perhaps unit, context, target.
    Instead of a file, the name of an experiment reads its exposures, with the declared segments as
    context and the primary outcome as reward. Warnings say where the log does not overlap.

    \b
    policy: warm_on_mobile
    choose:
      - {when: {device: mobile}, arm: warm}
      - {arm: base}
    """
    target = read_target(read_text(Path(policy)), source=policy) if policy else None
    view = _of_file(log, policy, target) if _is_file(log) else _of_store(log, policy, target, live)
    if as_json:
        click.echo(to_json({"schema": SCHEMA, **msgspec.to_builtins(view)}))
        return
    _print(view)


def _is_file(log: str) -> bool:
    return Path(log).exists() or log.endswith(".jsonl")


def _of_file(log: str, policy: str | None, target: TargetPolicy | None) -> OfflineView:
    choices = read_choices(read_text(Path(log)).splitlines(), source=log)
    return offline_of_log(choices, target, source=policy or log)


def _of_store(name: str, policy: str | None, target: TargetPolicy | None, live: str) -> OfflineView:
    if target is None or policy is None:
        raise DeclarationError(f"{name}: name a --policy FILE that says what would be chosen")
    with closing(open_live(live, make=False)) as store:
        registered = store.designs(name)
        if not registered:
            raise unknown("experiment", name, store.names())
        design = registered_design(registered[-1].text, name)
        units, now = live_units(store, design)[0], SystemClock().now()
        return offline_of_units(design, units, target, now=now, source=policy)


def _print(view: OfflineView) -> None:
    out = console()
    rows = [Line(("logged", share(view.logged.value), _span(view.logged), "the log's own mean"))]
    rows += [
        Line((name, share(found.value), _span(found), _HOW[name]))
        for name, found in view.values.items()
    ]
    rows += [
        Line((f"{name} - logged", change(found.value), _span(found, signed=True), ""))
        for name, found in view.gains.items()
    ]
    say(out, f"policy {plain(view.policy)} on {view.rows:,} logged rows", "bold")
    print_table(out, _COLUMNS, rows)
    chosen = ", ".join(
        f"{plain(name)} {part:.0%} (log {view.taken[name]:.0%})"
        for name, part in view.shares.items()
    )
    say(out, f"it would choose {chosen}", "dim")
    say(out, f"the weighted rows are worth {view.effective:,.0f}", "dim")
    for warning in view.warnings:
        say(out, f"[yellow]warning[/] {plain(warning)}")


def _span(found: Estimate, *, signed: bool = False) -> str:
    return span(found.low, found.high, signed=signed) or f"none: {found.method}"
