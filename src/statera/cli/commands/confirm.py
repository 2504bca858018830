"""Say, as a person, whether a failure that a gate doubts is one."""

from typing import Any

import click

from statera.api.confirming import Word, confirm
from statera.api.stored import Run
from statera.cli.flags import store_flag
from statera.store.ledger import Confirmation
from statera.store.runstore import RunStore


@click.command()
@click.argument("run")
@click.argument("sample_id")
@click.option(
    "--rule", required=True, metavar="TASK/METRIC", help="The metric that the rule reads."
)
@click.option("--failure/--no-failure", default=None, help="It is a failure, or it is none.")
@click.option("--by", required=True, metavar="NAME", help="Who read it.")
@click.option("--why", required=True, metavar="TEXT", help="Why.")
@store_flag
def command(run: str, sample_id: str, **flags: Any) -> None:
    """Record what a person says of SAMPLE_ID in RUN, for rules with `critical: true`.

    A confirmed failure stays one. "No failure" holds for the trials that the item has now: if more
    are made, they are read again.
    """
    if flags["failure"] is None:
        raise click.UsageError("is it a failure? --failure or --no-failure")
    runs = RunStore(flags["store"])
    found = Run(runs, runs.find(run))
    word = Word(flags["failure"], flags["by"], flags["why"])
    said = confirm(found, sample_id, word, rule=flags["rule"])
    click.echo(_told(found, said))


def _told(run: Run, said: Confirmation) -> str:
    verdict = "a failure" if said.failure else "no failure"
    trials = "its trial" if said.trials == 1 else f"its {said.trials} trials"
    return f"{said.sample_id} of run {run.info.id[:8]}: {verdict} of {said.metric} in {trials}"
