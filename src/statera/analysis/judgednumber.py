"""What stands behind a judged number: how much was judged, and what it is by people's labels.

    behind = judged_number(frame, metric, standing)
    print(behind.corrected)         # 0.612 [0.540, 0.680] 95 %, corrected from 0.700, …

Where more than 10 % of what the judge was asked has no verdict, where an audit says so, or where
people's labels do not show that the judge tells more than a coin, the number is void: nothing rests
on it.
"""

from collections.abc import Sequence

import msgspec

from statera.analysis.correction import arm, arms, corrected, corrected_difference
from statera.analysis.frame import Frame
from statera.analysis.judgeinformation import void_by_labels
from statera.analysis.pairing import Pairing
from statera.analysis.standing import (
    Standing,
    unanswered,
    unjudged,
)
from statera.protocols import Metric
from statera.stats.corrected import Corrected
from statera.stats.results import LEVEL
from statera.stats.winrate import VOID, WARN

STOPPED = "no correction holds for a run that stopped early"


class Judgements(msgspec.Struct, frozen=True, kw_only=True):
    """How many trials of a run have a verdict, `judged`, of those that the judge was `asked`.

    `empty` counts the replies that a mean leaves out, as there was nothing to ask about.
    """

    run: str
    judged: int
    asked: int
    empty: int = 0

    @property
    def missing(self) -> float:
        """The share in [0, 1] without a verdict."""
        return (self.asked - self.judged) / self.asked if self.asked else 0.0

    @property
    def replies(self) -> int:
        """All that came through, the empty ones too."""
        return self.asked + self.empty

    def __str__(self) -> str:
        """Return `190 of 200`."""
        return f"{self.judged:,} of {self.asked:,}"


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a judged number.

    `sides` holds a run's judgements, of a difference the candidate's and the base's. `corrected`
    has no value where no correction is valid, and says why in its `method`; `advice` is then the
    command that helps, or empty. `against` is the other run of a win rate, or empty. `void` says
    why the number itself says nothing, `warning` what to mind; both are empty where all is well.
    `audit` holds the faults that the judge's audits found.
    """

    judge: str
    sides: tuple[Judgements, ...]
    corrected: Corrected
    advice: str = ""
    against: str = ""
    void: str = ""
    warning: str = ""
    audit: tuple[str, ...] = ()


def judged_number(
    frame: Frame,
    metric: Metric,
    standing: Standing,
    category: str | None = None,
    *,
    level: float = LEVEL,
) -> Behind:
    """Return what stands behind a judged metric of a category, None being the whole task."""
    found = corrected(frame, metric.name, standing, category, level=level)
    sides = (_judgements(frame, metric, standing, category),)
    whole = arm(frame, metric.name, standing, frame.places())
    chance = void_by_labels((whole,), metric.name, (standing,))
    return _behind(found, (standing,), sides, early=bool(frame.early), chance=chance)


def judged_difference(
    pairing: Pairing,
    metric: Metric,
    standings: tuple[Standing, Standing],
    category: str | None = None,
    *,
    level: float = LEVEL,
) -> Behind:
    """Return what stands behind the difference of a judged metric, candidate minus base."""
    found = corrected_difference(pairing, metric.name, standings, category, level=level)
    frames = (pairing.candidate, pairing.base)
    sides = tuple(
        _judgements(frame, metric, standing, category)
        for frame, standing in zip(frames, standings, strict=True)
    )
    chance = void_by_labels(arms(pairing, metric.name, standings), metric.name, standings)
    return _behind(found, standings, sides, early=bool(pairing.early), chance=chance)


def _judgements(
    frame: Frame, metric: Metric, standing: Standing, category: str | None
) -> Judgements:
    without, asked = unjudged(frame, metric.score, category)
    empty, _ = unanswered(frame, metric, category)
    return Judgements(run=standing.run, judged=asked - without, asked=asked, empty=empty)


def _behind(
    found: Corrected,
    standings: Sequence[Standing],
    sides: tuple[Judgements, ...],
    *,
    early: bool,
    chance: str,
) -> Behind:
    drifted = next((s.drifted for s in standings if s.drifted), "")
    lacking = [f"no verdict on {side.asked - side.judged:,} of {_trials(side)}" for side in sides]
    voids = [s.void for s in standings if s.void] + ([chance] if chance else [])
    voids += [f"void: {t}" for side, t in zip(sides, lacking, strict=True) if _void(side)]
    warned = [t for side, t in zip(sides, lacking, strict=True) if side.missing > WARN]
    warned += [_left_out(side) for side in sides if side.empty > WARN * side.replies]
    warned += [f"the judge {drifted}"] if drifted else []
    held = _held(found, early=early, drifted=drifted)
    return Behind(
        judge=standings[0].judge or standings[0].score,
        sides=sides,
        corrected=held,
        advice="" if early or held.value is not None else _advice(found, standings),
        against=standings[0].against,
        void=next(iter(voids), ""),
        warning="" if voids else "; ".join(warned),
        audit=tuple(dict.fromkeys(told for one in standings for told in one.warned)),
    )


def _advice(found: Corrected, standings: Sequence[Standing]) -> str:
    """Return the command for a number without a correction: to judge again, or to label."""
    if found.value is None:
        return " and ".join(dict.fromkeys(standing.labelling for standing in standings))
    again = (f"statera score {one.short} --judge {one.judge or 'FILE'}" for one in standings)
    return " and ".join(dict.fromkeys(again))


def _trials(side: Judgements) -> str:
    return f"{side.asked:,} trials of run {side.run[:8]}"


def _left_out(side: Judgements) -> str:
    told = f"{side.empty:,} empty of {side.replies:,} replies of run {side.run[:8]}"
    return f"the mean leaves out {told}"


def _void(side: Judgements) -> bool:
    return side.missing > VOID


def _held(found: Corrected, *, early: bool, drifted: str) -> Corrected:
    """Return the correction, or why it does not hold."""
    why = STOPPED if early else f"the judge {drifted}" if found.transported and drifted else ""
    if not why:
        return found
    return msgspec.structs.replace(found, value=None, low=None, high=None, method=why)
