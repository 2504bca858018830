"""Prediction-powered means: many judged trials, corrected by human labels of some of them.

Labels are drawn from the very trials that were judged, each with a known probability. The judge may
be as wrong as it likes: the labels say by how much, and a good judge narrows the interval.

| labels | interval |
|---|---|
| no known probabilities, fewer than 30 labels, fewer than 8 labelled clusters | none, and why |
| of every trial, for certain | that of the labels: the judge adds nothing |
| 0/1, at least 5 disagreements (10 with unequal probabilities) and 5 labels of each value | t |
| graded in [0, 1], at least 5 disagreements (10), not all the same | t |
| in [0, 1], fewer of them, equal probabilities, no clusters | sum of exact bounds |
| in [0, 1], fewer of them, otherwise | none, and why |
| on another scale, not all differing from the judge by the same | t |

Trials that had to have a label, where others were drawn, do not make the probabilities unequal, and
are none of the 30 labels. The t interval is made on the logit scale where all scores lie in [0, 1].

>>> judged = Judged([1, 0, 1, 0] * 60, [1, 0, 0, 0] * 30 + [None] * 120, [0.5] * 240)
>>> str(prediction_powered(judged))
'0.250 [0.185, 0.328] 95 %, corrected from 0.500, 240 trials, 120 labels'
"""

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.corrected import (
    Corrected,
    Moments,
    check_level,
    corrected_interval,
    numbers,
)
from statera.stats.means import mean
from statera.stats.proportion import clopper_pearson
from statera.stats.results import LEVEL, Items

MIN_LABELS = 30
MIN_EACH = 5
MIN_UNEQUAL = 10
SAME = 1e-12
"""Scores that differ by no more are equal."""
SOURCE = (
    "Angelopoulos et al., Science 382 (2023) 669-674; tuning: Angelopoulos, Duchi and Zrnic, arXiv "
    "2311.01453 (2023), section 6; known probabilities: Zrnic and Candes, ICML (2024), eq. 4, as a "
    "ratio (Hajek 1971)"
)
EXACT = "sum of exact bounds"
EXACT_SOURCE = "Clopper and Pearson, Biometrika 26 (1934) 404-413, with Bonferroni's inequality"


class Judged(NamedTuple):
    """What a judge said of every trial, and what people said of some: one entry a trial.

    `labels` is None where nobody looked. `probabilities` is the chance in (0, 1] with which each
    trial was drawn for a label, also where it was not; None if nobody knows. `clusters` names what
    binds trials together; None if nothing does.
    """

    predictions: Sequence[float]
    labels: Sequence[float | None]
    probabilities: Sequence[float] | None
    clusters: Sequence[Hashable] | None = None


def prediction_powered(judged: Judged, *, level: float = LEVEL, tuned: bool = True) -> Corrected:
    """Return the mean label of all trials, from all predictions and the labels there are.

    With weights 1 / probability, and weighted means over the labelled: tuning * mean(all
    predictions) + mean(labels) - tuning * mean(predictions of the labelled). The tuning in [0, 1]
    has the least variance (PPI++), or is 1 if not `tuned` (PPI). The variance is that of the linear
    form, over clusters, times L / (L - 1) with L labelled clusters; L - 1 degrees of freedom.
    Trials may be drawn independently or a fixed number of them at random. ValueError for entries of
    different number, NaN, a probability outside (0, 1], or a level outside (0, 1).
    """
    return powering(judged, tuned=tuned)(level)


def powering(judged: Judged, *, tuned: bool = True) -> Callable[[float], Corrected]:
    """Return the same as a function of the level: what does not depend on it is computed once."""
    draw = drawn(judged)
    few = too_few(draw)
    if why := refusal(judged, draw):
        return lambda level: _answer(draw, None, _checked(level), why)
    if np.all(draw.weights == 1):
        return lambda level: _whole(draw, _checked(level))
    if few and judged.clusters is None and draw.equal:
        return lambda level: _exact(draw, _checked(level))
    if few:
        return lambda level: _answer(draw, None, _checked(level), few)
    moments = _linear(draw, tuned)

    def at(level: float) -> Corrected:
        check_level(level)
        bounds = corrected_interval(moments, draw.freedom, level=level, share=draw.share)
        return _answer(draw, (moments, *bounds), level, "PPI++" if tuned else "PPI")

    return at


