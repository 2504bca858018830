"""What a person reads of a ruling: the decision first, then rule by rule, then what to do."""

import sys
from collections.abc import Sequence

import click
import msgspec
from rich.text import Text

from statera.cli.columns import Column, Line, print_table
from statera.cli.tables import console, plural
from statera.cli.wrapping import plain, say
from statera.gate.ruling import RuleRuling, Ruling, Verdict, dismissal_words

STYLES: dict[Verdict, str] = {
    "pass": "bold green",
    "fail": "bold red",
    "inconclusive": "bold yellow",
}
ORDER: tuple[Verdict, ...] = ("fail", "inconclusive", "pass")
_COLUMNS = (
    Column("rule", left=True),
    Column("metric", name=True),
    Column("claim", 3, left=True, below=True),
    Column("value"),
    Column("bound", 1, below=True),
    Column("n"),
    Column("p", 2, below=True),
)
MANY = 20
_SHORT = 8
_NAMED = 5


def json_ruling(ruling: Ruling) -> dict[str, object]:
    """Return schema 1 of `gate --json`."""
    rules = [
        {name: getattr(rule, name) for name in ("name", "claim", "bound", "p", "by")}
        | msgspec.to_builtins(rule)
        for rule in ruling.rules
    ]
    head: dict[str, object] = {
        "schema": 1,
        "final": ruling.final,
        "exit_code": ruling.exit_code,
        "look": ruling.look,
        "tried": ruling.tried,
    }
    return {**head, **msgspec.to_builtins(ruling), "rules": rules}


def print_ruling(ruling: Ruling, *, every: bool = False) -> None:
    """Print the decision, a table of the rules and what to do; of many rules, not those that pass.

    `every` prints those too.
    """
    out = console()
    for line in [*_head(ruling), ""]:
        say(out, line)
    rules = [rule for verdict in ORDER for rule in ruling.having(verdict)]
    open_rules = [rule for rule in rules if rule.verdict != "pass"]
    shown = rules if every or len(rules) <= MANY else open_rules
    if shown:
        print_table(out, _COLUMNS, [_line(rule) for rule in shown])
    if len(shown) < len(rules):
        out.print(f"[dim]{plural(len(rules) - len(shown), 'rule')} more pass; --all lists them[/]")
    if open_rules:
        out.print()
    for rule in open_rules:
        verdict = f"[{STYLES[rule.verdict]}]{rule.verdict}[/]"
        say(out, f"{verdict} {plain(rule.name)}: {plain(_why(rule))}")
        for command in _commands(ruling, rule):
            out.print(f"  {plain(command)}", soft_wrap=True)
    for line in [*_judges(ruling, every), *_notes(ruling)]:
        say(out, line)


def warn_uncountered(ruling: Ruling, *, printed: bool) -> None:
    """Say on standard error which counter-metrics no rule reads; once where both are a terminal.

    `printed` says that the ruling, with its notes, was just printed on standard output.
    """
    if not (printed and sys.stdout.isatty() and sys.stderr.isatty()):
        for note in ruling.uncountered:
            click.echo(f"warning: {note}", err=True)


def _head(ruling: Ruling) -> list[str]:
    """Return the lines above the table."""
    counts = [f"{len(ruling.having(verdict))} {verdict}" for verdict in ORDER]
    style = STYLES[ruling.final]
    lines = [
        f"[{style}]{ruling.final.upper()}[/] [bold]{plain(ruling.gate)}[/] · "
        f"{plural(len(ruling.rules), 'rule')}: {', '.join(counts)} · "
        f"one-sided alpha {ruling.alpha:g}"
    ]
    if ruling.override is not None:
        said = ruling.override
        lines.append(
            f"[reverse bold] OVERRIDDEN [/] to {said.verdict} by {plain(said.by)}: "
            f"{plain(said.why)}; the gate itself says "
            f"[{STYLES[ruling.verdict]}]{ruling.verdict}[/]"
        )
    lines += [
        f"[reverse bold] OVERRULED [/] {plain(dismissal_words(*pair))}"
        for pair in ruling.dismissals
        if pair[1].certain
    ]
    lines.append(_runs(ruling))
    lines.append(f"look {_look(ruling)} · candidate {ruling.tried} tried on this set")
    return lines


