"""How much of what the judge was asked came to a verdict."""

from collections.abc import Sequence
from typing import NamedTuple

from statera.analysis.judgeaudit.figures import Section, State, figure, not_measured
from statera.records.scores import Outcome
from statera.stats.means import mean
from statera.stats.results import LEVEL, Items
from statera.stats.winrate import VOID, WARN

NAME = "verdicts"
UNREAD = "without a verdict"


class Asked(NamedTuple):
    """One judgement that was asked: on which item, and what became of it."""

    unit: str
    read: bool
    outcome: Outcome


def verdicts(asked: Sequence[Asked], *, level: float = LEVEL) -> Section:
    """Return n judged of n asked and the share that gave no verdict.

    Above 2 % is a warning, above 10 % voids the judge. What plumbing lost says nothing of the judge
    and is counted apart; without any answer there is nothing to tell.
    """
    answered = [one for one in asked if one.read or one.outcome != "infra_error"]
    lost, read = len(asked) - len(answered), sum(one.read for one in asked)
    counted = f"{read} judged of {len(asked)} asked" + (f", {lost} without an answer" * bool(lost))
    if not answered:
        return not_measured(NAME, counted)
    count = len(answered)
    unread = [float(not one.read) for one in answered]
    share = sum(unread) / count
    items = Items(unread, [one.unit for one in answered], [0] * count, [1.0] * count)
    state: State = "void" if share > VOID else "warning" if share > WARN else "ok"
    said = [counted]
    if state != "ok":
        allowed = f"{100 * (VOID if state == 'void' else WARN):g} %"
        said.append(f"{100 * share:.1f} % of the replies hold no verdict, more than {allowed}")
    shown = figure(UNREAD, mean(items, level=level), n=count, of="judgements")
    return Section(name=NAME, state=state, said=tuple(said), figures=(shown,))