def _checked(level: float) -> float:
    check_level(level)
    return level


class Draw(NamedTuple):
    """Arrays over all trials; `weights` is 0 and `labels` meaningless where there is no label.

    `sure` are trials that had to have a label where others were drawn; `equal` says that these had
    the same chance.
    """

    predictions: np.ndarray
    labels: np.ndarray
    weights: np.ndarray
    cluster: np.ndarray
    equal: bool
    sure: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """Which trials have a label."""
        return np.asarray(self.weights > 0)

    @property
    def freedom(self) -> int:
        """The labelled clusters, less one."""
        return len(np.unique(self.cluster[self.seen])) - 1

    @property
    def wanted(self) -> int:
        """So many disagreements make t hold."""
        return MIN_EACH if self.equal else MIN_UNEQUAL

    @property
    def share(self) -> bool:
        """Whether all scores lie in [0, 1]."""
        scores = np.concatenate([self.predictions, self.labels[self.seen]])
        return bool(np.all((scores >= 0) & (scores <= 1)))

    @property
    def binary(self) -> bool:
        """Whether all scores are 0 or 1."""
        scores = np.concatenate([self.predictions, self.labels[self.seen]])
        return bool(np.all((scores == 0) | (scores == 1)))


def drawn(judged: Judged) -> Draw:
    """Return the trials as arrays. ValueError as for the mean."""
    predictions, count = numbers(judged.predictions, "predictions"), len(judged.predictions)
    known = judged.probabilities
    chances = np.ones(count) if known is None else numbers(known, "probabilities")
    names = range(count) if judged.clusters is None else judged.clusters
    for what, size in (("labels", len(judged.labels)), ("clusters", len(names))):
        if size != count:
            raise ValueError(f"{size} {what} for {count} predictions")
    if len(chances) != count:
        raise ValueError(f"{len(chances)} probabilities for {count} predictions")
    if not np.all((chances > 0) & (chances <= 1)):
        raise ValueError("the probability of a label lies above 0, and is at most 1")
    seen = np.array([label is not None for label in judged.labels], dtype=bool)
    labels = numbers([0.0 if label is None else label for label in judged.labels], "labels")
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    index = np.array([places[name] for name in names], dtype=np.int64)
    sure = seen & (chances == 1)
    sure = sure & ~np.all(sure)
    equal = bool(count and np.ptp(chances[~sure]) == 0)
    return Draw(predictions, labels, np.where(seen, 1 / chances, 0.0), index, equal, sure)


def refusal(judged: Judged, draw: Draw) -> str:
    """Return why no correction is valid; nothing where one is."""
    count = int((draw.seen & ~draw.sure).sum())
    gaps = (draw.labels - draw.predictions)[draw.seen]
    if judged.probabilities is None:
        return "nobody knows with what probability the labelled trials were drawn"
    if count < MIN_LABELS:
        return f"{count} labels, at least {MIN_LABELS} are needed"
    if draw.freedom + 1 < MIN_CLUSTERS:
        return f"labels in {draw.freedom + 1} clusters, at least {MIN_CLUSTERS} are needed"
    if not draw.binary and np.ptp(gaps) == 0 and (gaps[0] or not draw.share):
        return "labels and judge differ by the same on every trial"
    return ""


def too_few(draw: Draw) -> str:
    """Return why labels in [0, 1] are too few of a kind for t; nothing where they are enough."""
    if not draw.share:
        return ""
    labels, gaps = draw.labels[draw.seen], (draw.labels - draw.predictions)[draw.seen]
    rarer = int(min(labels.sum(), (1 - labels).sum()))
    apart, wanted = int(np.count_nonzero(np.abs(gaps) > SAME)), draw.wanted
    if apart < wanted:
        return f"{apart} labels disagree with the judge, at least {wanted} are needed"
    if draw.binary and rarer < MIN_EACH:
        return f"{rarer} labels of the rarer value, at least {MIN_EACH} are needed"
    return ""


