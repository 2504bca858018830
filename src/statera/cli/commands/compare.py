"""Compare two runs item by item: the difference with its interval, and the items to read."""

from typing import Any

import click

from statera.analysis.comparison import Comparison
from statera.api.comparisons import compare
from statera.api.stored import Run
from statera.cli.comparing import headline, json_rows, print_comparison
from statera.cli.flags import allow_flag, json_flag, level_flag, seed_flag, store_flag
from statera.cli.settings import Flag
from statera.codec.files import to_json
from statera.errors import DeclarationError, unknown
from statera.store.runstore import RunStore


@click.command()
@click.argument("run")
@click.argument("base")
@click.option(
    "--metric",
    cls=Flag,
    metavar="NAME",
    help="Only this metric (task/metric), with all its categories.",
)
@level_flag
@allow_flag
@seed_flag
@click.option(
    "--read",
    cls=Flag,
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="How many of the items that got worse, and better, to name.",
)
@store_flag
@json_flag
def command(run: str, base: str, **flags: Any) -> None:
    """Compare RUN with BASE (ids, unique prefixes or tags), paired by item.

    The difference has its own interval: whether two intervals overlap says nothing. p is adjusted
    for the number of metrics (Holm) or of categories (Benjamini-Hochberg). `statera gate` decides.
    """
    runs, metric = RunStore(flags["store"]), flags["metric"]
    candidate, other = Run(runs, runs.find(run)), Run(runs, runs.find(base))
    if candidate.info.id == other.info.id:
        raise DeclarationError(f"RUN and BASE are the same run, {candidate.info.id[:8]}")
    settings = {name: flags[name] for name in ("level", "seed", "allow")}
    found = compare(candidate, other, **settings)
    if metric is not None:
        _check_metric(found, metric)
    if flags["as_json"]:
        click.echo(to_json(json_rows(found, metric)))
    else:
        print_comparison(found, headline(found, metric), read=flags["read"])


def _check_metric(comparison: Comparison, metric: str) -> None:
    names = list(dict.fromkeys(row.metric for row in comparison.rows))
    if metric not in names:
        comparison.check_made_alike(metric)
        raise unknown("metric", metric, names)
