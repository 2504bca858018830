"""Say which arm units are in, and print test vectors for other languages."""

from datetime import UTC, datetime
from typing import Any

import click

from statera.api.experiments import Assigned, Experiment
from statera.cli.columns import Column, print_told
from statera.cli.flags import json_flag, names_or_files
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.codec.files import read_bytes, to_json
from statera.errors import DeclarationError
from statera.experiment.assignment import Numbers
from statera.experiment.vectors import SHIPPED, vectors_of

_COLUMNS = (
    Column("unit", name=True),
    Column("arm", left=True),
    Column("slice"),
    Column("arm number", 2),
    Column("slice number", 2),
    Column("layer number", 1),
    Column("", 1, left=True, below=True),
)


@click.command("assign")
@click.argument("file", required=False)
@click.argument("units", nargs=-1, metavar="[UNIT]...")
@click.option(
    "--at",
    cls=Flag,
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]),
    metavar="TIME",
    help="When, for a ramp; UTC where no zone is said (now).",
)
@click.option(
    "--vectors",
    cls=Flag,
    is_flag=True,
    help="Print test vectors as JSON: of FILE's design and the units, or the ones that ship.",
)
@json_flag
def command(file: str | None, units: tuple[str, ...], **flags: Any) -> None:
    """Print the arm, the ramp's slice and the numbers of each UNIT; `@FILE` has one a line.

    \b
    statera experiment assign tone.yaml anna ben
    statera experiment assign --vectors > vectors.json
    statera experiment assign tone.yaml anna --vectors

    The arm is a pure hash of unit, experiment and salt: the same in every process and language.
    """
    if file is None:
        _print_shipped(vectors=flags["vectors"])
        return
    experiment = Experiment.load(file)
    named = names_or_files(units)
    if flags["vectors"]:
        click.echo(to_json([vectors_of(experiment.opened.design, named)]))
        return
    if not named:
        raise DeclarationError(f"no unit named, as in `statera experiment assign {file} anna`")
    at = _time(flags["at"])
    found = [(unit, experiment.assign(unit, at=at)) for unit in named]
    numbers = [experiment.assignment.numbers(unit) for unit in named]
    if flags["as_json"]:
        click.echo(to_json(_json(experiment, found, numbers)))
    else:
        _print(experiment, found, numbers)


def _time(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _print_shipped(*, vectors: bool) -> None:
    if not vectors:
        raise DeclarationError("no design named: FILE UNIT…, or --vectors for the ones that ship")
    click.echo(read_bytes(SHIPPED), nl=False)


def _json(
    experiment: Experiment, found: list[tuple[str, Assigned]], numbers: list[Numbers]
) -> dict[str, object]:
    return {
        "schema": 1,
        "experiment": experiment.name,
        "digest": experiment.digest,
        "units": [
            {
                "unit": unit,
                "arm": one.name,
                "slice": one.slice,
                "takes_part": one.takes_part,
                "reason": one.reason,
                "entry": one.entry,
                "numbers": number._asdict(),
            }
            for (unit, one), number in zip(found, numbers, strict=True)
        ],
    }


def _print(
    experiment: Experiment, found: list[tuple[str, Assigned]], numbers: list[Numbers]
) -> None:
    out = console()
    say(out, f"[bold]{plain(experiment.name)}[/] · {len(experiment.arms)} arms")
    rows = [_cells(unit, one, n) for (unit, one), n in zip(found, numbers, strict=True)]
    print_told(out, _COLUMNS, rows, least=3)


def _cells(unit: str, one: Assigned, number: Numbers) -> list[str]:
    why = "tester, in no analysis" if one.entry == "override" else one.reason
    return [
        unit,
        one.name,
        "" if one.slice is None else str(one.slice),
        f"{number.arm:.6f}",
        f"{number.entry:.6f}",
        "" if number.layer is None else f"{number.layer:.6f}",
        why,
    ]
