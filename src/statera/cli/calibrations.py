"""What a person reads of a judge's error: agreement, confusion, bias, and corrected numbers.

Every rate stands with its interval. First comes what must be known before the judge is used.
"""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console
from rich.text import Text

from statera.analysis.calibration import Arm, Calibration
from statera.analysis.comparison import ComparisonRow
from statera.analysis.labelledtrials import PAIRS
from statera.analysis.measure import MetricRow
from statera.api.calibrating import Calibrated, Page
from statera.cli import judgednumbers
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import console, plural
from statera.cli.wrapping import say
from statera.stats.agreement import Agreement
from statera.stats.confusion import ClassError
from statera.stats.ppi import MIN_LABELS
from statera.stats.results import Difference, Estimate
from statera.stats.rogangladen import MIN_CLASS

Tags = Mapping[str, Sequence[str]]
"""The tags of runs, by id."""

_AGREEMENT = (
    Column("agreement beyond chance", name=True),
    Column("value"),
    Column("95 % interval"),
    Column("trials"),
    Column("same class", 1, below=True),
)
_BIAS = (
    Column("bias"),
    Column("95 % interval"),
    Column("items"),
)
_NUMBERS = (Column("raw"), Column("95 % interval"), *judgednumbers.COLUMNS)


def print_page(page: Page, tags: Tags) -> None:
    """Print a judge's error on one run or two, score by score."""
    out = console()
    runs = " and ".join(_run(run, tags) for run in page.runs)
    _tell(out, f"judge {page.judge} · its run {page.judge_run[:8]} · on {runs}", "bold")
    for note in page.notes:
        _tell(out, f"warning {note}", "yellow")
    for one in page.scores:
        _score(out, one, tags)
    _tell(out, _kept(page), "dim" if page.kept else "")


def _kept(page: Page) -> str:
    """Return what becomes of the judge's error, and whether it helps with other runs."""
    if not page.kept:
        return "not kept: the judge has no run of its own in this store"
    most = max((arm.labelled for one in page.scores for arm in one.error.arms), default=0)
    if most < 2 * MIN_CLASS:
        return (
            f"kept with the judge's run; {plural(most, 'label')} of a run correct nothing on other "
            f"runs: {MIN_LABELS} at least are needed, of a yes or no {MIN_CLASS} of each"
        )
    return (
        "kept with the judge's run: where other runs have no labels, its numbers there are "
        "corrected by this error, and marked transported"
    )


def _tell(out: Console, text: str, style: str = "") -> None:
    if text:
        say(out, Text(visible(text)), style)


def _run(run: str, tags: Tags) -> str:
    named = ", ".join(tags.get(run, ()))
    return f"{run[:8]} ({named})" if named else run[:8]


def _score(out: Console, one: Calibrated, tags: Tags) -> None:
    found = one.error
    out.print()
    against = f" against {_run(found.against, tags)}" if found.against else ""
    _tell(out, f"{found.task}/{found.score}{against}", "bold")
    for told in found.warnings:
        _tell(out, f"warning {told}", "yellow")
    for arm in found.arms:
        _tell(out, f"labels of {_run(arm.run, tags)}: {_labels(arm)}")
    _agreement(out, found)
    _matrix(out, found)
    _kinds(out, found, tags)
    _bias(out, found, tags)
    _numbers(out, one, tags)


def _labels(arm: Arm) -> str:
    by = plural(arm.labellers or 1, "person").replace("persons", "people")
    verdicts = "" if arm.judged == arm.labelled else f", {arm.judged} of them with a verdict"
    drawn = "drawn nobody knows how"
    if arm.probability == 1:
        drawn = "all of them"
    elif arm.probability is not None:
        drawn = f"drawn at random, each with probability {arm.probability:.3g}"
    elif arm.drawn == "unequally":
        drawn = "drawn with different probabilities, all known; rates below do not weigh by them"
    return (
        f"{plural(arm.labelled, 'trial')} of {plural(arm.items, 'item')}{verdicts}, {drawn}; {by}"
    )


def _agreement(out: Console, found: Calibration) -> None:
    rows = [("Cohen's kappa", found.kappa)]
    if found.weighted is not None:
        rows.append(("Cohen's kappa, squared distances", found.weighted))
    kind = found.alpha.method.partition(", ")[2].partition(";")[0]
    rows.append((f"Krippendorff's alpha{f', {kind}' if kind else ''}", found.alpha))
    out.print()
    print_table(out, _AGREEMENT, [Line(_agreed(name, value)) for name, value in rows])
    _lacking(out, (value.method for _, value in rows if value.low is None))


def _agreed(name: str, found: Agreement) -> list[str]:
    same = "none" if found.observed is None else f"{found.observed:.3f}"
    return [name, _number(found.value), _span(found), str(found.units), same]


