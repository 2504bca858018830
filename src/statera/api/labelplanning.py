"""Planning labels of a judged run: how many for the wished precision, and what they cost.

plan = plan_labels(run, "support/quality", Wish(half_width=0.05))
print(plan.needed)                    # 121 labels of 400 items (half-width 0.0498); …
plan.basis.by                         # whose labels showed how good the judge is, if any
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import NamedTuple

import msgspec

from statera.analysis.comparison import pair
from statera.analysis.frame import Frame
from statera.analysis.labelpilot import Basis, label_basis, label_basis_of_difference
from statera.analysis.pairing import Pairing
from statera.analysis.standing import Standing, is_judged
from statera.api.stored import Run
from statera.api.systems import check_system
from statera.api.twostage import price
from statera.errors import DeclarationError, unknown
from statera.records.parts import stored_parts
from statera.stats.labelplan import (
    SUPPOSED,
    Labelling,
    Needed,
    half_width,
    needed_for_power,
    needed_for_width,
    power,
)
from statera.stats.labelsplit import Costs, Split, split
from statera.stats.results import LEVEL

SIZES = (50, 100, 200, 400, 800, 1600, 3200)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What labels are wanted for, and what they cost in US dollars, where that is known.

    An interval of `half_width`, or to show with `power` and one-sided `alpha` what lies `margin`
    beyond a limit; one of both, or neither. `correlation` is supposed where no labels show it.
    """

    half_width: float | None = None
    margin: float | None = None
    power: float = 0.8
    alpha: float = 0.05
    level: float = LEVEL
    correlation: float = SUPPOSED
    label_cost: float | None = None
    judge_cost: float | None = None
    budget: float | None = None


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """So many labels: their share of the items, half the interval with and without the judge.

    Both are None where items hang together so much that there is no interval. `power` is the chance
    to show what lies the wished margin beyond a limit, None without one; `cost` is that of the
    labels in US dollars, None where no price is known.
    """

    labels: int
    share: float
    half_width: float | None
    alone: float | None
    power: float | None
    cost: float | None


@dataclass(frozen=True, kw_only=True)
class LabelPlan:
    """A plan: what it rests on, a table of sizes, what the wish needs, and how to split a budget.

    `sides` is 2 where a difference takes labels on both runs. `judge` is the judge's name,
    `commands` are those by which people label, one a run.
    """

    metric: str
    judge: str
    basis: Basis
    rows: Sequence[PlanRow]
    needed: Needed | None
    wish: Wish
    split: Split | None = None
    sides: int = 1
    commands: tuple[str, ...] = ()


class _Of(NamedTuple):
    """A judged metric of a run's task."""

    frame: Frame
    name: str
    standing: Standing


def plan_labels(
    run: Run, metric: str | None = None, wish: Wish | None = None, *, base: Run | None = None
) -> LabelPlan:
    """Return the plan for a judged metric, `task/name` or its name; None is the only one there is.

    With a `base` it is the difference of both runs. DeclarationError for a metric that no judge
    gave, a judge's own run, verdicts that are all the same, or wishes outside their range.
    """
    check_system(*(one.info for one in (run, base) if one is not None))
    asked, wish = _metric(run, metric), wish or Wish()
    _check(wish)
    basis, sides = _basis(run, base, asked, wish), 1 if base is None else 2
    if basis is None:
        raise DeclarationError(
            f"{asked.frame.task}/{asked.name}: the judge said the same of every item: no plan"
        )
    wish = _priced(run, wish, basis, asked)
    return LabelPlan(
        metric=f"{asked.frame.task}/{asked.name}",
        judge=_first(run, asked).judge,
        basis=basis,
        rows=_rows(basis.known, wish, sides),
        needed=_needed(basis.known, wish),
        wish=wish,
        split=_split(basis.known, wish, sides),
        sides=sides,
        commands=_commands(base, asked),
    )


def _metric(run: Run, name: str | None) -> _Of:
    """Return the judged metric of that name."""
    known = {
        f"{frame.task}/{metric.name}": _Of(
            frame, metric.name, run.standings[frame.task, metric.score]
        )
        for frame in run.frames
        for metric in frame.metrics
        if is_judged(metric) and (frame.task, metric.score) in run.standings
    }
    if not known:
        raise DeclarationError(
            f"run {run.info.id[:8]} has no judged metric: statera score {run.info.id[:8]} --judge …"
        )
    fits = [key for key in known if name in (None, key, key.split("/", 1)[1])]
    if len(fits) == 1 or (name is None and len({known[key].standing.score for key in fits}) == 1):
        return known[fits[0]]
    if fits:
        raise DeclarationError(f"which of {', '.join(fits)}? --metric NAME")
    raise unknown("judged metric", str(name), known)


