"""How much of what the judge was asked came to a verdict."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from statera.analysis.judgeaudit.figures import (
    Figure,
    Measure,
    Section,
    State,
    figure,
    not_measured,
    worst,
)
from statera.analysis.judgeaudit.shares import shares
from statera.records.scores import Outcome
from statera.stats.results import LEVEL, Estimate
from statera.stats.winrate import VOID, WARN

NAME = "verdicts"
UNREAD = "without a verdict"
_READS = "share of the replies; 0: every reply holds a verdict"
_ADVICE = (
    "read its replies (statera show RUN, with the judge's own run); a stronger model, or one whose "
    "endpoint keeps to a JSON schema, keeps to the form"
)


class Asked(NamedTuple):
    """One judgement that was asked: on which item, what became of it, and of which criterion.

    `unit` names the cluster that the `item` is in; an item without a name is its own.
    """

    unit: str
    read: bool
    outcome: Outcome
    criterion: str = ""
    item: str = ""


def verdicts(asked: Sequence[Asked], *, level: float = LEVEL) -> Section:
    """Return n judged of n asked and the share that gave no verdict, of each criterion.

    Above 2 % is a warning, above 10 % voids the judge. What plumbing lost says nothing of the judge
    and is counted apart; without any answer there is nothing to tell.
    """
    answered = [one for one in asked if one.read or one.outcome != "infra_error"]
    lost, read = len(asked) - len(answered), sum(one.read for one in asked)
    counted = f"{read} judged of {len(asked)} asked" + (f", {lost} without an answer" * bool(lost))
    if not answered:
        return not_measured(NAME, counted)
    figures = list(_figures(answered, level))
    state = worst(_state(shown) for shown in figures)
    faults = list[str]()
    if state != "ok":
        allowed = f"{100 * (VOID if state == 'void' else WARN):g} %"
        told = (shown for shown in figures if _state(shown) == state)
        faults += [f"{_share(shown)} hold no verdict, more than {allowed}" for shown in told]
    return Section(
        name=NAME,
        state=state,
        said=(counted, *faults),
        figures=tuple(figures),
        advice="" if state == "ok" else _ADVICE,
        fault="; ".join(faults),
    )


def _figures(answered: Sequence[Asked], level: float) -> Iterator[Figure]:
    """Yield the share without a verdict of each criterion; one figure where there is one."""
    names = list(dict.fromkeys(one.criterion for one in answered))
    for name in names:
        mine = [one for one in answered if one.criterion == name]
        title = f"{UNREAD} ({name})" if len(names) > 1 else UNREAD
        items = {(one.unit, one.item) for one in mine}
        of = f"replies to {len(items)} item{'s' * (len(items) != 1)}"
        yield figure(Measure(title, of, _READS), _unread(mine, level), n=len(mine))


def _unread(mine: Sequence[Asked], level: float) -> Estimate:
    """Return the share without a verdict, clustered by unit.

    Where all are alike each item counts once. How often one is asked about was drawn by the audit
    and is nothing of its own, so those asked about most need not stand for all (`Sample.worth`).
    """
    said = {one.read for one in mine}
    rows = {(one.unit, one.item): one for one in mine}.values() if len(said) == 1 else mine
    return shares([float(not one.read) for one in rows], [one.unit for one in rows], level=level)


def _state(shown: Figure) -> State:
    share = shown.value or 0.0
    return "void" if share > VOID else "warning" if share > WARN else "ok"


def _share(shown: Figure) -> str:
    """Return `12.0 % of the replies`, with the criterion's name where there are several."""
    of = shown.name.removeprefix(UNREAD)
    return f"{100 * (shown.value or 0):.1f} % of the replies{of}"
