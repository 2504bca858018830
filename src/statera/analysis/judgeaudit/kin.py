"""Does the judge prefer its own family? Net of other judges or people on the same replies."""

from collections.abc import Sequence
from typing import NamedTuple

from statera.analysis.judgeaudit.figures import Section, State, figure, not_measured
from statera.stats.results import LEVEL
from statera.stats.selfpreference import FamilyVerdicts, SelfPreference, self_preference
from statera.stats.winrate import UNPARSED

NAME = "self-enhancement"
NET = "own family, net of other judges and families"
OWN = "own family, judge less the others"
OTHERS = "other families, judge less the others"
PEOPLE = "people"


class Opinion(NamedTuple):
    """What one judge, or people, said of a reply or of a pair: a share in [0, 1], or None.

    `judge` and `family` name the families of the judge and of the candidate; `base` that of the
    reply it stood against, None for single replies. `what` names the reply or the pair.
    """

    judge: str
    value: float | None
    what: str
    unit: str
    family: str
    base: str | None = None


def kin(
    opinions: Sequence[Opinion], *, judge: str, warnings: Sequence[str] = (), level: float = LEVEL
) -> Section:
    """Return how much the judge family `judge` favours its own replies.

    `warnings` say which candidates are of its family. It needs two judge families, or people.
    """
    families = dict.fromkeys(one.judge for one in opinions)
    if not families:
        return _warned("one run in pairs with itself: there is no other family", warnings)
    if len(families) < 2:
        why = (
            f"one judge family ({judge}): self-preference cannot be told from quality. Give "
            "--second-judge of another family, or labels by people"
        )
        return _warned(why, warnings)
    bases = [one.base or "" for one in opinions]
    found = self_preference(
        FamilyVerdicts(
            [UNPARSED if one.value is None else one.value for one in opinions],
            [one.judge for one in opinions],
            [one.what for one in opinions],
            [one.family for one in opinions],
            [one.unit for one in opinions],
            bases if any(bases) else None,
        ),
        judge=judge,
        level=level,
    )
    return _told(found, pairs=any(bases), warnings=warnings)


def _warned(why: str, warnings: Sequence[str]) -> Section:
    if not warnings:
        return not_measured(NAME, why)
    return Section(name=NAME, state="warning", said=(*warnings, why))


def _told(found: SelfPreference, *, pairs: bool, warnings: Sequence[str]) -> Section:
    """Return the section: the net figure where it can be told.

    In a pair both orders are asked and one side is of the family: leniency is no one's gain, so the
    gap on its own pairs tells by itself.
    """
    of = "pairs" if pairs else "replies"
    figures = [figure(NET, found, n=found.n, of=of, fair=0.0)]
    parts = ((OWN, found.own, found.own_pairs), (OTHERS, found.others, found.other_pairs))
    figures += [figure(k, e, n=count, of=of, fair=0.0) for k, e, count in parts if e is not None]
    deciding = figures[0]
    if pairs and found.value is None and found.own is not None:
        deciding = figures[1]
    said = list(warnings)
    if found.families:
        said.append(f"{found.judge} beside {', '.join(found.families)}")
    if deciding.low is None:
        said.append(f"not told: {deciding.method}")
        unsure: State = "warning" if warnings else "not measured"
        return Section(name=NAME, state=unsure, said=tuple(said), figures=tuple(figures))
    if deciding.above:
        said.append(f"it favours its own family by {deciding.value:+.3f}")
    state: State = "warning" if deciding.above or warnings else "ok"
    return Section(name=NAME, state=state, said=tuple(said), figures=tuple(figures))
