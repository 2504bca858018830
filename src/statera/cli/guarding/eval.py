"""Measure a policy on labelled text: recall, false positives, over-blocking, evasions, latency."""

import asyncio
import secrets
from typing import Any

import click

from statera.api.comparisons import compare
from statera.api.guardmeasure import GuardMeasured, MeasureOptions, measure_guard
from statera.cli.comparing import headline, json_rows, print_comparison
from statera.cli.flags import json_flag, store_flag
from statera.cli.guardflags import (
    base_flag,
    data_flags,
    policy_flag,
    progress_of,
    reading_flags,
    side_flag,
    stated_places,
)
from statera.cli.guardtables import document, print_measured
from statera.cli.settings import Flag
from statera.codec.files import to_json
from statera.errors import DeclarationError
from statera.models.clock import SystemClock
from statera.runner.tally import Tally
from statera.store.runstore import RunStore
from statera.tasks.guardtexts import LabelledText, read_texts

READ = 3


@click.command("eval")
@data_flags
@policy_flag()
@base_flag("to compare with: measured on the same texts, paired by text")
@side_flag
@reading_flags
@click.option(
    "--evasions",
    cls=Flag,
    type=click.IntRange(0),
    is_flag=False,
    flag_value=50,
    default=0,
    metavar="[N]",
    help="Also hide N harmful and N harmless texts a source (50) in every known way.",
)
@click.option("--categories", cls=Flag, is_flag=True, help="Print the rates of categories too.")
@click.option("--seed", cls=Flag, type=int, default=0, show_default=True, help="Of the subset.")
@click.option("--tag", cls=Flag, help="A name for the run.")
@click.option("--fresh", cls=Flag, is_flag=True, help="Decide anew, even what is kept.")
@store_flag
@json_flag
def command(policy: str, base: str | None, **flags: Any) -> None:
    """Measure a policy on labelled texts, one JSON object a line: `text` and `label` (1 harmful).

    FILES is `FILE` or `DETECTOR=FILE`: a plain label holds for the policy and every detector, a
    named one for that detector alone; a 1 of it is one for the policy too, a 0 is not. The result
    is a run: `statera compare`, `gate`, `show` and `report` read its metrics, such as
    `SOURCE/recall` and `SOURCE/toxicity_false_positive_rate`.

    \b
    statera guard eval --policy policy.yaml --data toxicity=surge.jsonl mitre_frr.jsonl
    statera guard eval --policy new.yaml --base old.yaml --data *.jsonl --evasions
    """
    texts = read_texts(stated_places(flags), side=flags["side"])
    if base is not None and flags["tag"] is not None:
        raise DeclarationError("--tag names one run: not with --base")
    store = RunStore(flags["store"])
    other = None if base is None else asyncio.run(_measure(base, texts, store, flags))
    found = asyncio.run(_measure(policy, texts, store, flags))
    compared = None if other is None else compare(found.run, other.run)
    if flags["as_json"]:
        told = document(found)
        if compared is not None:
            told |= {"comparison": json_rows(compared)}
        click.echo(to_json(told))
        return
    print_measured(found, categories=flags["categories"])
    if compared is not None:
        click.echo()
        rows = [row for row in headline(compared) if row.category is None]
        print_comparison(compared, rows, read=READ)


async def _measure(
    policy: str, texts: tuple[LabelledText, ...], store: RunStore, flags: dict[str, Any]
) -> GuardMeasured:
    options = MeasureOptions(
        limit=flags["limit"],
        evasions=flags["evasions"],
        seed=flags["seed"],
        workers=flags["workers"],
        tag=flags["tag"],
        nonce=secrets.token_hex(8) if flags["fresh"] else "",
    )
    tally, clock = Tally(), SystemClock()
    with progress_of(tally, clock, quiet=flags["quiet"] or flags["as_json"]):
        return await measure_guard(
            policy, texts, store=store, options=options, clock=clock, tally=tally
        )
