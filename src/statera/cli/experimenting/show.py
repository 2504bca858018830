"""Show how an experiment stands: the sample ratio, the decision with its reasons, every number."""

import shlex
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from statera.api.experimentshow import Asked, json_shown, show
from statera.cli.experimenttables import print_experiment
from statera.cli.flags import json_flag, live_flag
from statera.cli.settings import Flag
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.gate.ruling import EXIT_CODES
from statera.interop.writing import check_place, write_pieces
from statera.models.clock import SystemClock
from statera.proxy.experiments.keys import is_shared, keys_of
from statera.proxy.terms import LIVE, Terms
from statera.report.experiments.page import page
from statera.store.live.opening import open_live

_SUFFIXES = (".html", ".htm")


@click.command("show")
@click.argument("name")
@click.option(
    "--output",
    "-o",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="PAGE.html",
    help="Also write a page, one file without scripts.",
)
@click.option("--bayes", cls=Flag, is_flag=True, help="With a Bayesian view; it decides nothing.")
@click.option("--late", cls=Flag, is_flag=True, help="With the reports that came after the window.")
@click.option(
    "--history",
    cls=Flag,
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="What units did before (columns `unit` and the primary outcome), for CUPED.",
)
@click.option(
    "--unit-key",
    cls=Flag,
    default="",
    metavar="KEY",
    help="With --history: the guard's key of unit ids; else what it keeps beside the store.",
)
@live_flag
@json_flag
def command(name: str, live: str, as_json: bool, **flags: Any) -> None:
    """Analyse the experiment NAME by its registered design, at any time and as often as you like.

    First comes the sample-ratio check, which voids the rest when it fails; then the decision. The
    exit code is the decision's, as in `statera gate`: 0 pass, 1 fail, 3 inconclusive.
    """
    output: Path | None = flags["output"]
    if output is not None:
        if output.suffix.lower() not in _SUFFIXES:
            raise DeclarationError(f"{output}: a page is .html; --json for machines")
        check_place(output)
    asked = Asked(
        bayes=flags["bayes"],
        late=flags["late"],
        history=flags["history"],
        unit_key=_unit_key(flags["unit_key"], live) if flags["history"] else b"",
        command=_again(name, live, flags),
    )
    with closing(open_live(live, make=False)) as store:
        shown = show(store, name, now=SystemClock().now(), asked=asked)
    code = EXIT_CODES[shown.result.verdict]
    if output is not None:
        write_pieces(output, [page(shown).encode()])
    if as_json:
        click.echo(to_json(json_shown(shown, code)))
    else:
        print_experiment(shown)
    if output is not None:
        click.echo(f"wrote {output}", err=True)
    sys.exit(code)


def _unit_key(given: str, live: str) -> bytes:
    """Return the key with which the guard hashes unit ids, as `guard serve` has it."""
    return keys_of(Terms(unit_key=given), live).unit


def _again(name: str, live: str, flags: dict[str, Any]) -> str:
    """Return the command that makes the page again; a database's address is left out."""
    words = ["statera", "experiment", "show", name]
    words += ["--bayes"] if flags["bayes"] else []
    words += ["--late"] if flags["late"] else []
    words += [f"--history={flags['history']}"] if flags["history"] else []
    words += [f"--live={live}"] if live != LIVE and not is_shared(live) else []
    return shlex.join([*words, "-o", str(flags["output"] or "page.html")])
