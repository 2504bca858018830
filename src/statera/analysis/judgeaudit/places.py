"""Does the judge lean to a place? Flips between the orders, and how often the first is named.

A lean to a place is a warning, and so are very many flips: a judge that guesses flips half of the
pairs and leans nowhere.
"""

from collections.abc import Iterator, Sequence

from statera.analysis.judgeaudit.figures import Measure, Section, State, figure, not_measured
from statera.analysis.winrates import JudgedPair, verdicts_of
from statera.stats.positionbias import Position, position
from statera.stats.results import LEVEL

NAME = "position"
FLIPS = "flip rate"
FIRST = "first place named"
NO_LEAN = 0.5
MANY_FLIPS = 0.25
"""Surely more is a warning: half of what guessing gives."""

_FLIPS = Measure(FLIPS, "pairs", "share of pairs; 0: the verdict never changes with the order")
_FIRST = Measure(
    FIRST,
    "verdicts",
    "share of single verdicts; 0.5: no lean, above: to the first place, below: to the second",
    NO_LEAN,
)
_LEANS = (
    "judge every pair in both orders and count a flip as a tie, as statera does: then neither side "
    "gains by its place, but win rates are drawn towards 0.5"
)
_FLIPPED = (
    "so many flips are ties that tell nothing: it takes more pairs, or a judge that flips less"
)


def places(pairs: Sequence[JudgedPair], compared: str, *, level: float = LEVEL) -> Section:
    """Return the lean to a place on pairs that were judged in both orders.

    `compared` says which replies stood against which; without pairs, why there are none.
    """
    if not pairs:
        return not_measured(NAME, compared)
    found = position(verdicts_of(pairs), level=level)
    flips = figure(_FLIPS, found.flip_rate, n=found.judged, asked=found.asked)
    first = figure(_FIRST, found.first_share, n=found.decided)
    faults, advice = list[str](), list[str]()
    if first.above or first.below:
        faults.append(f"it leans to the {'first' if first.above else 'second'} place")
        advice.append(_LEANS)
    if flips.low is not None and flips.low > MANY_FLIPS:
        faults.append(f"it flips often: surely more than {100 * MANY_FLIPS:g} % of the pairs")
        advice.append(_FLIPPED)
    known: State = "not measured" if first.low is None and flips.low is None else "ok"
    return Section(
        name=NAME,
        state="warning" if advice else known,
        said=(compared, _counts(found), *faults),
        figures=(flips, first),
        criterion=pairs[0].criterion,
        advice="; ".join(advice),
        fault="; ".join(faults),
    )


def _counts(found: Position) -> str:
    return (
        f"{found.judged} of {found.asked} pairs judged in both orders: {', '.join(_kinds(found))}"
    )


def _kinds(found: Position) -> Iterator[str]:
    yield f"{found.consistent} consistent"
    if found.first_both:
        yield f"{found.first_both} named the first place both times"
    if found.second_both:
        yield f"{found.second_both} the second place both times"
    if found.tied_once:
        yield f"{found.tied_once} tied in one order only"
