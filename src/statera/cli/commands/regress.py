"""Turn failing requests of live traffic into redacted items of a task that `run` asks again."""

from pathlib import Path
from typing import Any

import click

from statera.api.regressions import KeptItems, Wish, add_items
from statera.api.stored import Run
from statera.cli.flags import json_flag, store_flag
from statera.cli.settings import Flag, Lines
from statera.cli.tables import plural
from statera.codec.files import to_json
from statera.codec.strict import from_yaml
from statera.store.runstore import RunStore

SCHEMA = 1


@click.command()
@click.argument("run")
@click.argument("request", nargs=-1, required=True)
@click.option(
    "--to",
    cls=Flag,
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.yaml",
    help="The task; made with its JSON lines beside it, or added to.",
)
@click.option("--not-refused", cls=Flag, is_flag=True, help="Right is: it is answered.")
@click.option(
    "--contains",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="TEXT",
    help="Right is: one of these texts is in the reply.",
)
@click.option("--reference", cls=Flag, metavar="TEXT", help="The ideal answer.")
@click.option(
    "--scorer",
    "-s",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="NAME|{…}",
    help="Right is what this scorer says: `json_valid`, `{type: contains, none: [sorry]}`.",
)
@click.option(
    "--name",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="TEXT",
    help="Redact this word too: a person's name, a street.",
)
@click.option("--no-system", cls=Flag, is_flag=True, help="Leave the system message out.")
@store_flag
@json_flag
def command(run: str, request: tuple[str, ...], to: Path, **flags: Any) -> None:
    """Add requests of RUN, by their ids, to a task as items that are asked again at every run.

    E-mail, telephone, card, account and identity numbers and keys are redacted, as the guard finds
    them; names and addresses only where --name says them. The same request is added once.

    \b
    statera show traffic --outcome refused
    statera regress traffic r17 --to regressions.yaml --not-refused
    statera run regressions.yaml --model http://localhost:8000/v1#new
    """
    store = RunStore(flags["store"])
    scorers = tuple(_scorer(text) for text in flags["scorer"])
    wish = Wish(
        answered=flags["not_refused"],
        contains=flags["contains"],
        reference=flags["reference"],
        scorers=scorers,
        names=flags["name"],
        system=not flags["no_system"],
    )
    kept = add_items(Run(store, store.find(run)), request, to, wish)
    if flags["as_json"]:
        click.echo(
            to_json(
                {"schema": SCHEMA, **kept._asdict(), "path": str(kept.path), "data": str(kept.data)}
            )
        )
        return
    for line in _told(kept):
        click.echo(line)


def _scorer(text: str) -> Any:
    return from_yaml(text, object, source="--scorer") if "{" in text else {"type": text}


def _told(kept: KeptItems) -> list[str]:
    there = f", {len(kept.there)} there already" if kept.there else ""
    found = ", ".join(kept.redacted) or "nothing was found to redact"
    return [
        f"{plural(len(kept.added), 'item')} added to {kept.path}{there} · {found}",
        f"read {kept.data} before you share it: names and addresses have no form that tells them",
        f"next: statera run {kept.path} --model MODEL",
    ]