class Pulls(NamedTuple):
    """The estimate as known + tuning * gained, and what each cluster adds to it, (clusters,)."""

    known: float
    gained: float
    plain: np.ndarray
    gain: np.ndarray


def pulls(draw: Draw) -> Pulls:
    """Return the linear form of the estimate, with the tuning left open."""
    count, weights = len(draw.labels), draw.weights / draw.weights.mean()
    known = float(weights @ draw.labels) / count
    judged, all_judged = float(weights @ draw.predictions) / count, float(draw.predictions.mean())
    plain = np.bincount(draw.cluster, weights=weights * (draw.labels - known))
    gain = draw.predictions - all_judged - weights * (draw.predictions - judged)
    return Pulls(known, all_judged - judged, plain, np.bincount(draw.cluster, weights=gain))


def _linear(draw: Draw, tuned: bool) -> Moments:
    known, gained, plain, gain = pulls(draw)
    size = float(gain @ gain)
    best = -float(plain @ gain) / size if size > 0 else 0.0
    tuning = min(1.0, max(0.0, best)) if tuned else 1.0
    linear = plain + tuning * gain
    count = len(draw.labels)
    variance = float(linear @ linear) / count**2 * (draw.freedom + 1) / draw.freedom
    return Moments(known + tuning * gained, variance, tuning)


def _whole(draw: Draw, level: float) -> Corrected:
    """Return the mean label where no label is missing: the judge adds nothing."""
    ones = np.ones(len(draw.labels))
    found = mean(Items(draw.labels, draw.cluster, 0 * draw.cluster, ones), level=level)
    if found.value is None or found.low is None or found.high is None:
        return _answer(draw, None, level, found.method)
    moments = Moments(found.value, 0.0, 0.0)
    how = f"labels of every trial, {found.method}"
    return _answer(draw, (moments, found.low, found.high), level, how)


def _exact(draw: Draw, level: float) -> Corrected:
    """Add exact bounds of the mean prediction and of both kinds of disagreement.

    Half of the error goes to the first, a quarter to each of the others. A graded disagreement is
    at most 1, and may be next to nothing; the sum of graded predictions is bounded as if each were
    0 or 1, which is never less wide (Hoeffding, Annals of Mathematical Statistics 27 (1956)).
    """
    half, quarter = 1 - (1 - level) / 2, 1 - (1 - level) / 4
    apart, part = draw.labels - draw.predictions, float(np.mean(~draw.sure))
    gaps, known = apart[draw.seen & ~draw.sure], float(apart[draw.sure].sum()) / len(apart)
    judged = clopper_pearson(float(draw.predictions.sum()), len(draw.predictions), half)
    missed = clopper_pearson(int((gaps > SAME).sum()), len(gaps), quarter)
    alarms = clopper_pearson(int((gaps < -SAME).sum()), len(gaps), quarter)
    least = (missed[0], alarms[0]) if draw.binary else (0.0, 0.0)
    mean = float(draw.predictions.mean() + part * gaps.mean()) + known
    value = min(1.0, max(0.0, mean))
    low = max(0.0, judged[0] + part * (least[0] - alarms[1]) + known)
    high = min(1.0, judged[1] + part * (missed[1] - least[1]) + known)
    whole = (Moments(value, 0.0, 1.0), min(low, value), max(high, value))
    answer = _answer(draw, whole, level, f"PPI, {EXACT}")
    return msgspec.structs.replace(answer, source=f"{SOURCE}; {EXACT_SOURCE}")


def _answer(
    draw: Draw, whole: tuple[Moments, float, float] | None, level: float, method: str
) -> Corrected:
    return Corrected(
        value=whole and whole[0].value,
        low=whole and whole[1],
        high=whole and whole[2],
        level=level,
        method=method,
        source=SOURCE,
        n=len(draw.predictions),
        clusters=len(np.unique(draw.cluster)),
        raw=float(draw.predictions.mean()) if len(draw.predictions) else None,
        labels=int(draw.seen.sum()),
        tuning=whole and whole[0].tuning,
    )
