"""The demo's last step: may the embedded model judge answers? Its audit says no, and why."""

from pathlib import Path

import click

from statera.analysis.audit import Audit
from statera.api.auditasks import Scope
from statera.api.auditing import audit_judge, estimate, prepare
from statera.api.judging import Bench
from statera.api.stored import Run
from statera.cli.progress import Progress
from statera.graders.judge import read_judge
from statera.interop.writing import write_pieces
from statera.protocols import Model
from statera.report.auditpage import headline
from statera.runner.execution import Limits

ITEMS = 2
_SCOPE = Scope(items=ITEMS, repeats=2, anchors=1, responders=1)
_ASKED = """
A judge: may the same small model grade open answers? An audit asks it about a few of them, the same
made longer, and replies that deserve nothing: {asked} judgements.
"""
_FOUND = """\
{headline}
{why}
{expected}
The whole page, on so many items:

  {statera} judge audit demo-base --judge {path} --judge-model embedded --items {items}
"""
_EXPECTED = (
    "This is expected: a model of this size cannot judge, and an audit must say so before a gate\n"
    "believes a judge."
)
_OPEN = "So few items settle little; an audit of your own judge takes 100 of each task."
_JUDGE = """\
# A judge with short prompts and short replies, so that a small model on a CPU can be asked at all.
judge: demo-judge
rubric:
  criterion: Does the answer say what the right answer says?
  levels: {1: "no", 2: partly, 3: "yes"}
  needs_reference: true
template: demo-judge.jinja
output: text
max_tokens: 8
"""
_TEMPLATE = """\
{# version: 1 #}
Question:
{{ prompt }}
Right answer:
{{ reference }}
Answer to grade:
{{ answer }}
{{ criterion }}
{{ scale }}
{{ form if short else "Reply with [1], [2] or [3] and nothing else." }}
"""


async def audit(run: Run, model: Model, folder: Path) -> None:
    """Write the judge's file into the folder, audit it on the run's answers, and print the news.

    One request at a time: a small model on a CPU is no faster with more.
    """
    path = folder / "demo-judge.yaml"
    write_pieces(folder / "demo-judge.jinja", [_TEMPLATE.encode()])
    write_pieces(path, [_JUDGE.encode()])
    bench = Bench(
        judge=read_judge(str(path)), model=model, store=run.store, limits=Limits(workers=1)
    )
    made = prepare(bench, run.info, scope=_SCOPE)
    click.echo(_ASKED.format(asked=estimate(made).judgements))
    progress = Progress(bench.tally, bench.clock, noun="judgements")
    progress.start()
    try:
        found = await audit_judge(made)
    finally:
        progress.stop()
    click.echo(told(found, path))


def told(found: Audit, path: Path) -> str:
    """Return how the audit came out, and that it is expected where it is."""
    why = "\n".join(f"  {line}" for line in found.why)
    expected = _EXPECTED if found.void else _OPEN
    statera = ".venv/bin/statera"
    return _FOUND.format(
        headline=headline(found),
        why=why,
        expected=expected,
        path=path,
        items=ITEMS,
        statera=statera,
    )
