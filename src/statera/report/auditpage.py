"""An audit as one page of Markdown: first whether the judge stands, then each figure."""

from collections.abc import Iterator

from statera.analysis.audit import Audit
from statera.analysis.judgeaudit.figures import Figure, Section, State

WORDS: dict[State, str] = {
    "void": "VOID: this judge cannot be used here",
    "not shown": "NOT SHOWN: it is open whether this judge can be used",
    "warning": "usable, with the warnings below",
    "ok": "no fault found",
    "not measured": "nothing measured",
}


def headline(audit: Audit) -> str:
    """Return in one line whether the judge stands."""
    return f"{audit.about.judge}: {WORDS[audit.state]}"


def about(audit: Audit) -> str:
    """Return in one line what was audited, on what, and at which price."""
    found = audit.about
    runs = " against ".join(run[:8] for run in found.runs)
    era = f", era {found.era}" if found.era else ""
    cost = f", ${found.cost:.4f}" if found.cost else ""
    return (
        f"judge {found.judge} ({found.kind}) · model {found.model} · its run "
        f"{found.judge_run[:8]}{era} · on {runs} · {found.judgements} judgements, {found.new} of "
        f"them new{cost}"
    )


def markdown(audit: Audit) -> str:
    """Return the page."""
    return "\n".join(_lines(audit)) + "\n"


def _lines(audit: Audit) -> Iterator[str]:
    yield f"# {_plain(headline(audit))}"
    yield ""
    for why in audit.why:
        yield f"- {_plain(why)}"
    if audit.why:
        yield ""
    yield _plain(about(audit))
    for section in audit.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield f"## {title(section)}"
    yield ""
    for line in section.said:
        yield f"- {_plain(line)}"
    if section.figures:
        yield ""
        yield "| figure | value | interval | n | how |"
        yield "|---|---|---|---|---|"
        for figure in section.figures:
            cells = [_cell(part) for part in (*cells_of(figure), figure.method)]
            yield f"| {' | '.join(cells)} |"


def title(section: Section) -> str:
    """Return the section's name, its criterion if there are several, and its state."""
    of = f" of {section.criterion}" if section.criterion else ""
    return f"{section.name}{of}: {section.state}"


def cells_of(figure: Figure) -> tuple[str, str, str, str]:
    """Return name, value, interval and n as texts; an absent number is `none`."""
    bounds = "none"
    if figure.low is not None and figure.high is not None:
        bounds = f"{figure.low:.3f} to {figure.high:.3f} ({100 * figure.level:g} %)"
    value = "none" if figure.value is None else f"{figure.value:.3f}"
    return figure.name, value, bounds, f"{figure.n} {figure.of}"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it stands."""
    return text.replace("\n", " ").replace("<", "&lt;").replace("|", "\\|")


def _cell(text: str) -> str:
    return _plain(text)