def _look(ruling: Ruling) -> str:
    """Return `2, at alpha 0.0074` where the looks before took their part, `1` at the first."""
    alphas = sorted({f"{rule.alpha:.2g}" for rule in ruling.rules}, key=float)
    if all(rule.alpha == ruling.alpha for rule in ruling.rules):
        return str(ruling.look)
    return f"{ruling.look}, at alpha {' to '.join([alphas[0], *alphas[1:][-1:]])}"


def _runs(ruling: Ruling) -> str:
    told = f"run {_ids(ruling.candidate)}"
    if ruling.base:
        told += f" against {_ids(ruling.base)}"
    return told + (f", anchor {_ids(ruling.anchor)}" if ruling.anchor else "")


def _ids(ids: Sequence[str]) -> str:
    return "+".join(run[:_SHORT] for run in ids)


def _line(rule: RuleRuling) -> Line:
    return Line([Text(rule.verdict, STYLES[rule.verdict]), *_cells(rule)])


def _cells(rule: RuleRuling) -> list[str]:
    clusters = "" if rule.clusters == rule.n else f" in {rule.clusters}"
    return [
        rule.name,
        rule.claim,
        _number(rule, rule.value),
        _bound(rule),
        f"{rule.n}{clusters}",
        "none" if rule.p is None else "<.0001" if rule.p < 0.0001 else f"{rule.p:.4f}",
    ]


def _bound(rule: RuleRuling) -> str:
    """Return the bound that the verdict read, with its level, or what decided without one."""
    if rule.decided_by_item:
        return plural(len(rule.failed), "certain failure")
    if rule.bound is None:
        return "none"
    which = "at least" if rule.bound_side == "lower" else "at most"
    return f"{which} {_number(rule, rule.bound)} ({100 * (1 - rule.alpha):.4g} %)"


def _number(rule: RuleRuling, value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:z.4f}" if rule.form in ("min", "max") else f"{value:+z.4f}"


def _why(rule: RuleRuling) -> str:
    """Return the reason, or what the rule needs where the table has the reason already."""
    if rule.need is None:
        return rule.reason
    needs = f"has {plural(rule.n, 'item')}, needs {rule.need}"
    return needs if rule.p is not None else f"{rule.reason}; {needs}"


def _commands(ruling: Ruling, rule: RuleRuling) -> list[str]:
    """Return what to read and to do, to be copied: no line of it is broken."""
    run = ruling.candidate[0][:_SHORT] if ruling.candidate else "RUN"
    read = rule.failed or rule.unconfirmed
    lines = []
    if read:
        lines.append(f"read: statera show {run} --sample-id {','.join(read[:_NAMED])}")
    if rule.unconfirmed:
        lines.append(
            f"then: statera confirm {run} {rule.unconfirmed[0]} --rule {rule.metric} "
            "--failure|--no-failure --by NAME --why TEXT"
        )
    return lines


def _judges(ruling: Ruling, every: bool) -> list[str]:
    """Return how far judges are believed: by rule, or of many rules what must be said."""
    said = ruling.heard if every or len(ruling.heard) <= MANY else ruling.marked
    return [f"[yellow]judge[/] {plain(line)}" for line in said]


def _notes(ruling: Ruling) -> list[str]:
    """Return what else a reader must know, and how the bounds were made."""
    said = [dismissal_words(*pair) for pair in ruling.dismissals if not pair[1].certain]
    lines = [f"[yellow]note[/] {plain(note)}" for note in [*ruling.notes, *said]]
    made = sorted({rule.method for rule in ruling.rules if rule.bound is not None})
    if made:
        lines.append(f"[dim]bounds: {plain('; '.join(made))}[/]")
    return lines
