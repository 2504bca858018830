"""Decide by a policy whether a run may ship: pass, fail or inconclusive."""

import os
import sys
from pathlib import Path
from typing import Any, get_args

import click

from statera.api.comparisons import compare
from statera.api.decisions import decide
from statera.api.reports import subject
from statera.api.stored import Run
from statera.cli.flags import STDOUT, allow_flag, json_flag, markdown_flag, store_flag
from statera.cli.rulings import json_ruling, print_ruling, warn_uncountered
from statera.cli.settings import Flag
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.gate.judging import Gate
from statera.gate.policy import naming, policy_schema
from statera.gate.ruling import Override, Ruling, Verdict
from statera.interop.writing import check_place, write_pieces
from statera.report.annotations import annotations
from statera.report.content import Content
from statera.report.junit import junit
from statera.report.review import review
from statera.store.runstore import RunStore


def _print_schema(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(to_json(policy_schema()).decode())
        ctx.exit()


@click.command()
@click.argument("run", default="latest")
@click.argument("base", required=False)
@click.option(
    "--policy",
    "-p",
    cls=Flag,
    required=True,
    metavar="FILE|NAME",
    help="The gate: a YAML policy, or one that ships (alignment).",
)
@allow_flag
@click.option(
    "--override",
    type=click.Choice(get_args(Verdict)),
    help="Record a person's decision in place of the gate's, with --by and --why.",
)
@click.option("--by", default="", metavar="NAME", help="Who overrides.")
@click.option("--why", default="", metavar="TEXT", help="Why.")
@click.option("--all", "every", cls=Flag, is_flag=True, help="List every rule, however many pass.")
@click.option(
    "--junit", cls=Flag, metavar="FILE", help="Also write JUnit XML: each rule a test case."
)
@markdown_flag
@click.option(
    "--annotations/--no-annotations",
    cls=Flag,
    default=None,
    help="Print GitHub's workflow commands on standard error (where GITHUB_ACTIONS is true).",
)
@click.option(
    "--schema",
    cls=Flag,
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_schema,
    help="Print the JSON schema of a policy file, for editors.",
)
@store_flag
@json_flag
def command(run: str, base: str | None, **flags: Any) -> None:
    """Apply a policy to RUN, against BASE where it compares (ids, unique prefixes or tags).

    Each rule reads a confidence bound, never a point estimate. The gate passes only if every rule
    passes; any rule that fails, fails it. The ruling is kept in the store's ledger, and each look
    at more data takes a smaller alpha.

    \b
    Exit code: 0 pass, 1 fail, 3 inconclusive, 2 for what is declared wrong.
    """
    if flags["as_json"] and flags["markdown"] == STDOUT:
        raise click.UsageError("--json and --markdown both on standard output: --markdown=FILE")
    for place in (flags["junit"], flags["markdown"]):
        if place not in (None, STDOUT):
            check_place(Path(place))
    runs = RunStore(flags["store"])
    gate = Gate.load(flags["policy"])
    candidate = Run(runs, runs.find(run))
    other = None if base is None else Run(runs, runs.find(base))
    with naming(flags["policy"]):
        ruling = decide(gate, candidate, other, allow=flags["allow"], override=_override(flags))
    printed = not flags["as_json"] and flags["markdown"] != STDOUT
    if flags["as_json"]:
        click.echo(to_json(json_ruling(ruling)))
    elif printed:
        print_ruling(ruling, every=flags["every"])
    warn_uncountered(ruling, printed=printed)
    _write(ruling, candidate, other, flags)
    sys.exit(ruling.exit_code)


def _override(flags: dict[str, Any]) -> Override | None:
    by, why = flags["by"], flags["why"]
    if flags["override"] is None:
        if by or why:
            raise DeclarationError("--by and --why go with --override")
        return None
    return Override(verdict=flags["override"], by=by, why=why)


def _write(ruling: Ruling, candidate: Run, base: Run | None, flags: dict[str, Any]) -> None:
    if flags["junit"] is not None:
        write_pieces(Path(flags["junit"]), [junit(ruling)])
    if flags["markdown"] is not None:
        _write_comment(_comment(ruling, candidate, base, flags["allow"]), flags["markdown"])
    noted = flags["annotations"]
    if noted or (noted is None and os.environ.get("GITHUB_ACTIONS") == "true"):
        for line in annotations(ruling):
            click.echo(line, err=True)


def _comment(ruling: Ruling, candidate: Run, base: Run | None, allow: bool) -> str:
    """Return a comment on the decision, base against head."""
    found = Content(candidate=subject(candidate, {}), ruling=ruling)
    if base is not None:
        comparison = compare(candidate, base, allow=allow)
        found = Content(
            candidate=subject(candidate, {}),
            base=subject(base, {}),
            ruling=ruling,
            comparison=comparison,
        )
    return review(found)


def _write_comment(text: str, place: str) -> None:
    if place == STDOUT:
        click.echo(text, nl=False)
    else:
        write_pieces(Path(place), [text.encode()])
