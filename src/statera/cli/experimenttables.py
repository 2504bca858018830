"""An experiment as a person reads it in a terminal: ratio, verdict, tables, what happened."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from statera.analysis.experiments.result import Contrast, Part
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.rulings import STYLES
from statera.cli.tables import console
from statera.cli.wrapping import plain, say
from statera.experiment.design import Design
from statera.experiment.durations import dated
from statera.report.experiments import amounts, words
from statera.report.experiments.content import Shown
from statera.report.experiments.rows import Role, Row, row
from statera.report.numbers import NONE, level
from statera.report.plaintext import name

_COLUMNS = (
    Column("standing", left=True),
    Column("outcome", left=True),
    Column("arm", name=True),
    Column("difference"),
    Column("interval", left=True),
    Column("limit", 1, left=True, below=True),
    Column("base to arm", 2, below=True),
    Column("units arm + base", 3, below=True),
)
_PARTS = (
    Column("segment", left=True),
    Column("value", name=True),
    Column("arm", left=True),
    Column("difference"),
    Column("interval", left=True),
    Column("adjusted p", 1),
    Column("units arm + base", 2, below=True),
)
_DIFF = {"+": "green", "-": "red"}


def print_experiment(shown: Shown) -> None:
    """Print the whole of it: what may void it first, what decides next, views and past below."""
    out, result = console(), shown.result
    _head(out, shown)
    out.print()
    pairs: list[tuple[Contrast, Role]] = [(contrast, "primary") for contrast in result.primary]
    pairs += [(contrast, "guardrail") for contrast in result.guardrails]
    rows = [row(contrast, shown.design, role) for contrast, role in pairs]
    print_table(out, _COLUMNS, [_line(one) for one in rows])
    for one in rows:
        if one.notes:
            say(
                out,
                f"  {plain(one.outcome)} {plain(one.arm)}: {plain(' · '.join(one.notes))}",
                "dim",
            )
    for warning in result.warnings:
        say(out, f"[yellow]warning[/] {plain(name(warning))}")
    _parts(out, "by segment", result.segments, shown.design)
    _say_all(out, words.homogeneity(result))
    _parts(
        out, "by the time of the first exposure: does it wear off?", result.novelty, shown.design
    )
    _views(out, shown)
    _past(out, shown)


def _head(out: Console, shown: Shown) -> None:
    result = shown.result
    line = plain(words.ratio_line(result.ratio))
    say(out, line, "bold red" if result.ratio.failed else "")
    for cause in words.ratio_causes(result.ratio):
        say(out, f"  [red]{plain(cause)}[/]")
    style = STYLES[result.verdict]
    head = f"[{style}]{result.verdict.upper()}[/] [bold]{plain(name(result.experiment))}[/]"
    say(out, f"{head} · {plain(shown.state)} · {plain(words.size_line(result))}")
    for reason in words.reasons(result):
        say(out, f"  {plain(reason)}")
    say(out, plain(words.setting(shown)), "dim")


def _line(one: Row) -> Line:
    cells: list[str | Text] = [
        Text(one.standing, STYLES[one.verdict]),
        one.outcome,
        one.arm,
        one.difference,
        one.bounds,
        one.limit,
        one.base if one.base == NONE else f"{one.base} to {one.candidate}",
        one.units,
    ]
    return Line(cells)


def _parts(out: Console, title: str, parts: Sequence[Part], design: Design) -> None:
    if not parts:
        return
    out.print()
    first = parts[0].contrast
    when = "at this look" if first.method.startswith("one look") else "at every look"
    say(out, f"[bold]{plain(title)}[/] (each interval at {level(first.level)}: all hold {when})")
    columns = [c for c in _PARTS if c.title != "adjusted p" or any(p.p is not None for p in parts)]
    print_table(out, columns, [_part_line(part, design, len(columns)) for part in parts])


def _part_line(part: Part, design: Design, width: int) -> Line:
    one = row(part.contrast, design, "view")
    p = [] if width < len(_PARTS) else ["" if part.p is None else amounts.probability(part.p)]
    named = (name(part.name), name(part.value), one.arm)
    return Line([*named, one.difference, one.bounds, *p, one.units])


def _views(out: Console, shown: Shown) -> None:
    """Print what decides nothing: late reports, within users, the Bayesian view."""
    result = shown.result
    views = [
        ("with late reports", result.late if shown.late else ()),
        ("within users", result.within),
    ]
    for title, contrasts in views:
        if contrasts:
            out.print()
            say(out, f"[bold]{title}[/] (decides nothing)")
        for contrast in contrasts:
            one = row(contrast, shown.design, "view")
            values = f"{one.base} to {one.candidate}"
            say(out, f"  {plain(one.outcome)} {plain(one.arm)}: {values}, "
                     f"{one.difference} ({one.bounds}), {one.units} units")  # fmt: skip
    places = max((amounts.decimals(contrast) for contrast in result.primary), default=3)
    if result.bayes:
        out.print()
        say(out, "[bold]a Bayesian view[/] (no part of the decision)")
        _say_all(out, list(words.bayes_lines(result.bayes, places)), "")


def _past(out: Console, shown: Shown) -> None:
    """Print who reported, what was counted aside, and what happened to the design."""
    result = shown.result
    for title, lines in (
        ("units that reported", words.responses(result)),
        ("not mixed in", words.aside(result.aside)),
    ):
        if lines:
            out.print()
            say(out, f"[bold]{title}[/]")
            _say_all(out, lines, "")
    out.print()
    say(out, f"[bold]the design[/] {plain(words.registration(shown))}")
    for edit in shown.edits:
        say(out, f"  [yellow]edited[/] {dated(edit.at)} · design {plain(edit.digest)}")
        for line, style in _diff(edit.diff):
            out.print(Text(f"    {line}", style), soft_wrap=True)
    for event in shown.events:
        said = words.happened(event.kind, event.detail)
        say(out, f"  {dated(event.at)}  {plain(said)}")
    out.print()
    say(out, "[bold]how the bounds were made[/]")
    _say_all(out, words.methods(result))


def _diff(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if not line.startswith(("---", "+++")):
            yield visible(line), _DIFF.get(line[:1], "dim")


def _say_all(out: Console, lines: Sequence[str], style: str = "dim") -> None:
    for line in lines:
        say(out, f"  {plain(line)}", style)