def _basis(run: Run, base: Run | None, asked: _Of, wish: Wish) -> Basis | None:
    if base is None:
        return label_basis(
            asked.frame,
            asked.name,
            asked.standing,
            parts=stored_parts(run.info),
            correlation=wish.correlation,
        )
    pairing = _pairing(run, base, asked)
    theirs = base.standings.get((asked.frame.task, asked.standing.score))
    if theirs is None or asked.name not in pairing.base.names:
        raise DeclarationError(
            f"run {base.info.id[:8]} has no {asked.frame.task}/{asked.name}: judge it too, statera "
            f"score {base.info.id[:8]} --judge {asked.standing.judge}"
        )
    return label_basis_of_difference(
        pairing, asked.name, (asked.standing, theirs), correlation=wish.correlation
    )


def _commands(base: Run | None, asked: _Of) -> tuple[str, ...]:
    theirs = None if base is None else base.standings[asked.frame.task, asked.standing.score]
    return tuple(one.labelling for one in (asked.standing, theirs) if one is not None)


def _pairing(run: Run, base: Run, asked: _Of) -> Pairing:
    for found in pair(run.frames, base.frames):
        if found.task == asked.frame.task:
            return found
    raise DeclarationError(f"run {base.info.id[:8]} has no task {asked.frame.task}")


def _check(wish: Wish) -> None:
    if wish.half_width is not None and wish.margin is not None:
        raise DeclarationError("--half-width and --margin both say what is wanted: give one")
    if not 0 <= wish.correlation <= 1:
        raise DeclarationError(f"--correlation {wish.correlation:g} lies outside 0 to 1")
    for flag, value in (
        ("--half-width", wish.half_width),
        ("--margin", wish.margin),
        ("--label-cost", wish.label_cost),
        ("--judge-cost", wish.judge_cost),
        ("--budget", wish.budget),
    ):
        if value is not None and not value > 0:
            raise DeclarationError(f"{flag} {value:g} is not above 0")
    if wish.alpha >= wish.power:
        raise DeclarationError(f"--power {wish.power:g} is not above --alpha {wish.alpha:g}")


def _priced(run: Run, wish: Wish, basis: Basis, asked: _Of) -> Wish:
    """Return the wish with the prices that the judges' own runs show, where none is stated."""
    by = run.standings.get((asked.frame.task, basis.by))
    label = wish.label_cost or (None if by is None else _each(run, by))
    return replace(
        wish, judge_cost=wish.judge_cost or _each(run, _first(run, asked)), label_cost=label
    )


def _first(run: Run, asked: _Of) -> Standing:
    """Return what is known of the judge that saw all: of a second judge's metric, the first."""
    part = stored_parts(run.info).get(asked.standing.score)
    key = (asked.frame.task, asked.standing.score if part is None else part.of)
    return run.standings.get(key, asked.standing)


def _each(run: Run, judge: Standing) -> float | None:
    return price(run.store, judge.sat) if judge.sat else None


def _rows(known: Labelling, wish: Wish, sides: int) -> list[PlanRow]:
    least = min(known.least, known.items)
    sizes = dict.fromkeys([least, *(n for n in SIZES if least < n < known.items), known.items])
    return [
        PlanRow(
            labels=size,
            share=size / known.items,
            half_width=_finite(half_width(known, size, level=wish.level)),
            alone=_finite(half_width(known.alone, size, level=wish.level)),
            power=None
            if wish.margin is None
            else power(known, size, wish.margin, alpha=wish.alpha),
            cost=None if wish.label_cost is None else size * sides * wish.label_cost,
        )
        for size in sizes
    ]


def _finite(width: float) -> float | None:
    return width if isfinite(width) else None


def _needed(known: Labelling, wish: Wish) -> Needed | None:
    if wish.half_width is not None:
        return needed_for_width(known, wish.half_width, level=wish.level)
    if wish.margin is not None:
        return needed_for_power(known, wish.margin, alpha=wish.alpha, wished=wish.power)
    return None


def _split(known: Labelling, wish: Wish, sides: int) -> Split | None:
    if wish.budget is None:
        return None
    if wish.label_cost is None or wish.judge_cost is None:
        raise DeclarationError("--budget is split by --label-cost and --judge-cost, in dollars")
    costs = Costs(wish.judge_cost * sides, wish.label_cost * sides)
    return split(known, wish.budget, costs)