def _matrix(out: Console, found: Calibration) -> None:
    """Print how often each class was called what, and how well each is told."""
    told = found.confusion
    columns = [
        Column("people \\ judge", left=True),
        *(Column(name) for name in told.classes),
        *([Column("no verdict")] if any(told.unparsed) else []),
        Column("sensitivity"),
        Column("specificity", 1, below=True),
    ]
    lines = []
    for place, name in enumerate(told.classes):
        unread = [str(told.unparsed[place])] if any(told.unparsed) else []
        counts = [str(count) for count in told.matrix[place]]
        lines.append(Line([name, *counts, *unread, *_rates(told.per_class[place])]))
    out.print()
    print_table(out, columns, lines)


def _kinds(out: Console, found: Calibration, tags: Tags) -> None:
    """Print each run's rates, below them those of each kind of content."""
    whole = found.arms[0].confusion
    several = len(found.arms) > 1 or bool(whole.kinds)
    if not several and whole.classes == found.confusion.classes:
        return
    named = list(whole.classes) if whole.classes == PAIRS else [whole.classes[0]]
    columns = [
        Column("run or kind", name=True),
        Column("trials"),
        Column("same class"),
    ]
    for place, name in enumerate(named):
        of = f"{name}: " if len(named) > 1 else ""
        columns += [
            Column(f"{name}: sensitivity", place, below=True),
            Column(f"{of}specificity", place + 1, below=True),
        ]
    lines = []
    for arm in found.arms:
        told = arm.confusion
        rows = [(_run(arm.run, tags), told.n, told.accuracy, told.per_class)]
        rows += [(f"  {kind.kind}", kind.n, kind.accuracy, kind.per_class) for kind in told.kinds]
        for name, count, accuracy, classes in rows:
            rates = [cell for part in classes[: len(named)] for cell in _rates(part)]
            style = "dim" if name.startswith("  ") else ""
            lines.append(Line([name, str(count), _with_span(accuracy), *rates], style))
    out.print()
    print_table(out, columns, lines)


def _rates(part: ClassError) -> list[str]:
    return [_with_span(part.sensitivity), _with_span(part.specificity)]


def _bias(out: Console, found: Calibration, tags: Tags) -> None:
    rows: list[tuple[str, Estimate | Difference]] = [
        (_run(arm.run, tags), arm.bias) for arm in found.arms
    ]
    if found.gap is not None:
        rows.append(("difference (it favours the first where above 0)", found.gap))
    lines = [Line([name, _signed(v.value), _signed_span(v), str(v.n)]) for name, v in rows]
    out.print()
    what = "win rate" if found.against else "share of the scale"
    print_table(out, [Column(f"judge less people, {what}", name=True), *_BIAS], lines)
    _lacking(out, (value.method for _, value in rows if value.low is None))


def _numbers(out: Console, one: Calibrated, tags: Tags) -> None:
    """Print the judge's numbers, raw and as people's labels correct them, metric by metric."""
    known: list[MetricRow] = [row for rows in one.numbers for row in rows]
    for metric in dict.fromkeys(row.metric for row in known):
        lines = [
            Line([_run(arm.run, tags), *_raw(row)])
            for arm, rows in zip(one.error.arms, one.numbers, strict=True)
            for row in rows
            if row.metric == metric
        ]
        lines += [
            Line(["difference", *_apart(row)]) for row in one.differences if row.metric == metric
        ]
        out.print()
        print_table(out, [Column(metric, name=True), *_NUMBERS], lines)
    both: list[judgednumbers.Row] = [*known, *one.differences]
    for warning in judgednumbers.warnings(both):
        _tell(out, f"warning {warning}", "yellow")
    for note in judgednumbers.notes(both):
        _tell(out, note, "dim")


def _raw(row: MetricRow) -> list[str]:
    raw = "void" if row.estimate is None else f"{row.estimate:z.3f}"
    span = "none" if row.low is None else f"{row.low:z.3f} to {row.high:z.3f}"
    return [raw, span, *judgednumbers.cells(row.behind)]


def _apart(row: ComparisonRow) -> list[str]:
    span = "none" if row.low is None else f"{row.low:+z.3f} to {row.high:+z.3f}"
    cells = judgednumbers.cells(row.behind, signed=True)
    return [_signed(row.difference), span, *cells]


def _lacking(out: Console, methods: Iterator[str]) -> None:
    for why in sorted(set(methods)):
        _tell(out, f"no interval where: {why.removeprefix('no interval: ')}", "dim")


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:z.3f}"


def _signed(value: float | None) -> str:
    return "none" if value is None else f"{value:+z.3f}"


def _span(found: Agreement) -> str:
    if found.low is None or found.high is None:
        return "none"
    return f"{found.low:z.3f} to {found.high:z.3f}"


def _signed_span(found: Estimate | Difference) -> str:
    if found.low is None or found.high is None:
        return "none"
    return f"{found.low:+z.3f} to {found.high:+z.3f}"


def _with_span(found: Estimate) -> str:
    if found.value is None:
        return "none"
    if found.low is None or found.high is None:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
