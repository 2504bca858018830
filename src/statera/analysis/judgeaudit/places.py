"""Does the judge lean to a place? Flips between the orders, and how often the first is named."""

from collections.abc import Sequence

from statera.analysis.judgeaudit.figures import Section, figure, not_measured
from statera.analysis.winrates import JudgedPair, verdicts_of
from statera.stats.positionbias import position
from statera.stats.results import LEVEL

NAME = "position"
FLIPS = "flip rate"
FIRST = "first place named"
NO_LEAN = 0.5


def places(pairs: Sequence[JudgedPair], compared: str, *, level: float = LEVEL) -> Section:
    """Return the lean to a place on pairs that were judged in both orders.

    `compared` says which replies stood against which.
    """
    if not pairs:
        return not_measured(NAME, compared)
    found = position(verdicts_of(pairs), level=level)
    flips = figure(FLIPS, found.flip_rate, n=found.judged, of="pairs")
    first = figure(FIRST, found.first_share, n=found.decided, of="verdicts", fair=NO_LEAN)
    said = [
        compared,
        f"{found.judged} of {found.asked} pairs judged in both orders: {found.consistent} "
        f"consistent, {found.first_both} named the first place twice, {found.second_both} the "
        f"second twice, {found.tied_once} tied in one order only",
    ]
    if first.above or first.below:
        side = "first" if first.above else "second"
        said.append(f"it leans to the {side} place: a pair counts as won only in both orders")
    leans = first.above or first.below
    return Section(
        name=NAME,
        state="warning" if leans else "ok" if first.low is not None else "not measured",
        said=tuple(said),
        figures=(flips, first),
        criterion=pairs[0].criterion,
    )
