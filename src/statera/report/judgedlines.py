"""What stands behind judges' numbers, in sentences: raw, corrected by people, or the word alone."""

from collections.abc import Sequence

from statera.analysis.comparison import ComparisonRow
from statera.analysis.judgednumber import Behind
from statera.analysis.measure import MetricRow
from statera.report import numbers, plaintext
from statera.report.content import Content

_MOST = 12


def judged_lines(content: Content) -> list[str]:
    """Return a sentence for each judged metric of a whole task: of two runs, for its difference."""
    rows: Sequence[MetricRow | ComparisonRow] = content.candidate.metrics
    if content.comparison is not None:
        rows = content.comparison.rows
    whole = [(row, row.behind) for row in rows if row.category is None and row.behind is not None]
    paired = content.comparison is not None
    return [_line(row.metric, behind, paired) for row, behind in whole[:_MOST]]


def _line(metric: str, behind: Behind, paired: bool) -> str:
    what = f"{plaintext.name(metric)}, by judge {plaintext.name(behind.judge)}"
    judged = " and ".join(f"{side} judged" for side in behind.sides)
    if behind.void:
        return f"{what}: {behind.void}"
    told = numbers.change if paired else numbers.share
    found = behind.corrected
    warned = "".join(f"; an audit warns: {plaintext.name(one)}" for one in behind.audit)
    raw = f"{what}: {told(found.raw)} raw ({judged})"
    if found.value is None:
        return f"{raw}; uncorrected, so the judge's word alone: {found.method}{warned}"
    spread = numbers.span(found.low, found.high, signed=paired)
    labels = numbers.plural(found.labels, "label")
    carried = ", transported: measured on other replies" if found.transported else ""
    level = numbers.level(found.level)
    refused = f"; refused: {found.refused}" if found.refused else ""
    return (
        f"{raw}; {told(found.value)} ({spread} at {level}) as {labels} correct it by "
        f"{found.method}{carried}{refused}{warned}"
    )
