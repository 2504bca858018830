"""What a person reads of a ranking: the ladder, at equal covariates too, and what to know of it."""

from collections.abc import Iterator, Sequence
from math import exp, log

from statera.analysis.leaderboards import Coefficient, Ladder, Leaderboard, Ranked
from statera.analysis.style import LENGTH
from statera.cli.columns import Column, Line, print_table
from statera.cli.controls import visible
from statera.cli.tables import console
from statera.cli.winrates import shown
from statera.stats.connectedness import ABOVE, BELOW

NO_VALUE = "none"
_SIDES = {ABOVE: "above", BELOW: "below"}
BOTH = (
    "what goes with a trait is taken out with it, also where better replies are truly longer: read "
    "both rankings"
)


def print_leaderboard(board: Leaderboard, *, judged: bool = True) -> None:
    """Print the ladder as the games are, then at equal covariates, warnings and notes.

    `judged` says that a judge decided the games, so that flips and silence are counted.
    """
    out = console()
    if board.task:
        out.print(visible(f"{board.task} · {board.criterion}"), style="bold", markup=False)
    _print_ladder(board.raw, board, counts=True)
    if board.controlled is not None:
        _print_controlled(board.controlled, board)
    out.print()
    for warning in board.warnings:
        out.print(f"[yellow]warning[/] {_plain(warning)}", soft_wrap=True)
    for note in board.notes:
        out.print(f"[yellow]note[/] {_plain(note)}", soft_wrap=True)
    for line in _methods(board, judged):
        out.print(visible(line), style="dim", soft_wrap=True, markup=False)


def _print_controlled(ladder: Ladder, board: Leaderboard) -> None:
    out, names = console(), ", ".join(one.control for one in board.coefficients)
    out.print()
    out.print(visible(f"at equal {names}"), style="bold", markup=False)
    if all(one.value is None for one in ladder.models):
        why = ladder.method.rpartition("; ")[2]
        out.print(visible(f"no ranking: {why}"), soft_wrap=True, markup=False)
        return
    _print_ladder(ladder, board, counts=False)
    for one in board.coefficients:
        out.print(visible(_coefficient(one)), style="dim", soft_wrap=True, markup=False)
    out.print(f"[dim]{BOTH}[/]", soft_wrap=True)


def _plain(text: str) -> str:
    return visible(text).replace("[", r"\[")


def _print_ladder(ladder: Ladder, board: Leaderboard, *, counts: bool) -> None:
    columns = [
        Column("rank", left=True),
        Column("model", name=True),
        Column("strength"),
        Column(f"{100 * board.level:g} % interval"),
    ]
    if board.base is not None:
        columns.append(Column(f"beats {board.base}"[:24], 1))
    if counts:
        columns += [Column("won", 2), Column("lost", 2), Column("tied", 2)]
    lines = [Line(list(_cells(one, board, counts=counts))) for one in ladder.models]
    print_table(console(), columns, lines)


def _cells(one: Ranked, board: Leaderboard, *, counts: bool) -> Iterator[str]:
    if one.rank is None:
        yield _SIDES.get(one.why, "-")
    elif one.best is None or one.best == one.worst:
        yield str(one.rank)
    else:
        yield f"{one.rank} ({one.best} to {one.worst})"
    yield one.model
    yield NO_VALUE if one.value is None else f"{one.value:+.3f}"
    yield NO_VALUE if one.low is None else f"{one.low:+.3f} to {one.high:+.3f}"
    if board.base is not None:
        yield _chance(one, board.base)
    if counts:
        yield from map(str, (one.won, one.lost, one.tied))


def _chance(one: Ranked, base: str) -> str:
    if one.model == base:
        return "base"
    if one.win is None:
        return NO_VALUE
    if one.win_low is None:
        return f"{one.win:.3f}"
    return f"{one.win:.3f} [{one.win_low:.3f}, {one.win_high:.3f}]"


def _coefficient(one: Coefficient) -> str:
    """Return `length: log odds 0.412 [0.301, 0.523] per log-ratio of lengths …: odds x 1.33`."""
    found = f"{one.control}: log odds {shown(one.estimate)} per {one.unit}"
    value = one.estimate.value
    if one.control == LENGTH and value is not None:
        return f"{found}: odds x {exp(value * log(2)):.2f}"
    return found


def _why_none(board: Leaderboard) -> str:
    """Return why nobody has a strength: a warning that says so is not repeated."""
    told = any(warning in board.raw.method for warning in board.warnings)
    return "void" if board.void and told else board.raw.method


def _methods(board: Leaderboard, judged: bool) -> Iterator[str]:
    raw, ranked = board.raw, any(one.value is not None for one in board.raw.models)
    games = f"{board.asked - board.unparsed} games"
    if raw.games < board.asked - board.unparsed:
        games += f", {raw.games} of them between those ranked"
    if raw.items:
        games += f", on {raw.items} items"
    if judged:
        games += (
            f": {board.flips} flips (ties), {board.unparsed} of {board.asked} without a verdict"
        )
    yield games
    yield (
        f"strength: log odds against the mean of those ranked; {raw.method}"
        if ranked
        else f"no strength: {_why_none(board)}"
    )
    if raw.tie is not None:
        yield f"Davidson's nu (0: never ties, 2: equals tie half of the time): {shown(raw.tie)}"
    if board.controlled is not None and any(m.value is not None for m in board.controlled.models):
        yield f"at equal traits: {board.controlled.method}"
    if any(one.best is not None and one.best != one.worst for one in raw.models):
        yield "in brackets: the best and the worst rank that the games leave open"


def print_leaderboards(
    boards: Sequence[Leaderboard], notes: Sequence[str], *, judged: bool = True
) -> None:
    """Print one leaderboard after the other, then what is true of all."""
    for number, board in enumerate(boards):
        if number:
            console().print()
        print_leaderboard(board, judged=judged)
    for note in notes:
        console().print(f"[yellow]note[/] {_plain(note)}", soft_wrap=True)
