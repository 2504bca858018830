"""Measure a judge: position, length, its own family, repeats, drift, and replies that trick it."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from statera.analysis.audit import Audit
from statera.api.auditasks import Scope
from statera.api.auditing import audit_judge, estimate, prepare
from statera.api.judging import Bench
from statera.cli.audits import print_audit
from statera.cli.flags import json_flag, store_flag, task_flag
from statera.cli.judgeflags import ask_judge, judge_flags
from statera.cli.settings import Flag, Lines
from statera.codec.files import YAML, read_text, to_json, write_bytes
from statera.codec.strict import from_yaml
from statera.errors import DeclarationError
from statera.graders.judge import Judge, read_judge
from statera.models.modelfile import CallSettings
from statera.models.opening import open_model
from statera.report.auditpage import markdown
from statera.store.runstore import RunStore

_SCRIPTED = "scripted:"
_SCOPE = Scope()


@click.command("audit")
@click.argument("run", default="latest")
@click.argument("run_b", metavar="[RUN_B]", required=False)
@judge_flags
@click.option(
    "--second-judge",
    "second",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="FILE|MODEL",
    help="A judge of another family: its file, or a model that is asked the same.",
)
@click.option(
    "--family",
    cls=Flag,
    type=Lines(),
    multiple=True,
    metavar="RUN=NAME",
    help="Whose model a run's is, where its name does not tell: --family new=openai. A judge's own "
    "is `family:` in its file.",
)
@task_flag
@click.option(
    "--items",
    cls=Flag,
    type=click.IntRange(1),
    default=_SCOPE.items,
    show_default=True,
    help="Items of each task that are looked at; beside a fifth of them, but "
    f"{_SCOPE.responders} at the least, replies are put that deserve nothing.",
)
@click.option(
    "--repeats",
    "-r",
    cls=Flag,
    type=click.IntRange(2),
    default=_SCOPE.repeats,
    show_default=True,
    help=f"How often {_SCOPE.anchors} of them are judged, to see whether it says the same.",
)
@click.option(
    "--seed",
    cls=Flag,
    type=int,
    default=0,
    show_default=True,
    help="Of the judge's run, and of what is drawn.",
)
@click.option("--estimate", "only_count", cls=Flag, is_flag=True, help="Only print what it takes.")
@click.option("--output", "-o", cls=Flag, metavar="FILE.md", help="Write the page as Markdown too.")
@store_flag
@json_flag
def command(run: str, run_b: str | None, store: str, as_json: bool, **flags: Any) -> None:
    """Measure the judge on the replies of RUN, in pairs best against those of RUN_B.

    It is asked about a seeded part of the items; about the same replies made longer without new
    content; about an empty, a constant, an off-topic reply and one that attacks it; and about some
    of them several times. The first audit freezes what it said of 30: every later one asks for them
    again, and if the judge has shifted, its old and new verdicts are not compared any more. What
    was asked is kept: the same command resumes, and gates read what was found.

    Exit code 1: the judge is void, as a reply that deserves nothing beats the floor or too many of
    its verdicts cannot be read. 3: something that is needed could not be shown. Else 0.

    \b
    statera judge audit new old --judge pairwise --judge-model http://localhost:8000/v1#judge
    statera judge audit new --judge reference --judge-model gpt-4o-mini -o audit.md
    """
    runs = RunStore(store)
    candidate, other = runs.find(run), None if run_b is None else runs.find(run_b)
    if other is not None and other.id == candidate.id:
        raise DeclarationError(f"a run is not compared with itself: {candidate.id[:8]}")
    families = _families(runs, flags["family"])
    scope = Scope(items=flags["items"], repeats=flags["repeats"], families=families)

    async def work(bench: Bench) -> Audit | None:
        seconds = list(_second_benches(bench, flags))
        try:
            audit = prepare(
                bench, candidate, other, scope=scope, seconds=seconds, tasks=flags["task"]
            )
            click.echo(f"audit of judge {bench.judge.name}: {estimate(audit)}", err=True)
            return None if flags["only_count"] else await audit_judge(audit)
        finally:
            for second in seconds:
                await second.model.close()

    found = ask_judge(flags, runs, work, seed=flags["seed"])
    if found is not None:
        _tell(found, as_json=as_json, page=flags["output"])
        sys.exit(found.exit_code)


def _families(store: RunStore, stated: Iterable[str]) -> dict[str, str]:
    """Return the families that are stated, by run id. DeclarationError for what is not RUN=NAME."""
    found = {}
    for text in stated:
        run, mark, family = text.partition("=")
        if not (run and mark and family.strip()):
            raise DeclarationError(f"--family {text}: write RUN=NAME, as in new=openai")
        found[store.find(run).id] = family.strip()
    return found


def _tell(audit: Audit, *, as_json: bool, page: str | None) -> None:
    if page is not None:
        write_bytes(Path(page), markdown(audit).encode())
    if as_json:
        click.echo(to_json(audit))
    else:
        print_audit(audit)


def _second_benches(bench: Bench, flags: dict[str, Any]) -> Iterator[Bench]:
    """Yield a bench for each judge that stands beside; its model is open."""
    settings = CallSettings(
        max_connections=flags["max_connections"],
        max_retries=flags["max_retries"],
        timeout=flags["timeout"],
    )
    for text in flags["second"]:
        judge = second_judge(bench.judge, text)
        model = open_model(judge.model or "", settings=settings, base_url=flags["base_url"])
        yield replace(bench, judge=judge, model=model)


def second_judge(first: Judge, text: str) -> Judge:
    """Return the judge that `text` names: a judge's file, or the first judge with another model."""
    if not text.endswith(YAML) or text.startswith(_SCRIPTED):
        return replace(first, model=text, family="")
    if "judge" not in from_yaml(read_text(Path(text)), dict[str, object], source=text):
        return replace(first, model=text, family="")
    judge = read_judge(text)
    if judge.model is None:
        raise DeclarationError(f"--second-judge {text}: `model:` is missing")
    return judge
