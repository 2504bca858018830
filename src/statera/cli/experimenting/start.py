"""Register a design with its date, before anybody is exposed; later edits are shown for ever."""

from contextlib import closing
from pathlib import Path

import click
import msgspec

from statera.api.experimentstarts import Start, start
from statera.cli.controls import visible
from statera.cli.flags import json_flag, live_flag
from statera.cli.settings import Flag
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain, say
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.experiment.design import Arm, Design, Guardrail, Step
from statera.experiment.durations import dated, told
from statera.experiment.layers import changes
from statera.experiment.opened import open_design
from statera.models.clock import SystemClock
from statera.store.live.opening import open_live

SOON = 60.0
_SAID = {
    "started": "[green]started[/] {at}",
    "already": "already started {at}; nothing has changed",
    "changed": "[yellow]changed[/] since it was registered {at}",
    "edited": "[yellow]edited[/] {at}: every report shows it",
}
_ANALYSES = {
    "confidence-sequence": "a confidence sequence: valid at every look",
    "group-sequential": "group-sequential: {looks} looks until the planned end",
}


@click.command("start")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--edit",
    cls=Flag,
    is_flag=True,
    help="Take what was changed since the start; every report will show it.",
)
@live_flag
@json_flag
def command(file: Path, edit: bool, live: str, as_json: bool) -> None:
    """Check the design in FILE and register it: its digest, its date, and what it promises.

    The first registration is the pre-registration. The same file again changes nothing; a changed
    one is shown and refused, or taken with --edit.

    \b
    statera experiment start tone.yaml
    statera guard serve --experiment tone.yaml
    """
    opened = open_design(file)
    with closing(open_live(live)) as store:
        found = start(store, opened, now=SystemClock().now(), edit=edit)
    if as_json:
        click.echo(to_json({"schema": 1, **msgspec.to_builtins(found)}))
    else:
        _print(found, opened.design)
    if found.status == "changed":
        raise DeclarationError(
            f"{file}: not the design that was registered. --edit takes it, and every report shows "
            "the edit"
        )


def _print(found: Start, design: Design) -> None:
    out = console()
    say(
        out,
        f"[bold]{plain(design.experiment)}[/] {_SAID[found.status].format(at=dated(found.at))}",
    )
    if found.state == "stopped":
        say(out, "[yellow]stopped[/] traffic goes to the base: `statera experiment stop --resume`")
    edits = f" · {plural(found.edits, 'edit')}" if found.edits else ""
    say(out, f"digest {found.digest}{edits}")
    if found.diff:
        click.echo(visible(found.diff))
    if found.moves:
        say(out, "[yellow]warning[/] units that were exposed would be in another arm: they are "
            "counted as crossed and left out")  # fmt: skip
    if found.status in ("started", "edited"):
        for line in promises(design):
            say(out, f"  {plain(line)}")


def promises(design: Design) -> list[str]:
    """Return what is pre-registered, a line each."""
    primary, unit = design.primary, design.units
    by = f" named by {unit.named}" if unit.named else ""
    planned = f", planned {design.planned:,} units" if design.planned else ""
    length = f", {design.length}" if design.length else ""
    analysis = _ANALYSES[design.analysis].format(looks=design.looks)
    return [
        f"unit: {unit.kind}{by}; outcomes within {told(design.window_of(primary.outcome))} of the "
        "first exposure",
        f"arms: {'; '.join(_arm(arm) for arm in design.arms)}",
        *_further(design),
        f"primary: {primary.outcome}, {design.better(primary.outcome)} is better, worth having "
        f"from {primary.minimum:g} on, two-sided alpha {design.alpha:g}",
        *(f"guardrail: {_guardrail(design, one)}" for one in design.guardrails),
        f"analysis: {analysis}{planned}{length}",
        *_notes(design),
    ]


def _further(design: Design) -> list[str]:
    """Return the parts that a plain design does not have."""
    layer, said = design.layer, []
    if design.mode != "ab":
        said.append(f"mode: {design.mode}")
    if design.ramp:
        said.append(f"ramp: {'; '.join(_step(step) for step in design.ramp)}")
    if layer:
        said.append(f"layer: {layer.name}, part [{layer.start:g}, {layer.end:g})")
    if design.segments:
        said.append(f"segments: {', '.join(design.segments)}")
    if design.history:
        said.append(f"history: {design.history} before the first exposure (CUPED)")
    return said


def _arm(arm: Arm) -> str:
    sets = ", ".join(changes(arm)) or "as the client asks"
    return f"{arm.name} {arm.weight:g} ({sets})"


def _step(step: Step) -> str:
    weights = ", ".join(f"{name} {weight:g}" for name, weight in step.weights.items())
    return f"{step.traffic:g} from {step.at.isoformat()}{f' ({weights})' if weights else ''}"


def _guardrail(design: Design, one: Guardrail) -> str:
    worse = "less" if design.better(one.outcome) == "higher" else "more"
    return f"{one.outcome} not {worse} by {one.margin:g}"


def _notes(design: Design) -> list[str]:
    """Return what a reader would not expect of the design."""
    same = [arm.name for arm in design.arms[1:] if not changes(arm) and not changes(design.base)]
    notes = [f"note: {name} sets nothing: an A/A test" for name in same]
    if design.units.kind == "request" and not design.units.cluster:
        notes.append("note: requests of one user are taken as independent; unit: {cluster: HEADER}")
    if not design.guardrails:
        notes.append("note: no guardrail: nothing stops it when it does harm")
    return notes + (_slow(design) if design.mode == "canary" else [])


def _slow(design: Design) -> list[str]:
    """Return which guardrails cannot stop a canary soon, as they wait for their window."""
    found = []
    for name in (one.outcome for one in design.guardrails):
        if (window := design.window_of(name)) < SOON:
            continue
        answer = design.outcome(name).source == "answer"
        sooner = f"; outcomes: {{{name}: {{window: 0s}}}} reads the first answer, at once"
        found.append(
            f"note: {name} counts {told(window)} after a unit's first exposure and stops nothing "
            f"before{sooner if answer else ''}"
        )
    return found
