"""Show a run: its health and estimates, or its samples to read."""

from typing import get_args

import click

from statera.api import Run
from statera.cli.flags import json_flag, store_flag
from statera.cli.reading import print_sample
from statera.cli.tables import FEW, headline, print_health, print_metrics
from statera.codec.files import to_json
from statera.records.scores import Outcome
from statera.store.runstore import RunStore


@click.command()
@click.argument("run", default="latest")
@click.option("--outcome", type=click.Choice(get_args(Outcome)), help="List samples to read.")
@click.option("--sample-id", multiple=True, help="List these samples.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most.")
@store_flag
@json_flag
def command(
    run: str,
    outcome: Outcome | None,
    sample_id: tuple[str, ...],
    limit: int,
    store: str,
    as_json: bool,
) -> None:
    """Show RUN (an id, a unique prefix, a tag, or `latest`).

    Without more: health and estimates. With --outcome or --sample-id: the trials themselves.
    """
    runs = RunStore(store)
    found = Run(runs, runs.find(run))
    if outcome is None and not sample_id:
        show_metrics(found, as_json=as_json)
        return
    ids = sample_id or None
    for stored in runs.trials(found.info.id, outcome=outcome, sample_ids=ids, limit=limit):
        print_sample(stored, as_json=as_json)


def show_metrics(run: Run, *, as_json: bool) -> None:
    """Print the run's health and estimates, or its documented JSON shape (schema 1)."""
    if as_json:
        click.echo(to_json(summary(run)))
        return
    info = run.info
    tags = f" ({', '.join(info.tags)})" if info.tags else ""
    click.echo(f"run {info.id[:8]}{tags} · {info.spec.suite} · {info.spec.system.model}")
    if info.status != "done":
        click.echo(f"{info.status}: {info.reason}" if info.reason else info.status)
    print_health(run.health, info.id[:8])
    shown = headline(run.metrics)
    print_metrics(shown)
    hidden = len(run.metrics) - len(shown)
    if hidden:
        click.echo(
            f"{hidden} more rows in --json: categories of other metrics, or under {FEW} items"
        )


def summary(run: Run) -> dict[str, object]:
    """Return schema 1 of `show --json`."""
    return {
        "schema": 1,
        "run": run.info.id,
        "status": run.info.status,
        "reason": run.info.reason,
        "tags": run.info.tags,
        "spec": run.info.spec,
        "environment": run.info.environment,
        "health": run.health,
        "metrics": run.metrics,
    }
