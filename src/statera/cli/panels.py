"""What a person reads of a panel: who said how much, and how far they agree."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from statera.analysis.disagreement import Disagreement, Rater
from statera.api.judging import Bench
from statera.api.panelbench import AnySeat
from statera.cli.columns import Column, Line, print_table
from statera.cli.tables import console
from statera.cli.winrates import shown
from statera.stats.agreement import Agreement
from statera.stats.winrate import WARN

_COLUMNS = (
    Column("member", name=True),
    Column("judged of asked"),
)
_FLIPS = Column("flips")
_WEIGHT = Column("weight")


def print_agreement(seat: AnySeat, found: Sequence[Disagreement]) -> None:
    """Print the members with how much they judged, then how far they agree, task by task."""
    out = console()
    for one in found:
        what = "repeats" if one.repeats else f"panel of {len(one.raters)}, {_combined(seat)}"
        name = one.task if len({each.criterion for each in found}) == 1 else _both(one)
        out.print(f"[bold]{name}[/] · {what}", soft_wrap=True)
        if not one.repeats:
            _print_members(out, one, _weights(seat))
        for warning in warnings(one):
            out.print(f"[yellow]warning[/] {warning}", soft_wrap=True)
        for line in sentences(one):
            out.print(f"[dim]{line}[/]", soft_wrap=True)


def _print_members(out: Console, found: Disagreement, weights: Mapping[str, float]) -> None:
    pairs = found.raters[0].flips is not None
    extra = [column for column, there in ((_FLIPS, pairs), (_WEIGHT, bool(weights))) if there]
    lines = [Line(_cells(rater, weights)) for rater in found.raters]
    print_table(out, (*_COLUMNS, *extra), lines)


def warnings(found: Disagreement) -> list[str]:
    """Return a sentence for each rater that gave no verdict on more than 2 %."""
    return [
        f"{rater.name} gave no verdict on {rater.asked - rater.judged} of {rater.asked}"
        for rater in found.raters
        if rater.asked - rater.judged > WARN * rater.asked
    ]


def sentences(found: Disagreement) -> list[str]:
    """Return how far the raters agree, a sentence each."""
    who = "repeats" if found.repeats else "members"
    same = found.unanimous
    lines = [
        f"{who} agree: alpha {_agreed(found.alpha)} · Fleiss's kappa {_agreed(found.fleiss)}",
        f"all say the same on {shown(same)} of {same.n} that all of them judged",
    ]
    if found.cohen:
        pairs = (f"{k.first} and {k.second} {_agreed(k.kappa)}" for k in found.cohen)
        lines.append(f"Cohen's kappa (quadratic): {' · '.join(pairs)}")
    if found.split:
        what = "a tie" if found.raters[0].flips is not None else "the mean of what was said"
        lines.append(f"{found.split} split evenly: {what}, flagged `split`")
    return lines


def panel_shape(seat: AnySeat, found: Sequence[Disagreement]) -> dict[str, Any]:
    """Return what JSON says of a panel, or of the repeats of a judge; empty for one asked once."""
    if isinstance(seat, Bench):
        return {"agreement": found} if found else {}
    return {"panel": seat.described, "agreement": found}


def _combined(seat: AnySeat) -> str:
    how = seat.judge.combine
    if how == "weighted":
        given = isinstance(seat.judge.weights, dict)
        return "weighted" if given else "weighted by measured accuracy"
    return how


def _weights(seat: AnySeat) -> Mapping[str, float]:
    weights = None if isinstance(seat, Bench) else seat.weights
    return {} if weights is None else dict(zip(seat.judge.names, weights, strict=True))


def _both(found: Disagreement) -> str:
    return f"{found.task} {found.criterion}"


def _cells(rater: Rater, weights: Mapping[str, float]) -> list[str]:
    flips = [] if rater.flips is None else [str(rater.flips)]
    weight = [f"{weights[rater.name]:.3g}"] if weights else []
    return [rater.name, f"{rater.judged} of {rater.asked}", *flips, *weight]


def _agreed(found: Agreement) -> str:
    """Return `0.743 [0.571, 0.865]`, or why there is none."""
    if found.value is None:
        return f"none ({found.method})"
    if found.low is None or found.high is None:
        return f"{found.value:.3f} ({found.method})"
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
