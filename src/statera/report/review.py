"""A comment for a review, in GitHub-flavoured Markdown: the decision, what moved, why, how again.

Every name from outside stands in a code span: there it can neither format, link nor notify anyone.
"""

from collections.abc import Iterable, Sequence

from statera.analysis.comparison import ComparisonRow
from statera.analysis.measure import MetricRow
from statera.report import numbers, plaintext
from statera.report.content import Content, Subject
from statera.report.judgedlines import judged_lines
from statera.report.rules import Decision, RuleLine, decision
from statera.report.story import surely_moved
from statera.report.why import why

_ROWS = 20
_MOVED = 5
_SHORT = 8
_MARKS = frozenset("\\`*_{}[]<>|#@&~!")


def review(content: Content) -> str:
    """Return the comment; what is long is cut, and says so."""
    parts = [_title(content)]
    if content.ruling is not None:
        parts += _decided(decision(content.ruling))
    if content.comparison is None:
        parts.append(_estimates(content.candidate.metrics))
    else:
        parts += _compared(content.comparison.rows)
    if judged := judged_lines(content):
        parts.append("\n".join(f"- {_plain(line)}" for line in judged))
    if content.diagnosis is not None:
        causes = [
            f"- {c.name}{' (undetermined)' if c.open else ''} in {code(c.task)}: "
            f"{c.size or 'size not known'}"
            for c in why(content.diagnosis).causes
        ]
        parts += ["**Why it moved**", "\n".join(causes)] if causes else []
    parts += [f"{_plain(c.what)}:\n\n```\n{_fenced(c.line)}\n```" for c in content.commands]
    return "\n\n".join(parts) + "\n"


def code(text: str) -> str:
    """Return a name as a code span, which no character of it can leave."""
    line = plaintext.name(text).replace("`", "'").replace("|", "\\|")
    return f"`{line}`" if line else "` `"


def _fenced(text: str) -> str:
    return plaintext.passage(text).replace("```", "'''")


def _plain(text: str) -> str:
    """Return a sentence that says no more than its letters."""
    return "".join(f"&#{ord(c)};" if c in _MARKS else c for c in plaintext.name(text))


def _title(content: Content) -> str:
    runs = _run(content.candidate)
    if content.base is not None:
        runs += f" against {_run(content.base)}"
    if content.ruling is None:
        return f"### statera: {runs}"
    found = decision(content.ruling)
    return f"### {found.sign} {found.verdict.upper()} {code(found.gate)}: {runs}"


def _run(subject: Subject) -> str:
    return code(", ".join(subject.info.tags) or subject.info.id[:_SHORT])


def _decided(found: Decision) -> list[str]:
    parts = [_plain(found.summary)]
    if found.override:
        parts.append(f"**Overridden.** {_plain(found.override)}")
    lines = [line for part in found.parts for block in part.blocks for line in block.lines]
    shown = [line for line in lines if line.verdict != "pass"] or lines
    head = ("", "rule", "claim", "value", "bound", "items", "needs")
    parts.append(_table(head, (_rule(line) for line in shown[:_ROWS])))
    hidden = len(lines) - min(len(shown), _ROWS)
    if hidden:
        parts.append(f"{numbers.plural(hidden, 'more rule')} not shown here, those that pass last.")
    return [*parts, *(f"> {_plain(note)}" for note in found.notes)]


def _rule(line: RuleLine) -> Sequence[str]:
    claim = line.claim.replace("must be ", "", 1)
    sign = f"{line.sign} {line.verdict}"
    cells = (line.value, line.bound, line.n, line.need)
    return (sign, code(line.name), code(claim), *map(_plain, cells))


def _estimates(rows: Iterable[MetricRow]) -> str:
    whole = [row for row in rows if row.category is None]
    cells = [
        (code(r.metric), numbers.share(r.estimate), _plain(_spread(r, signed=False)), f"{r.n:,}")
        for r in whole[:_ROWS]
    ]
    return _table(("metric", "estimate", "interval", "items"), cells)


def _compared(rows: Sequence[ComparisonRow]) -> list[str]:
    whole = [row for row in rows if row.category is None]
    head = ("metric", "base", "candidate", "difference", "interval", "items", "adjusted p")
    parts = [_table(head, map(_moved, whole[:_ROWS]))]
    leads = {row.metric.split("/", 1)[0]: row.metric for row in reversed(whole)}.values()
    surely = [row for row in rows if row.category and row.metric in leads and surely_moved(row)]
    worst = sorted(surely, key=_gain)[:_MOVED]
    if worst:
        told = f"Categories that surely moved: {len(surely)}"
        parts += [f"{told}; what lost most:", _table(head, map(_moved, worst))]
    return parts


def _gain(row: ComparisonRow) -> float:
    change = row.difference or 0.0
    return change if row.higher_is_better else -change


def _moved(row: ComparisonRow) -> Sequence[str]:
    return (
        code(row.name),
        numbers.share(row.base),
        numbers.share(row.candidate),
        numbers.change(row.difference),
        _plain(_spread(row, signed=True)),
        numbers.items(row.n, row.clusters),
        _plain(numbers.probability(row.p_adjusted)),
    )


def _spread(row: MetricRow | ComparisonRow, *, signed: bool) -> str:
    told = numbers.span(row.low, row.high, signed=signed)
    return f"{told} at {numbers.level(row.level)}" if told else f"none: {row.method}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
