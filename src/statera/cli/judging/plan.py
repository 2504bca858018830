"""Say how many labels a judged number needs, by people or by a dearer judge, and what they cost."""

from typing import Any

import click

from statera.api.labelplanning import LabelPlan, PlanRow, Wish, plan_labels
from statera.api.stored import Run
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.flags import json_flag, level_flag, store_flag
from statera.cli.settings import Flag
from statera.cli.tables import console, plural
from statera.codec.files import to_json
from statera.stats.labelplan import SUPPOSED
from statera.stats.ppi import MIN_LABELS
from statera.store.runstore import RunStore

SCHEMA = 1
_COLUMNS = (
    Column("labels"),
    Column("share", 1),
    Column("half-width"),
    Column("without the judge", 1),
    Column("power", 2),
    Column("cost", 2),
)


@click.command("plan")
@click.argument("run", default="latest")
@click.option("--metric", cls=Flag, metavar="NAME", help="Which judged metric: task/name, or name.")
@click.option(
    "--base",
    cls=Flag,
    metavar="RUN",
    help="Plan the difference from this run: labels on both.",
)
@click.option(
    "--half-width", cls=Flag, type=float, metavar="H", help="The interval reaches so far, as 0.05."
)
@click.option(
    "--margin",
    cls=Flag,
    type=float,
    metavar="M",
    help="A gate shall pass what lies this far beyond its limit.",
)
@click.option(
    "--power",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    show_default=True,
    help="How surely, with --margin.",
)
@click.option(
    "--alpha",
    cls=Flag,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="One-sided, with --margin.",
)
@click.option(
    "--correlation",
    cls=Flag,
    type=float,
    default=SUPPOSED,
    show_default=True,
    metavar="R",
    help="Of the judge with labels, where none show it.",
)
@click.option("--label-cost", cls=Flag, type=float, metavar="USD", help="Of one label.")
@click.option("--judge-cost", cls=Flag, type=float, metavar="USD", help="Of one item judged.")
@click.option(
    "--budget", cls=Flag, type=float, metavar="USD", help="Say how to split it on new items."
)
@level_flag
@store_flag
@json_flag
def command(run: str, base: str | None, store: str, as_json: bool, **flags: Any) -> None:
    """Plan labels for a judged metric of RUN: how many narrow its interval how far.

    Labels that are there already are the pilot: they show how far the judge goes with them. So do
    the verdicts of a second judge on its part (statera score --second): the plan is then of those.
    Without either a correlation is supposed, and labels vary as the judge's verdicts do.

    \b
    statera judge plan candidate --metric support/quality --half-width 0.03
    statera judge plan candidate --margin 0.05 --label-cost 2
    """
    runs = RunStore(store)
    read = Run(runs, runs.find(run))
    metric = flags.pop("metric")
    plan = plan_labels(
        read, metric, Wish(**flags), base=None if base is None else Run(runs, runs.find(base))
    )
    if as_json:
        click.echo(to_json(shape(read, plan)))
        return
    out = console()
    for line in head(plan):
        out.print(visible(line), soft_wrap=True, markup=False, highlight=False)
    powered = plan.wish.margin is not None
    columns = [c for c in _COLUMNS if c.title in _shown(plan)]
    print_table(out, columns, [Line(_cells(row, plan, powered=powered)) for row in plan.rows])
    for line in told(plan, read.info.id[:8]):
        out.print(visible(line), soft_wrap=True, markup=False, highlight=False)


