"""The difference of two judged runs, corrected by human labels on both of them.

A judge that errs differently on the two is no matter: each has labels of its own, of the same
trials or of others. Labels of one run alone say nothing of the difference.

| labels | interval |
|---|---|
| too few on a side for any correction of it (see `ppi`) | none, and why |
| enough on both sides for t | t, on the linear form of the difference |
| a side with few disagreements, or few that differ between the sides | each's own, Bonferroni |
| no spread of the linear form | none, and why |

>>> candidate = Judged([1, 0, 1, 0] * 60, [1, 0, 0, 0] * 30 + [None] * 120, [0.5] * 240)
>>> base = Judged([0, 0, 1, 0] * 60, [0, 0, 1, 1] * 30 + [None] * 120, [0.5] * 240)
>>> str(paired_powered(candidate, base))
'-0.250 [-0.374, -0.126] 95 %, corrected from 0.250, 240 trials, 240 labels'
"""

from collections.abc import Callable

import numpy as np

from statera.stats.corrected import Corrected, Moments, check_level
from statera.stats.ppi import (
    SAME,
    SOURCE,
    Draw,
    Judged,
    Pulls,
    drawn,
    powering,
    pulls,
    refusal,
    too_few,
)
from statera.stats.proportion import student_quantile
from statera.stats.results import LEVEL

METHOD = "PPI++ of the difference"
BONFERRONI = "difference of two corrected numbers, Bonferroni"


def paired_powered(candidate: Judged, base: Judged, *, level: float = LEVEL) -> Corrected:
    """Return the difference of mean labels, candidate minus base, over the same trials.

    Each side is `ppi.prediction_powered`'s estimate, with tunings that give the difference the
    least variance; the linear forms of both are added cluster by cluster, so that it counts what
    they share. Degrees of freedom: the labelled clusters of the side that has fewer, less one.
    `labels` counts those of both sides. ValueError for sides of different length or clusters.
    """
    return powering_paired(candidate, base)(level)


def powering_paired(candidate: Judged, base: Judged) -> Callable[[float], Corrected]:
    """Return the same as a function of the level."""
    draws = (drawn(candidate), drawn(base))
    if not np.array_equal(draws[0].cluster, draws[1].cluster):
        raise ValueError("both sides are judged on the same trials, in one order")
    for name, judged, draw in zip(("candidate", "base"), (candidate, base), draws, strict=True):
        if why := refusal(judged, draw):
            return _none(draws, f"{name}: {why}")
    if any(map(too_few, draws)) or _alike(draws):
        return _apart(candidate, base, draws)
    moments = _moments((pulls(draws[0]), pulls(draws[1])), draws)
    if moments.variance < SAME**2:
        return _none(draws, "no spread of the differences")
    freedom = min(draw.freedom for draw in draws)

    def at(level: float) -> Corrected:
        check_level(level)
        reach = student_quantile(level, freedom) * moments.variance**0.5
        ends = (moments.value - reach, moments.value + reach)
        return _answer(draws, (moments.value, *ends), level, METHOD)

    return at


def _alike(draws: tuple[Draw, Draw]) -> bool:
    """Return whether few trials tell the sides apart, as of replies that are mostly the same.

    The difference rests on what is not the same on both: labels, and the judge's errors. Of either
    it takes as many as t does on one side.
    """
    if not all(draw.share for draw in draws):
        return False
    ours, theirs = draws
    labels = ours.weights * ours.labels - theirs.weights * theirs.labels
    judged = ours.weights * ours.predictions - theirs.weights * theirs.predictions
    fewest = min(int(np.count_nonzero(np.abs(x) > SAME)) for x in (labels, labels - judged))
    return fewest < max(draw.wanted for draw in draws)


def least(plain: np.ndarray, gains: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    """Return both tunings in [0, 1] for which |plain + a * gains[0] + b * gains[1]| is least."""
    columns = np.stack(gains, axis=1)
    inside = np.linalg.lstsq(columns, -plain, rcond=None)[0]
    if np.all((inside >= 0) & (inside <= 1)):
        return float(inside[0]), float(inside[1])
    tried = [(fixed, _alone(plain + fixed * gains[0], gains[1])) for fixed in (0.0, 1.0)] + [
        (_alone(plain + fixed * gains[1], gains[0]), fixed) for fixed in (0.0, 1.0)
    ]
    return min(tried, key=lambda pair: float(np.sum((plain + columns @ np.array(pair)) ** 2)))


def _alone(plain: np.ndarray, gain: np.ndarray) -> float:
    size = float(gain @ gain)
    return min(1.0, max(0.0, -float(plain @ gain) / size)) if size > 0 else 0.0


def _moments(sides: tuple[Pulls, Pulls], draws: tuple[Draw, Draw]) -> Moments:
    ours, theirs = sides
    plain = ours.plain - theirs.plain
    first, second = least(plain, (ours.gain, -theirs.gain))
    linear = plain + first * ours.gain - second * theirs.gain
    labelled = min(draw.freedom for draw in draws) + 1
    variance = float(linear @ linear) / len(draws[0].labels) ** 2 * labelled / (labelled - 1)
    value = ours.known + first * ours.gained - theirs.known - second * theirs.gained
    return Moments(value, variance, first)


def _apart(
    candidate: Judged, base: Judged, draws: tuple[Draw, Draw]
) -> Callable[[float], Corrected]:
    """Return the difference of both sides' own intervals, each with half of the error."""
    ours, theirs = powering(candidate), powering(base)

    def at(level: float) -> Corrected:
        check_level(level)
        one, two = (side(1 - (1 - level) / 2) for side in (ours, theirs))
        for name, found in (("candidate", one), ("base", two)):
            if found.value is None:
                return _none(draws, f"{name}: {found.method}")(level)
        ends = [float(x or 0.0) for x in (one.value, one.low, one.high)]
        minus = [float(x or 0.0) for x in (two.value, two.low, two.high)]
        gap = (ends[0] - minus[0], ends[1] - minus[2], ends[2] - minus[1])
        return _answer(draws, gap, level, f"{BONFERRONI}: {one.method}; {two.method}")

    return at


def _none(draws: tuple[Draw, Draw], why: str) -> Callable[[float], Corrected]:
    return lambda level: _answer(draws, None, level, why)


def _answer(
    draws: tuple[Draw, Draw], whole: tuple[float, float, float] | None, level: float, method: str
) -> Corrected:
    share, (ours, theirs) = all(draw.share for draw in draws), draws
    value, low, high = whole or (None, None, None)
    if whole is not None and share:
        value, low, high = (min(1.0, max(-1.0, number)) for number in whole)
    count = len(ours.predictions)
    raw = float(ours.predictions.mean() - theirs.predictions.mean()) if count else None
    return Corrected(
        value=value,
        low=low,
        high=high,
        level=level,
        method=method,
        source=SOURCE,
        n=count,
        clusters=len(np.unique(ours.cluster)),
        raw=raw,
        labels=int(ours.seen.sum() + theirs.seen.sum()),
    )
