"""A judge's error against people, measured on labelled trials: what `judge calibrate` finds.

    found = calibrated((side,), levels=(1, 2, 3, 4, 5), rng=rng)
    found.arms[0].bias            # judge less people, on the mean: 0.105 [0.061, 0.149] 95 %, …
    found.confusion.per_class     # which grade it takes for which, with intervals

A judge that errs differently on the two runs of a comparison favours one of them: where that is its
own family's, this is self-preference. So each run is an arm, and so is the difference of the two.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np

from statera.analysis.correction import arm, own_error
from statera.analysis.frame import Frame
from statera.analysis.judgebias import bias, bias_gap
from statera.analysis.judgeinformation import void_by_labels
from statera.analysis.labelledtrials import (
    GOOD,
    PAIRS,
    Side,
    class_names,
    confusion_of,
    ratings_of,
)
from statera.analysis.standing import Known, MetricError, Standing, is_judged
from statera.stats.agreement import Agreement, cohen_kappa, krippendorff_alpha
from statera.stats.confusion import Confusion
from statera.stats.results import LEVEL, Difference, Estimate

Drawn = Literal["alike", "unequally", "unknown"]
"""How items were drawn for a label: all with one probability, with different ones, nobody knows."""


class Arm(msgspec.Struct, frozen=True, kw_only=True):
    """How the judge errs on one run's replies.

    `labelled` trials of `items` have a label, `judged` of them a verdict too. `probability` is that
    of each item to be drawn, None where it is not one for all. `bias` is the mean of judge less
    people, as a share of the scale. `confusion` is in good and not good, or in win, tie and loss,
    also within each kind of content.
    """

    run: str
    labelled: int
    judged: int
    items: int
    drawn: Drawn
    probability: float | None
    missing: int
    labellers: int
    bias: Estimate
    confusion: Confusion


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """A judge's error in one score of one task, over one run or two.

    `kappa`, `weighted` (by squared distance, None where the classes have no order) and `alpha` say
    how far judge and people agree beyond chance, `confusion` which class is taken for which.
    `gap` is the bias on the first run less that on the second, None for one run. `warnings` are
    what a reader must know before the judge is used.
    """

    task: str
    score: str
    judge: str
    judge_run: str
    against: str
    kappa: Agreement
    weighted: Agreement | None
    alpha: Agreement
    confusion: Confusion
    arms: tuple[Arm, ...]
    gap: Difference | None
    warnings: tuple[str, ...]


def calibrated(
    sides: Sequence[Side],
    *,
    levels: Sequence[int] = (),
    level: float = LEVEL,
    rng: np.random.Generator,
) -> Calibration:
    """Return the judge's error on one run, or on the two of a comparison.

    `levels` are those of a rubric's scale, none for yes or no and for pairs. ValueError where no
    trial has both a label and a verdict.
    """
    standing, pooled = sides[0].standing, [seen for side in sides for seen in side.seen]
    if not any(seen.said is not None for seen in pooled):
        raise ValueError("no trial has a label and a verdict")
    against = "" if standing.labelled is None else standing.labelled.against
    names = class_names(levels, pairs=bool(against))
    ratings = ratings_of(pooled, names, levels)
    units = [seen.unit for seen in pooled]
    ordered = names != PAIRS and len(names) > 2
    arms = tuple(_arm(side, level) for side in sides)
    gap = bias_gap(sides, level=level) if len(sides) > 1 else None
    kappa = cohen_kappa(ratings, level=level, rng=rng, clusters=units)
    return Calibration(
        task=sides[0].frame.task,
        score=standing.score,
        judge=standing.judge,
        judge_run=standing.sat,
        against=against,
        kappa=kappa,
        weighted=cohen_kappa(ratings, "quadratic", level=level, rng=rng, clusters=units)
        if ordered
        else None,
        alpha=krippendorff_alpha(
            ratings, "ordinal" if ordered else "nominal", level=level, rng=rng, clusters=units
        ),
        confusion=confusion_of(pooled, names, levels, level=level),
        arms=arms,
        gap=gap,
        warnings=(*_voids(sides), *_warnings(arms, gap, kappa)),
    )


def known_error(side: Side) -> Known:
    """Return the judge's error on one run as its own run keeps it, by the name of the metric."""
    frame, standing = side.frame, side.standing
    labelled = standing.labelled
    errors = {
        metric.name: error
        for metric in frame.metrics
        if is_judged(metric)
        and metric.score == standing.score
        and (error := _error(frame, metric.name, standing)) is not None
    }
    return Known(
        run=standing.run,
        task=frame.task,
        score=standing.score,
        low=0 if labelled is None else labelled.low,
        high=1 if labelled is None else labelled.high,
        against="" if labelled is None else labelled.against,
        errors=errors,
    )


