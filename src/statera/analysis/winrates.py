"""Judged pairs to win rates: one a task, then one a category of it.

rows = win_rates(pairs)
print(rows[0].rate)      # 0.600 [0.541, 0.656] 95 %, 120 items: 60 won, …
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from statera.stats.positionbias import Position, position
from statera.stats.results import LEVEL, Items
from statera.stats.sequential import mean_look, open_end
from statera.stats.winrate import UNPARSED, PairVerdicts, WinRate, flipping, win_rate

MIDDLE = 0.5


class JudgedPair(NamedTuple):
    """One pair in one repeat: what the judge said for the candidate in either order.

    `forward` and `backward` are 1, 0.5, 0 or `UNPARSED`. `lengths` counts the characters of the
    candidate's reply and of the other. Of a panel `orders` holds what each member said in either
    order: whether they lean to a place is seen there. A pair of the `same` text is a tie and was
    not asked: it says nothing of a judge's lean.
    """

    task: str
    criterion: str
    item: str
    unit: str
    category: str | None
    forward: float
    backward: float
    lengths: tuple[int, int] = (0, 0)
    orders: tuple[tuple[float, float], ...] = ()
    same: bool = False


class WinRateRow(msgspec.Struct, frozen=True, kw_only=True):
    """One win rate with the judge's lean to a place. `category` None is the whole task.

    `same` of the pairs are of the same text on both sides: ties that were not asked, and not in
    `position`. `warning` says where the orders often disagree, else it is empty. `mean_lengths` are
    the mean characters of the candidate's replies and of the others.
    """

    task: str
    criterion: str
    category: str | None
    rate: WinRate
    position: Position
    mean_lengths: tuple[float, float]
    same: int = 0
    warning: str = ""


Row = TypeVar("Row", bound=WinRateRow)


def win_rates(
    pairs: Iterable[JudgedPair], *, level: float = LEVEL, early: bool = False
) -> list[WinRateRow]:
    """Return the rates by task and criterion, each followed by those of its categories.

    `early` says that the number of pairs depended on the verdicts: the interval then holds at any
    time, and is wider.
    """
    found: list[WinRateRow] = []
    for (task, criterion), of_task in _grouped(pairs).items():
        kinds = sorted({pair.category for pair in of_task if pair.category is not None})
        for category in (None, *(kinds if len(kinds) > 1 else ())):
            chosen = [p for p in of_task if category in (None, p.category)]
            found.append(_row(task, criterion, category, chosen, level=level, early=early))
    return found


def without_rate(row: Row, why: str) -> Row:
    """Return the row of a judge on whom nothing may rest: its counts alone, and `why`."""
    nothing = msgspec.structs.replace(
        row.rate, value=None, low=None, high=None, method=why, source="", void=True
    )
    return msgspec.structs.replace(row, rate=nothing)


def verdicts_of(pairs: Sequence[JudgedPair]) -> PairVerdicts:
    """Return the pairs as arrays."""
    return PairVerdicts(
        [pair.forward for pair in pairs],
        [pair.backward for pair in pairs],
        [pair.unit for pair in pairs],
        items=[f"{pair.unit}\0{pair.item}" for pair in pairs],
    )


def item_values(pairs: Sequence[JudgedPair]) -> Items:
    """Return the items that have a verdict in both orders, in the order of their first pair.

    A value is the mean over the item's pairs: a win 1, a loss 0, everything else one half.
    """
    sums: dict[str, list[float]] = {}
    units: dict[str, str] = {}
    for pair in pairs:
        if UNPARSED not in (pair.forward, pair.backward):
            agreed = pair.forward if pair.forward == pair.backward else MIDDLE
            sums.setdefault(pair.item, []).append(agreed)
            units[pair.item] = pair.unit
    values = [sum(found) / len(found) for found in sums.values()]
    return Items(values, [units[item] for item in sums], [0] * len(values), [1.0] * len(values))


def _in_orders(pairs: Iterable[JudgedPair]) -> list[JudgedPair]:
    """Return the pairs as they were shown: those of a panel once a member."""
    return [
        pair._replace(forward=forward, backward=backward)
        for pair in pairs
        for forward, backward in pair.orders or ((pair.forward, pair.backward),)
    ]


def _grouped(pairs: Iterable[JudgedPair]) -> Mapping[tuple[str, str], list[JudgedPair]]:
    found: dict[tuple[str, str], list[JudgedPair]] = {}
    for pair in pairs:
        found.setdefault((pair.task, pair.criterion), []).append(pair)
    return found


def _row(
    task: str,
    criterion: str,
    category: str | None,
    pairs: Sequence[JudgedPair],
    *,
    level: float,
    early: bool,
) -> WinRateRow:
    rate, count = win_rate(verdicts_of(pairs), level=level), len(pairs)
    asked = [pair for pair in pairs if not pair.same]
    leaning = position(verdicts_of(_in_orders(asked)), level=level)
    return WinRateRow(
        task=task,
        criterion=criterion,
        category=category,
        rate=_at_any_time(rate, pairs) if early and rate.value is not None else rate,
        position=leaning,
        mean_lengths=(
            sum(pair.lengths[0] for pair in pairs) / count,
            sum(pair.lengths[1] for pair in pairs) / count,
        ),
        same=count - len(asked),
        warning=flipping(leaning.judged - leaning.consistent, leaning.judged, "pairs"),
    )


def _at_any_time(rate: WinRate, pairs: Sequence[JudgedPair]) -> WinRate:
    """Return the rate with an interval that holds whatever ended the judging."""
    bounds = mean_look(item_values(pairs), MIDDLE, design=open_end((1 - rate.level) / 2))
    return msgspec.structs.replace(
        rate, low=bounds.lower, high=bounds.upper, method=bounds.method, source=bounds.source
    )
