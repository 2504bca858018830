"""A ruling as a reader meets it: the verdict, then rule by rule the bound against its limit."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from statera.errors import listed
from statera.gate.ruling import RuleRuling, Ruling, Verdict, dismissal_words
from statera.report import numbers, plaintext
from statera.report.forest import Limit, Mark, axis_row, row
from statera.report.scale import Scale, scale

ORDER: tuple[Verdict, ...] = ("fail", "inconclusive", "pass")
SIGNS: dict[Verdict, str] = {"pass": "✓", "fail": "✗", "inconclusive": "?"}
_UNFOLDED = 8
_NAMED = 5


class RuleLine(NamedTuple):
    """One rule of one metric, ready to be set."""

    verdict: Verdict
    sign: str
    name: str
    claim: str
    drawing: Markup
    value: str
    bound: str
    n: str
    need: str
    looks: str
    reason: str


class Block(NamedTuple):
    """The rows of one rule of the policy; they share an axis."""

    axis: Markup
    lines: tuple[RuleLine, ...]


class Part(NamedTuple):
    """Some of the rules; those that pass are folded away when there are many."""

    caption: str
    blocks: tuple[Block, ...]
    folded: bool


class Decision(NamedTuple):
    """A ruling, ready to be set.

    `override` is a person's decision in its place, or against a scorer that is certain, or empty.
    """

    verdict: Verdict
    sign: str
    gate: str
    summary: str
    override: str
    parts: tuple[Part, ...]
    notes: tuple[str, ...]


def decision(ruling: Ruling) -> Decision:
    """Return the ruling as a reader meets it: what fails first, then what is open."""
    open_rules = [rule for verdict in ORDER[:2] for rule in ruling.having(verdict)]
    passed = ruling.having("pass")
    parts = [_part("Rules that decide", open_rules, folded=False)] if open_rules else []
    if passed:
        caption = f"{numbers.plural(len(passed), 'rule')} passed"
        parts.append(_part(caption, passed, folded=bool(open_rules) and len(passed) > _UNFOLDED))
    return Decision(
        verdict=ruling.final,
        sign=SIGNS[ruling.final],
        gate=plaintext.name(ruling.gate),
        summary=_summary(ruling),
        override=_override(ruling),
        parts=tuple(parts),
        notes=tuple(
            plaintext.passage(note)
            for note in [*ruling.marked, *ruling.notes, *_said(ruling, False)]
        ),
    )


def _summary(ruling: Ruling) -> str:
    """Return `2 of 57 rules fail, 5 inconclusive, 50 pass; each bound holds at 95 %`."""
    counts = {verdict: len(ruling.having(verdict)) for verdict in ORDER}
    said = [f"{count} {verdict}" for verdict, count in counts.items() if count]
    whole = numbers.plural(len(ruling.rules), "rule")
    tried = "" if ruling.tried < 2 else f"; candidate {ruling.tried} tried on this set"
    looks = "" if ruling.look < 2 else f"; look {ruling.look}"
    return f"{whole}: {', '.join(said)}; alpha {ruling.alpha:g}, one-sided{looks}{tried}"


def _override(ruling: Ruling) -> str:
    told = [plaintext.passage(said) for said in _said(ruling, True)]
    if ruling.override is not None:
        by, why = plaintext.name(ruling.override.by), plaintext.passage(ruling.override.why)
        own = f"The gate itself says {ruling.verdict}; {by} decided {ruling.final}: {why}"
        told.insert(0, own)
    return "; ".join(told)


def _said(ruling: Ruling, certain: bool) -> list[str]:
    """Return what people said is no failure, of those that the scorer is certain of or not."""
    pairs = [pair for pair in ruling.dismissals if pair[1].certain is certain]
    return [dismissal_words(*pair) for pair in pairs]


def _part(caption: str, rules: Sequence[RuleRuling], *, folded: bool) -> Part:
    blocks = [list(group) for _, group in groupby(rules, key=lambda rule: (rule.rule, rule.form))]
    return Part(caption, tuple(map(_block, blocks)), folded)


def _block(rules: Sequence[RuleRuling]) -> Block:
    marks = [_mark(rule) for rule in rules]
    axis = scale(number for mark in marks for number in mark.numbers)
    ends = f"{axis.label(axis.low)} to {axis.label(axis.high)}"
    drawn = axis_row(axis, title=f"axis from {ends}", limits=[rule.limit for rule in rules])
    return Block(drawn, tuple(_line(r, m, axis) for r, m in zip(rules, marks, strict=True)))


def _mark(rule: RuleRuling) -> Mark:
    return Mark(rule.value, rule.lower, rule.upper, limit=Limit(rule.limit, rule.side))


def _line(rule: RuleRuling, mark: Mark, axis: Scale) -> RuleLine:
    name, bound = plaintext.name(rule.name), _bound(rule)
    return RuleLine(
        verdict=rule.verdict,
        sign=SIGNS[rule.verdict],
        name=name,
        claim=_claim(rule),
        drawing=row(mark, axis, title=f"{name}: {_value(rule)}, {bound}; {_claim(rule)}"),
        value=_value(rule),
        bound=bound,
        n=numbers.items(rule.n, rule.clusters),
        need="" if rule.need is None else plaintext.passage(str(rule.need)),
        looks=_looks(rule),
        reason=_reason(rule),
    )


def _claim(rule: RuleRuling) -> str:
    critical = "; one confirmed failure fails it" if rule.critical else ""
    what = "" if rule.form in ("min", "max") else f"difference to {rule.form} "
    sign = numbers.minus(rule.claim.removeprefix(what))
    judged = f"; {numbers.minus(rule.by)}" if rule.by else ""
    return f"{what}must be {sign}{critical}{judged}"


def _value(rule: RuleRuling) -> str:
    form = numbers.share if rule.form in ("min", "max") else numbers.change
    return form(rule.value)


def _bound(rule: RuleRuling) -> str:
    """Return the bound that the verdict read; a fail reads the opposite one."""
    if rule.decided_by_item:
        return numbers.plural(len(rule.failed), "certain failure")
    side, bound = ("lower", rule.lower), ("upper", rule.upper)
    wanted = side if (rule.side == "above") != (rule.verdict == "fail") else bound
    if wanted[1] is None:
        return f"no bound: {rule.method}"
    form = numbers.share if rule.form in ("min", "max") else numbers.change
    return f"{wanted[0]} bound {form(wanted[1])} at {numbers.level(1 - rule.alpha)}"


def _looks(rule: RuleRuling) -> str:
    """Return `look 3, candidate 7 tried`; the first look and the first candidate go without."""
    looks = [] if rule.look < 2 else [f"look {rule.look}"]
    return ", ".join(looks + ([] if rule.tried < 2 else [f"candidate {rule.tried} tried"]))


def _reason(rule: RuleRuling) -> str:
    """Return why, with the items that a person should read."""
    found = [plaintext.passage(rule.reason)]
    for what, ids in (("failed", rule.failed), ("to be confirmed", rule.unconfirmed)):
        if ids:
            found.append(f"{what}: {listed(list(map(plaintext.name, ids)), _NAMED)}")
    return "; ".join(found)