def recorded(known: Sequence[Known], new: Sequence[Known]) -> tuple[Known, ...]:
    """Return what is on record of a judge with new entries, each in place of one about the same."""
    about = {entry.about for entry in new}
    return (*(entry for entry in known if entry.about not in about), *new)


def _error(frame: Frame, name: str, standing: Standing) -> MetricError | None:
    return own_error(arm(frame, name, standing, frame.places()))


def _arm(side: Side, level: float) -> Arm:
    labelled, seen = side.standing.labelled, side.seen
    drawn: Drawn = "unknown"
    if labelled is not None and labelled.probability is not None:
        drawn = "alike"
    elif labelled is not None and labelled.probabilities:
        drawn = "unequally"
    pairs = labelled is not None and bool(labelled.against)
    return Arm(
        run=side.standing.run,
        labelled=len(seen),
        judged=sum(one.said is not None for one in seen),
        items=len({one.item for one in seen}),
        drawn=drawn,
        probability=None if labelled is None else labelled.probability,
        missing=0 if labelled is None else labelled.missing,
        labellers=0 if labelled is None else len(labelled.labellers),
        bias=bias(side, level=level),
        confusion=confusion_of(seen, PAIRS if pairs else GOOD, (), level=level, kinds=True),
    )


def _voids(sides: Sequence[Side]) -> Iterator[str]:
    """Yield each metric of the score of which labels void the judge, and why."""
    standings = [side.standing for side in sides]
    for metric in sides[0].frame.metrics:
        if is_judged(metric) and metric.score == standings[0].score:
            whole = [arm(s.frame, metric.name, s.standing, s.frame.places()) for s in sides]
            if why := void_by_labels(whole, metric.name, standings):
                yield f"{metric.name} is {why}"


def _warnings(arms: Sequence[Arm], gap: Difference | None, kappa: Agreement) -> Iterator[str]:
    if kappa.low is not None and kappa.low <= 0:
        yield "judge and people are not shown to agree beyond chance"
    for found in arms:
        yield from _of_arm(found)
    if gap is not None and gap.value is not None and _apart(gap):
        more, less = (arms[0], arms[1])[:: 1 if gap.value > 0 else -1]
        yield (
            f"the judge errs differently on the two runs: it favours {more.run[:8]} over "
            f"{less.run[:8]} by {abs(gap.value):.3f} of the scale, against what people say"
        )


def _apart(gap: Difference) -> bool:
    return gap.low is not None and gap.high is not None and (gap.low > 0 or gap.high < 0)


def _of_arm(found: Arm) -> Iterator[str]:
    run = found.run[:8]
    if found.drawn == "unknown":
        yield (
            f"{run}: nobody knows how the labelled items were drawn, so that what they say of "
            "the others is an assumption (transported)"
        )
    if found.missing:
        yield f"{run}: {found.missing} items were drawn and have no label"
    for kind in found.confusion.kinds:
        for part, whole in zip(kind.per_class, found.confusion.per_class, strict=True):
            told, usual = part.sensitivity, whole.sensitivity
            if told.high is not None and usual.low is not None and told.high < usual.low:
                yield (
                    f"{run}: of '{part.name}' in {kind.kind} the judge calls only "
                    f"{told.value:.2f} so, of all {usual.value:.2f}"
                )
