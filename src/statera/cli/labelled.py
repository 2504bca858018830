"""What a person reads of labels that were kept: what they come to, whose they are, who agrees."""

from collections.abc import Sequence

from statera.api.labels import LabelResult, LabelSummary
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import console, plural
from statera.cli.winrates import shown
from statera.records.labels import Labelled
from statera.stats.agreement import Agreement

_PAIRS = (
    Column("task", name=True),
    Column("win rate"),
    Column("95 % interval"),
    Column("items"),
    Column("won", 1),
    Column("lost", 1),
    Column("tied", 1),
)
_GRADES = (
    Column("task", name=True),
    Column("mean"),
    Column("95 % interval"),
    Column("good", 1),
    Column("items"),
)

_UNKNOWN = "with no known probability; what they say holds for these items only"


def print_labels(summary: LabelSummary, scale: Sequence[str], *, judge: str) -> None:
    """Print what was kept, one line a task, then what must be known of it and what is next.

    `scale` names the levels, the lowest first; `judge` is the judge that can be measured by them,
    empty where they are of a classifier's score, which they correct as it is read.
    """
    out = console()
    out.print(f"[bold]{visible(_headline(summary))}[/]", soft_wrap=True, markup=True)
    columns = _PAIRS if summary.on_record.against else (*_GRADES, *map(_level, scale))
    print_table(out, columns, [Line(_cells(result, summary)) for result in summary.results])
    for line in told(summary):
        out.print(visible(line), soft_wrap=True, markup=False)
    for warning in _warnings(summary):
        plain = visible(warning).replace("[", r"\[")
        out.print(f"[yellow]warning[/] {plain}", soft_wrap=True)
    following = f"judge calibrate {judge}" if judge else "show"
    out.print(f"next: statera {following} {summary.run[:8]}", soft_wrap=True)


def told(summary: LabelSummary) -> list[str]:
    """Return whose labels they are, how the items were drawn, and how far the labellers agree."""
    by = ", ".join(f"{name or 'unnamed'} {count}" for name, count in summary.labellers.items())
    lines = [f"labels by: {by}", f"drawn: {_drawn(summary.on_record)}"]
    if summary.agreement is not None:
        lines.append(f"agreement: {_agreed(summary.agreement, summary.on_record)}")
        lines.append(f"several labels: {_several(summary.on_record)}")
    if summary.left is not None:
        lines.append(f"left reply named {shown(summary.left)} (0.5: no lean to a side)")
    if summary.empty:
        lines.append(f"not kept: {plural(summary.empty, 'label')} of empty replies")
    rows = [result.estimate for result in summary.results]
    for title, there in (("interval", True), ("no interval", False)):
        if made := sorted({row.method for row in rows if (row.low is not None) == there}):
            lines.append(f"{title}: {'; '.join(made)}")
    return lines


def _headline(summary: LabelSummary) -> str:
    record = summary.on_record
    against = f" against {record.against[:8]}" if record.against else ""
    return (
        f"{summary.metric} of run {summary.run[:8]}{against} · "
        f"{plural(summary.n, 'label')} of {plural(summary.items, 'item')} kept"
    )


def _level(name: str) -> Column:
    return Column(f"[{name}]", 2)


def _cells(result: LabelResult, summary: LabelSummary) -> list[str]:
    """Return a task's cells; a mean stands in levels, not as a share of the scale."""
    row, record = result.estimate, summary.on_record
    span = record.high - record.low
    digits = 3 if span == 1 else 2
    value, low, high = (
        None if x is None else f"{record.low + span * x:.{digits}f}"
        for x in (row.estimate, row.low, row.high)
    )
    cells = [result.task, value or "none", "none" if low is None else f"{low} to {high}"]
    counts = result.settled
    if record.against:
        return [*cells, str(row.n), *(str(counts[each]) for each in ("win", "loss", "tie"))]
    good = None if result.good is None else result.good.estimate
    share = "none" if good is None else f"{good:.3f}"
    return [*cells, share, str(row.n), *map(str, counts.values())]


def _drawn(record: Labelled) -> str:
    if record.probability is not None:
        return f"each item with probability {record.probability:.4g}"
    if not record.probabilities:
        return _UNKNOWN
    shares = {task: {*found.values()} for task, found in record.probabilities.items()}
    if any(len(found) > 1 for found in shares.values()):
        return "items with different probabilities, which the numbers above do not weigh"
    each = (f"{next(iter(found)):.4g} in {task}" for task, found in shares.items())
    return f"each item with probability {', '.join(each)}"


def _agreed(agreement: Agreement, record: Labelled) -> str:
    """Return alpha with its interval or why there is none, and how often labels differ."""
    value, low, high = agreement.value, agreement.low, agreement.high
    if value is None:
        alpha = f"none ({agreement.method})"
    elif low is None or high is None:
        alpha = f"{value:.3f} ({agreement.method})"
    else:
        alpha = f"{value:.3f} [{low:.3f}, {high:.3f}]"
    what = "pairs" if record.against else "replies"
    return (
        f"Krippendorff's alpha {alpha}; of {record.twice} {what} with several labels "
        f"{record.disagreed} have different ones"
    )


def _several(record: Labelled) -> str:
    """Return how several labels of a reply or pair were made one."""
    if record.against:
        return "what most say counts; as many on two sides are a tie"
    if record.high - record.low > 1:
        return "their mean is the number, the highest level that most give or exceed the level"
    return "what most say counts; an even split is undecided"


def _warnings(summary: LabelSummary) -> list[str]:
    missing, found = summary.on_record.missing, []
    if missing:
        found.append(
            f"{plural(missing, 'drawn item')} without a label: go on labelling, or the labels are "
            "not the random part that was drawn"
        )
    if undecided := summary.on_record.undecided:
        found.append(
            f"{plural(undecided, 'trial')} undecided, as many labels for as against, and in no "
            "number: one more labeller decides"
        )
    if summary.replaced:
        found.append(
            f"replaces the labels against {summary.replaced[:8]}: a run keeps those against one "
            "other; their file still holds them"
        )
    elif summary.dropped:
        found.append(
            f"the labels of {', '.join(summary.dropped)} were kept before and are not "
            "among these: to have all, --import-only with each --labels FILE"
        )
    return found
