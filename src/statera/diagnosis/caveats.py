"""What takes from a diagnosis, a line each: runs that stopped early, logs that tell little."""

from collections.abc import Iterator, Sequence

from statera.analysis.comparison import Comparison
from statera.analysis.health import not_told
from statera.analysis.pairing import Pairing
from statera.diagnosis.commands import origin

EARLY = (
    "stopped early: intervals, p values and what is called the same hold at any time; "
    "the parts have no interval, and slices are not tested"
)
MIXED = (
    "stopped early, in no common order: there is no interval and no p value, "
    "and nothing is called moved or the same"
)


def caveats(comparison: Comparison) -> tuple[str, ...]:
    """Return the lines, each with the tasks that it is about; none for ordinary runs."""
    return (
        *_early(comparison.pairings),
        *(f"{p.task}: {_hidden(p)}" for p in comparison.pairings if p.blind),
        *(f"left out, not the same instrument: {change}" for change in comparison.left_out),
        *_imported(comparison),
    )


def _early(pairings: Sequence[Pairing]) -> Iterator[str]:
    for how, said in (("seeded", EARLY), ("mixed", MIXED)):
        tasks = [pairing.task for pairing in pairings if pairing.early == how]
        if tasks:
            yield f"{', '.join(tasks)}: {said}"


def _hidden(pairing: Pairing) -> str:
    return f"a log {not_told(pairing.blind)}: they count as wrong in both runs"


def _imported(comparison: Comparison) -> Iterator[str]:
    """Yield why nothing is suggested that asks a run of another tool again."""
    for info in (comparison.candidate, comparison.base):
        place = origin(info)
        if place is not None:
            yield f"run {info.id[:8]} was imported from {place}: it cannot be asked from here"
