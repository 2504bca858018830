"""An audit as one page of Markdown: first whether the judge stands, then each figure."""

import re
from collections.abc import Iterator

from statera.analysis.audit import Audit
from statera.analysis.judgeaudit import drifts, kin, lengths, places, repeats, sanity, verdicts
from statera.analysis.judgeaudit.figures import Figure, Section, State, Warned
from statera.report.plaintext import name
from statera.stats.results import LEVEL

WORDS: dict[State, str] = {
    "void": "VOID: this judge cannot be used here",
    "not shown": "NOT SHOWN: it is open whether this judge can be used",
    "warning": "usable, with the warnings below",
    "ok": "no fault found",
    "not measured": "nothing measured",
}
QUESTIONS: dict[str, str] = {
    verdicts.NAME: "Does it give a verdict when asked?",
    sanity.NAME: "Do replies that deserve nothing get something?",
    places.NAME: "Does it lean to the first or the second place?",
    lengths.NAME: "Does it take length for quality?",
    repeats.NAME: "Does it say the same when asked again?",
    kin.NAME: "Does it favour replies of its own family of models?",
    drifts.NAME: "Does it still judge as it did before?",
}
_HEAD = ("figure", "value", "interval", "n", "how to read it", "method")
_MARKS = re.compile(r"[\\`*\[<|]")


def headline(audit: Audit) -> str:
    """Return in one line whether the judge stands."""
    open_ = audit.state == "ok" and "not measured" in audit.by_state
    return f"{audit.about.judge}: {WORDS[audit.state]}{' in what was measured' * open_}"


def overview(audit: Audit) -> list[str]:
    """Return a line for each state with the sections that came out so, the worst first.

    Then what earlier audits found that this one did not look at as closely.
    """
    part = {section.name: _part(section) for section in audit.sections if _part(section)}
    found = [
        f"{state}: {', '.join(name + part.get(name, '') for name in names)}"
        for state, names in audit.by_state.items()
    ]
    return [*found, *(f"found earlier: {one}, {_since(audit, one)}" for one in audit.earlier)]


def _since(audit: Audit, found: Warned) -> str:
    """Return why what was found earlier still stands."""
    now = next((s for s in audit.sections if _same(s, found) and s.state != "not measured"), None)
    return "not asked this time" if now is None else f"on {found.n:,}, this time on {now.n:,}"


def _same(section: Section, found: Warned) -> bool:
    return (section.name, section.criterion) == (found.name, found.criterion)


def _part(section: Section) -> str:
    """Return what alone was measured of a section that is ok, where it is not all."""
    alone = section.name == lengths.NAME and lengths.padding_alone(section.figures)
    return " (padding alone)" if alone and section.state == "ok" else ""


def about(audit: Audit) -> str:
    """Return in one line what was audited, on what, and at which price."""
    found = audit.about
    runs = " against ".join(run[:8] for run in found.runs)
    era = f", era {found.era}" if found.era else ""
    cost = f", ${found.cost:.4f}" if found.cost else ""
    more = [f"{found.anchors:,} anchors again"] * bool(found.anchors)
    more += [f"{found.others:,} by other judges"] * bool(found.others)
    asked = ", ".join([f"{found.judgements} judgements, {found.new} of them new", *more])
    return (
        f"judge {found.judge} ({found.kind}) · model {found.model} · its run "
        f"{found.judge_run[:8]}{era} · on {runs} · {asked}{cost} "
        f"· intervals {100 * LEVEL:g} % where nothing else is said"
    )


def title(section: Section) -> str:
    """Return the section's name, its criterion if there are several, its state and its question."""
    of = f" of {section.criterion}" if section.criterion else ""
    asks = QUESTIONS.get(section.name, "")
    return f"{section.name}{of}: {section.state}{_part(section)}" + (f" · {asks}" if asks else "")


def cells_of(figure: Figure) -> tuple[str, str, str, str]:
    """Return name, value, interval and n as texts; an absent number is `none`."""
    bounds = "none"
    if figure.low is not None and figure.high is not None:
        bounds = f"{figure.low:.3f} to {figure.high:.3f}"
    value = "none" if figure.value is None else f"{figure.value:.3f}"
    return figure.name, value, bounds, figure.counted


def method_of(figure: Figure) -> str:
    """Return how the interval was made, or why there is none; its level where it is not 95 %."""
    bare = figure.low is None or figure.level == LEVEL
    return figure.method if bare else f"{figure.method}, {100 * figure.level:g} %"


def markdown(audit: Audit) -> str:
    """Return the page."""
    return "\n".join(_lines(audit)) + "\n"


def _lines(audit: Audit) -> Iterator[str]:
    yield f"# {_plain(headline(audit))}"
    yield ""
    if audit.why:
        yield from (f"- {_plain(why)}" for why in audit.why)
        yield ""
    yield from (f"- {line}" for line in overview(audit))
    yield ""
    yield _plain(about(audit))
    for section in audit.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield f"## {_plain(title(section))}"
    yield ""
    for line in section.said:
        yield f"- {_plain(line)}"
    if section.advice:
        yield f"- **What to do:** {_plain(section.advice)}"
    if section.figures:
        yield ""
        yield f"| {' | '.join(_HEAD)} |"
        yield "|---|---:|---:|---:|---|---|"
        for figure in section.figures:
            cells = (*cells_of(figure), figure.reads, method_of(figure))
            yield f"| {' | '.join(map(_plain, cells))} |"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it stands, in one line."""
    return _MARKS.sub(lambda mark: f"\\{mark[0]}", name(text))
