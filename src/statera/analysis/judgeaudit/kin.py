"""Does the judge prefer its own family? Net of other judges or people on the same replies."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from statera.analysis.judgeaudit.figures import (
    Figure,
    Measure,
    Section,
    State,
    figure,
    not_measured,
)
from statera.stats.results import LEVEL
from statera.stats.selfpreference import FamilyVerdicts, SelfPreference, self_preference
from statera.stats.winrate import UNPARSED

NAME = "self-enhancement"
NET = "own less other families"
OWN = "own family"
OTHERS = "other families"
PEOPLE = "people"

_GAP = "share of wins, or of the scale; 0: as the other judges"
_READS = {
    NET: "share of wins, or of the scale; 0: no preference, above: it favours its own family",
    OWN: f"{_GAP}, above: it gives its own family more than they do",
    OTHERS: f"{_GAP}, above: it gives other families more than they do",
}
_ADVICE = "judge by a model of another family, or correct by people's labels on both runs"
_NEEDED = "give --second-judge of another family, or labels by people (statera judge label)"


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
        return _warned("one run in pairs with itself: there is no other family", warnings, "")
    if len(families) < 2:
        why = f"one judge family ({judge}): self-preference cannot be told from quality"
        return _warned(why, warnings, _NEEDED)
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


def _warned(why: str, warnings: Sequence[str], advice: str) -> Section:
    if not warnings:
        return not_measured(NAME, why, advice=advice)
    told = "; ".join(part for part in (_ADVICE, advice) if part)
    fault = "; ".join(warnings)
    return Section(name=NAME, state="warning", said=(*warnings, why), advice=told, fault=fault)


def _told(found: SelfPreference, *, pairs: bool, warnings: Sequence[str]) -> Section:
    """Return the section: the net figure where it can be told.

    In a pair both orders are asked and one side is of the family: leniency is no one's gain, so the
    gap on its own pairs tells by itself.
    """
    alone = pairs and found.value is None and found.own is not None
    figures = list(_figures(found, "pairs" if pairs else "replies", alone=alone))
    deciding, said = figures[0], list(warnings)
    if found.families:
        said.append(f"{found.judge} beside {', '.join(found.families)}")
    if deciding.low is None:
        said.append(f"not told: {deciding.method}")
    elif deciding.above or deciding.below:
        does = "favours" if deciding.above else "disfavours"
        said.append(f"it {does} its own family by {deciding.value:+.3f}")
    else:
        said.append("no sure preference for or against its own family")
    known: State = "not measured" if deciding.low is None else "ok"
    stands = deciding.above or bool(warnings)
    fault = said[-1] if deciding.above else "; ".join(warnings)
    return Section(
        name=NAME,
        state="warning" if stands else known,
        said=tuple(said),
        figures=tuple(figures),
        advice=_ADVICE if stands else "",
        fault=fault,
    )


def _figures(found: SelfPreference, of: str, *, alone: bool) -> Iterator[Figure]:
    """Yield the figure that decides, then its parts; `alone` says that the own pairs decide."""
    if not alone:
        yield figure(Measure(NET, of, _READS[NET], 0.0), found, n=found.n)
    parts = ((OWN, found.own, found.own_pairs), (OTHERS, found.others, found.other_pairs))
    for name, told, count in parts:
        if told is not None:
            yield figure(Measure(name, of, _READS[name], 0.0), told, n=count)
