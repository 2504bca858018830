"""A second, dearer judge on a random part: its flags, and what a person reads of both stages.

@second_flags
def command(**flags): stages = named_stages(flags, store)  # None without a second judge
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import click

from statera.analysis.stages import Staged
from statera.api.twostage import Stages, check_stages, price
from statera.cli.columns import Column, Line, print_table
from statera.cli.judgeflags import named_judge
from statera.cli.settings import Flag
from statera.cli.tables import console
from statera.errors import DeclarationError
from statera.graders.judge import Judge
from statera.store.runstore import RunStore

F = TypeVar("F", bound=Callable[..., Any])

_FLAGS = (
    click.option(
        "--second",
        cls=Flag,
        metavar="FILE|NAME",
        help="A second, dearer judge for a random part; without it the first judge's file.",
    ),
    click.option(
        "--second-model",
        cls=Flag,
        metavar="MODEL",
        help="The second judge's model.",
    ),
    click.option(
        "--part",
        cls=Flag,
        type=float,
        metavar="P",
        help="The share of each task's items that the second judge sees, above 0 and at most 1; a "
        "larger part holds a smaller one.",
    ),
)
_COLUMNS = (
    Column("two stages", name=True),
    Column("first on all"),
    Column("second on all, estimated"),
    Column("second on its part alone", 1),
    Column("seen"),
    Column("worth"),
)


class Bill(NamedTuple):
    """What a judgement of either judge costs in US dollars (None: unknown), and how many there are.

    `first` and `second` count the judgements of these items.
    """

    first: int
    second: int
    prices: tuple[float | None, float | None]


def second_flags(function: F) -> F:
    """Add the flags that name a second judge and its part."""
    for option in reversed(_FLAGS):
        function = option(function)
    return function


def named_stages(flags: dict[str, Any], store: RunStore, *, pairs: bool = False) -> Stages | None:
    """Return the two judges that the flags name, None where they name one.

    DeclarationError, before any request, for a part without a second judge or the reverse, and for
    two that make no two stages.
    """
    second = flags["second"] is not None or flags["second_model"] is not None
    if not second and flags["part"] is None:
        return None
    if flags["judge"] is None:
        raise DeclarationError("--second, --second-model and --part go with --judge, the first one")
    if not second:
        raise DeclarationError("--part: of which judge? --second FILE, or --second-model MODEL")
    if flags["part"] is None:
        raise DeclarationError("how much does the second judge see? --part 0.2 is a fifth")
    stages = Stages(named_judge(flags, store), named_judge(of_second(flags), store), flags["part"])
    check_stages(stages, pairs=pairs)
    return stages


def of_second(flags: dict[str, Any]) -> dict[str, Any]:
    """Return the flags by which the second judge is asked."""
    judge = flags["second"] or flags["judge"]
    return flags | {"judge": judge, "judge_model": flags["second_model"], "member": None}


def bill(store: RunStore, stages: Stages, runs: tuple[str, str], asked: tuple[int, int]) -> Bill:
    """Return what was asked of both judges, and what each judgement costs.

    A panel's members have a price each: of theirs none is told.
    """
    first = None if stages.first.members else price(store, runs[0])
    return Bill(*asked, (first, price(store, runs[1])))


def print_stages(rows: Sequence[Staged], stages: Stages, paid: Bill) -> None:
    """Print one line a number: raw, by two stages, by the part alone, and what was saved."""
    out = console()
    styles = ("" if row.category is None else "dim" for row in rows)
    print_table(out, _COLUMNS, list(map(Line, map(_cells, rows), styles)))
    for line in told(rows, stages, paid):
        out.print(line, soft_wrap=True, markup=False, highlight=False)


def told(rows: Sequence[Staged], stages: Stages, paid: Bill) -> list[str]:
    """Return the sentences below the table: why a number is missing, the saving, what it is not."""
    lines = [f"first: {_named(stages.first)} · second: {_named(stages.second)}"]
    lines += [f"{row.metric}: no estimate: {row.found.method}" for row in _without(rows)]
    first = next((row for row in rows if row.worth is not None and row.category is None), None)
    if first is not None:
        lines += _saving(first, paid)
    others = [row for row in rows if row.worth is None and row.found.value is not None]
    lines += [
        f"{row.metric}: the judges differ too seldom for a t interval ({row.found.method}); until "
        "a larger part is seen, the part alone may be narrower"
        for row in others
    ]
    return [
        *lines,
        f"{stages.second.name} is a judge too: that is what it would say of all, not what people "
        "would; a gate wants it measured",
    ]


def _named(judge: Judge) -> str:
    whose = f"a panel of {len(judge.members)}" if judge.members else judge.model
    return f"{judge.name} ({whose})"


def shape(rows: Sequence[Staged], stages: Stages, paid: Bill) -> dict[str, object]:
    """Return the two stages as `--json` has them."""
    return {
        "first": {"judge": stages.first.name, "model": stages.first.model, "asked": paid.first},
        "second": {"judge": stages.second.name, "model": stages.second.model, "asked": paid.second},
        "part": stages.share,
        "seed": stages.seed,
        "prices": paid.prices,
        "rows": [
            {
                "metric": row.metric,
                "category": row.category,
                "of": row.of,
                "first": row.found.raw,
                "two_stages": row.found,
                "alone": row.alone,
                "worth": row.worth,
                "saved": row.saved,
            }
            for row in rows
        ],
    }


def _without(rows: Sequence[Staged]) -> list[Staged]:
    return [row for row in rows if row.found.value is None]


def _saving(row: Staged, paid: Bill) -> list[str]:
    """Return what the first judge's verdicts are worth in items of the second, and in dollars."""
    seen, worth = row.found.labels, row.worth or 0.0
    more = worth / seen - 1
    lines = [
        f"{row.metric}: {seen} items of the second judge tell as much as {worth:,.0f} would alone: "
        f"{worth - seen:,.0f} saved ({100 * more:+.0f} %)"
    ]
    cheap, dear = paid.prices
    if cheap is None or dear is None:
        return [*lines, "cost: a price is not known (prices: in a model file)"]
    cost, alike = paid.first * cheap + paid.second * dear, paid.second * worth / seen * dear
    word = "saved" if alike >= cost else "lost: the second judge alone is cheaper"
    return [
        *lines,
        f"cost: ${cost:,.4f} for both, ${alike:,.4f} for as much by the second alone: "
        f"${abs(alike - cost):,.4f} {word}",
    ]


def _cells(row: Staged) -> list[str]:
    found, alone = row.found, row.alone
    return [
        row.metric if row.category is None else f"  {row.category}",
        "none" if found.raw is None else f"{found.raw:.3f}",
        _shown(found.value, found.low, found.high),
        _shown(alone.value, alone.low, alone.high),
        f"{found.labels} of {found.n}",
        "-" if row.worth is None else f"{row.worth:,.0f}",
    ]


def _shown(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:.3f}" if low is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"
