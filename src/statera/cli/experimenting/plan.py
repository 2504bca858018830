"""Say before an experiment how many units it needs, for how many days, and what they show."""

from pathlib import Path
from typing import Any

import click
import msgspec

from statera.api.experimentpast import Past, read_past, stated
from statera.api.experimentplans import ExperimentPlan, Need, Watch, planned
from statera.cli.columns import Column, print_told
from statera.cli.flags import json_flag
from statera.cli.settings import Flag, Lines
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.errors import DeclarationError, unknown
from statera.experiment.design import Design
from statera.experiment.opened import open_design

_NEEDS = (
    Column("analysis", name=True),
    Column("units in all"),
    Column("by arm", 1, left=True, below=True),
    Column("days"),
    Column("until shown, on average", 2),
    Column("power when planned", 1),
    Column("detectable when planned", 1),
)
_WATCHED = (
    Column("guardrail", name=True),
    Column("margin"),
    Column("base", 1),
    Column("units in all"),
    Column("days"),
    Column("not worse: power", 1, left=True, below=True),
)
_SHORT = {"confidence-sequence": "sequence", "group-sequential": "group"}


@click.command("plan")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--rate", cls=Flag, type=float, help="The base's rate in the primary outcome.")
@click.option("--mean", cls=Flag, type=float, help="The base's mean, where it is no share.")
@click.option("--sd", cls=Flag, type=float, help="Standard deviation of a unit around it.")
@click.option(
    "--reporting",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Share of units that report the primary outcome at all.",
)
@click.option(
    "--history",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Past units, a column an outcome; with a column `unit`, a row a report.",
)
@click.option(
    "--value",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="OUTCOME=RATE",
    help="The base's rate in a guardrail, or OUTCOME=MEAN:SD. May be given again.",
)
@click.option(
    "--per-day",
    cls=Flag,
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="New units a day, of all traffic.",
)
@json_flag
def command(file: Path, **flags: Any) -> None:
    """Plan the design in FILE: units by arm and in all, days, and what can be detected.

    \b
    statera experiment plan tone.yaml --rate 0.4 --value complaint=0.03 --per-day 2000
    statera experiment plan tone.yaml --history past.csv --per-day 2000

    Both analyses stand side by side: a confidence sequence may be looked at whenever one likes, a
    group-sequential design decides at its looks only, and needs fewer units. Days count until the
    last unit's outcome is known. A pass needs the primary outcome better and no guardrail worse.
    """
    design = open_design(file).design
    past = _past(design, flags)
    try:
        found = planned(design, past, per_day=flags["per_day"])
    except DeclarationError as error:
        raise DeclarationError(f"{file}: {error}") from None
    if flags["as_json"]:
        click.echo(to_json({"schema": 1, **msgspec.to_builtins(found)}))
    else:
        _print(found, design)


def _past(design: Design, flags: dict[str, Any]) -> dict[str, Past]:
    """Return what the flags say of the outcomes; the primary one is among them."""
    path, name = flags["history"], design.primary.outcome
    found = {} if path is None else read_past(path, design)
    value = flags["rate"] if flags["mean"] is None else flags["mean"]
    if [path, flags["rate"], flags["mean"]].count(None) != 2:
        raise DeclarationError(
            f"say once how '{name}' is today: --rate R, --mean M --sd S, or --history FILE.csv"
        )
    if (flags["sd"] is None) != (flags["mean"] is None):
        raise DeclarationError("--mean and --sd go together")
    if value is not None:
        found[name] = stated(
            design, name, value=value, sd=flags["sd"], reporting=flags["reporting"]
        )
    return found | {one.outcome: one for one in map(_valued(design), flags["value"])}


def _valued(design: Design) -> Any:
    """Return what reads `OUTCOME=RATE` and `OUTCOME=MEAN:SD`."""

    def read(text: str) -> Past:
        name, _, said = text.partition("=")
        if name not in design.read:
            raise DeclarationError(
                f"--value: {unknown('outcome of the design', name, design.read)}"
            )
        numbers = said.split(":")
        try:
            value, *rest = [float(number) for number in numbers]
            sd = rest.pop() if rest else None
        except ValueError:
            told = "is not like complaint=0.03 or latency=1.2:0.8"
            raise DeclarationError(f"--value: '{text}' {told}") from None
        if rest:
            raise DeclarationError(f"--value: '{text}' has more than a mean and a deviation")
        return stated(design, name, value=value, sd=sd)

    return read


def _print(found: ExperimentPlan, design: Design) -> None:
    out = console()
    known = found.primary
    source = "as stated" if known.units is None else f"of {known.units:,} past units"
    say(
        out,
        f"[bold]{plain(found.experiment)}[/] · {known.outcome} {known.value:.4g} {source} · "
        f"to show {found.minimum:g} with power {100 * found.power:g} %, alpha {found.alpha:g}",
    )
    rows = [_need(need, own=need.analysis == design.analysis) for need in found.needs]
    print_told(out, _NEEDS, rows)
    if found.guardrails:
        click.echo()
        print_told(out, _WATCHED, [_watch(one) for one in found.guardrails])
    for line in (*_advice(found, design), *found.notes):
        say(out, plain(line), "dim")


def _need(need: Need, *, own: bool) -> list[str]:
    name = f"{need.analysis}{' (of the design)' if own else ''}"
    units = "no number" if need.units is None else f"{need.units:,}"
    return [
        name,
        units,
        ", ".join(f"{arm} {number:,}" for arm, number in need.arms.items()),
        _days(need.days),
        "" if need.expected is None else f"{need.expected:,}",
        "" if need.power is None else f"{100 * need.power:.0f} %",
        "" if need.detectable is None else f"{need.detectable:.3g}",
    ]


def _watch(one: Watch) -> list[str]:
    powers = (f"{_SHORT[name]} {100 * power:.0f} %" for name, power in one.power.items())
    return [
        one.outcome,
        f"{one.margin:g}",
        "unknown" if one.value is None else f"{one.value:.4g}",
        "" if one.units is None else f"{one.units:,}",
        _days(one.days),
        ", ".join(powers) or one.why,
    ]


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:,.0f}"


def _advice(found: ExperimentPlan, design: Design) -> list[str]:
    """Return what the design's author does next."""
    own, least = found.needs[0], found.advised
    if own.units is None:
        return [f"no number of units shows that: {own.why}"]
    if least is None:
        return ["a guardrail cannot be shown not worse with any number of units"]
    behind = [one.outcome for one in found.guardrails if one.units == least > own.units]
    why = f", as '{behind[0]}' takes them to be shown not worse" if behind else ""
    if found.planned is None:
        tight = "; the confidence sequence is tightest there"
        said = tight if design.analysis == "confidence-sequence" else ""
        return [f"write `planned: {least}` into the file{why}{said}"]
    if found.planned < least:
        return [f"{found.planned:,} units planned are too few: a pass takes {least:,}{why}"]
    return [f"{found.planned:,} units planned are enough: a pass takes {least:,}{why}"]
