"""List the tasks, or show the prompt of one as it is sent."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import click
import msgspec
from rich.markup import escape
from rich.table import Table

from statera.cli.flags import data_flag, json_flag
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.codec.files import to_json
from statera.errors import DeclarationError, unknown
from statera.protocols import Grader, Scorer
from statera.records.requests import Chat, Complete, Likelihood, Request
from statera.records.samples import Sample
from statera.records.specs import Api, Mode
from statera.tasks import catalogue
from statera.tasks.choices import LETTERS
from statera.tasks.custom import schema
from statera.tasks.data import DataFolder
from statera.tasks.suite import Suite, suite_names
from statera.tasks.task import Task, TaskDefinition, TaskOptions

SCHEMA = 1


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be shown of one task; None and `auto` are the task's own choice."""

    mode: Literal["auto"] | Mode
    api: Api
    num_fewshot: int | None
    sample_id: str | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list."""

    name: str
    version: str
    modes: tuple[Mode, ...]
    items: int | None
    summary: str


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@data_flag
@click.option(
    "--mode",
    cls=Flag,
    type=click.Choice(["auto", "generate", "loglikelihood"]),
    default="auto",
    show_default=True,
    help="How the task asks; auto is the mode that it prefers.",
)
@click.option(
    "--api",
    cls=Flag,
    type=click.Choice(["chat", "completions"]),
    default="chat",
    show_default=True,
    help="What kind of endpoint generation goes to.",
)
@click.option("--num-fewshot", cls=Flag, type=click.IntRange(0), help="Examples in front.")
@click.option("--sample-id", cls=Flag, metavar="ID", help="Which sample; the first without this.")
@click.option(
    "--schema",
    "as_schema",
    cls=Flag,
    is_flag=True,
    help="Print the JSON schema of a task's YAML.",
)
@json_flag
def command(
    name: str | None, data: str | None, as_schema: bool, as_json: bool, **shown: Any
) -> None:
    """List the tasks; with NAME (or a YAML file), show what it sends for one sample.

    \b
      statera tasks
      statera tasks gsm8k --num-fewshot 2
      statera tasks mmlu --mode generate --sample-id mmlu/test/100
      statera tasks support.yaml
    """
    if as_schema:
        click.echo(to_json(schema()).decode())
    elif name is None:
        _list([catalogue.find(known) for known in catalogue.names()], as_json)
    else:
        definitions = Suite.load(name).definitions
        if len(definitions) > 1:
            _list(definitions, as_json)
        else:
            wanted = msgspec.convert(shown, Shown)
            _show(_loaded(definitions[0], wanted, DataFolder.at(data)), wanted, as_json)


def _list(definitions: Sequence[TaskDefinition], as_json: bool) -> None:
    rows = [
        Listed(
            name=found.name,
            version=found.version,
            modes=found.modes,
            items=found.items,
            summary=found.summary,
        )
        for found in definitions
    ]
    if as_json:
        click.echo(to_json({"schema": SCHEMA, "tasks": rows, "suites": suite_names()}).decode())
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("task", "version", "items", "modes", "summary"):
        table.add_column(column, justify="right" if column == "items" else "left")
    for row in rows:
        items = "–" if row.items is None else str(row.items)
        table.add_row(row.name, row.version, items, " ".join(row.modes), escape(row.summary))
    console().print(table)
    click.echo(f"suites: {', '.join(suite_names())}")


def _loaded(definition: TaskDefinition, wanted: Shown, data: DataFolder) -> Task:
    mode = definition.modes[0] if wanted.mode == "auto" else wanted.mode
    if mode not in definition.modes:
        raise DeclarationError(
            f"task {definition.name} has no mode '{mode}'. Allowed: {', '.join(definition.modes)}"
        )
    options = TaskOptions(mode=mode, api=wanted.api, num_fewshot=wanted.num_fewshot)
    return definition.load(options, data)


def _show(task: Task, wanted: Shown, as_json: bool) -> None:
    sample = _chosen(task, wanted.sample_id)
    request = task.render(sample)
    scorers = [_described(scorer) for scorer in task.scorers]
    if as_json:
        found = {
            "schema": SCHEMA,
            "task": task.name,
            "version": task.version,
            "mode": task.options.mode,
            "num_fewshot": task.num_fewshot,
            "epochs": task.epochs,
            "items": len(task.samples),
            "sample": sample,
            "request": request,
            "scorers": scorers,
        }
        click.echo(to_json(found).decode())
        return
    click.echo(
        f"{task.name} {task.version} · {task.options.mode} · {len(task.samples)} samples · "
        f"{task.num_fewshot} examples"
    )
    click.echo("\n".join(_lines(sample, request)))
    for scorer in scorers:
        click.echo(f"scorer     {scorer.pop('metric')}: {to_json(scorer).decode()}")


def _chosen(task: Task, sample_id: str | None) -> Sample:
    if sample_id is None:
        return task.samples[0]
    found = {sample.id: sample for sample in task.samples}
    if sample_id not in found:
        raise unknown("sample", sample_id, found)
    return found[sample_id]


def _described(scorer: Scorer | Grader) -> dict[str, Any]:
    fields = msgspec.to_builtins(scorer)
    return {"metric": scorer.metric, "version": scorer.version, **fields}


def _lines(sample: Sample, request: Request) -> Iterator[str]:
    """Yield what a person reads: the sample's id, the request as sent, what is expected."""
    yield f"sample     {sample.id}"
    yield from _sent(request)
    yield ""
    if sample.category:
        yield f"category   {' / '.join(filter(None, (sample.group, sample.category)))}"
    if sample.answer is not None:
        yield f"answer     {LETTERS[sample.answer]}"
    for reference in sample.accepted:
        yield f"reference  {reference}"


def _sent(request: Request) -> Iterator[str]:
    if isinstance(request, Likelihood):
        yield from ("── context ──", request.context, "── continuations ──")
        yield from (repr(text) for text in request.continuations)
    elif isinstance(request, Chat):
        for message in request.messages:
            yield from (f"── {message.role} ──", message.content)
    elif isinstance(request, Complete):
        yield from ("── prompt ──", request.prompt)
    if isinstance(request, Chat | Complete):
        limits = msgspec.to_builtins(request.sampling)
        yield f"── sampling ──\n{to_json(limits).decode()}"