def head(plan: LabelPlan) -> list[str]:
    """Return what the plan rests on."""
    basis, known = plan.basis, plan.basis.known
    side = " (difference: labels on both runs)" if plan.sides == 2 else ""
    lines = [f"{plan.metric}{side} · judge {plan.judge} · {plural(known.items, 'item')}"]
    explained = f"it explains {100 * known.explained:.0f} % of how they vary"
    if basis.by:
        whose = "people" if basis.by == "people" else f"the second judge ({basis.by})"
        bounds = "" if basis.bounds is None else f" [{basis.bounds[0]:.2f}, {basis.bounds[1]:.2f}]"
        lines.append(
            f"pilot: {plural(known.labels, 'label')} by {whose}: correlation with the judge "
            f"{basis.correlation:.2f}{bounds}, {explained}"
        )
    else:
        few = f" ({plural(basis.few, 'label')} are no pilot)" if basis.few else ""
        lines.append(
            f"supposed{few}: correlation {basis.correlation:.2f} of the judge with labels "
            f"(--correlation), {explained}; labels vary as its verdicts do"
        )
    if known.effect > 1:
        lines.append(f"items hang together: each label counts {1 / known.effect:.2f}")
    if known.least > MIN_LABELS:
        lines.append(
            f"below {known.least:,} labels too few may differ from the judge: exact bounds, wider"
        )
    return lines


def told(plan: LabelPlan, run: str) -> list[str]:
    """Return what the wish needs, what it costs, and the command that draws so many."""
    lines, needed, wish = [], plan.needed, plan.wish
    if needed is not None:
        why = (
            f"half-width {wish.half_width:g}"
            if wish.half_width is not None
            else f"power {wish.power:g} at margin {wish.margin:g}, one-sided alpha {wish.alpha:g}"
        )
        lines.append(f"for {why}: {needed}{_money(plan)}")
        if needed.labels is not None:
            lines.append(_next(plan, run, needed.labels / needed.items))
    if plan.split is not None:
        lines.append(f"${wish.budget:g} on new items: {plan.split}")
    return lines


def shape(run: Run, plan: LabelPlan) -> dict[str, object]:
    """Return schema 1 of `judge plan --json`."""
    known = plan.basis.known
    return {
        "schema": SCHEMA,
        "run": run.info.id,
        "metric": plan.metric,
        "judge": plan.judge,
        "raw": plan.basis.raw,
        "pilot": {
            "by": plan.basis.by,
            "labels": known.labels,
            "correlation": plan.basis.correlation,
            "bounds": plan.basis.bounds,
            "variance": known.variance,
            "design_effect": known.effect,
        },
        "items": known.items,
        "runs_to_label": plan.sides,
        "rows": plan.rows,
        "needed": plan.needed,
        "prices": {"label": plan.wish.label_cost, "judgement": plan.wish.judge_cost},
        "split": plan.split,
    }


def _shown(plan: LabelPlan) -> list[str]:
    hidden = set() if plan.wish.margin is not None else {"power"}
    hidden |= set() if plan.wish.label_cost is not None else {"cost"}
    return [column.title for column in _COLUMNS if column.title not in hidden]


def _cells(row: PlanRow, plan: LabelPlan, *, powered: bool) -> list[str]:
    cells = [
        f"{row.labels:,}",
        f"{100 * row.share:.0f} %",
        _number(row.half_width),
        _number(row.alone),
    ]
    if powered:
        cells.append(f"{row.power:.2f}")
    return cells if row.cost is None else [*cells, f"${row.cost:,.2f}"]


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _money(plan: LabelPlan) -> str:
    needed, cost = plan.needed, plan.wish.label_cost
    if needed is None or needed.labels is None or cost is None:
        return ""
    price = needed.labels * plan.sides * cost
    rest = "" if needed.alone is None else f" against ${needed.alone * plan.sides * cost:,.2f}"
    return f"; ${price:,.2f}{rest}"


def _next(plan: LabelPlan, run: str, share: float) -> str:
    """Return the command that draws so many labels: never fewer than planned."""
    wanted = min(1.0, -(-share * 100 // 1) / 100)
    if plan.basis.by not in ("", "people"):
        return (
            f"next: the same two judges, statera score {run} --judge … --second … --part {wanted:g}"
        )
    return f"next: {' and '.join(f'{told} --share {wanted:g}' for told in plan.commands)}"
