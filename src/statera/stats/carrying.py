"""A judge's mean error, measured once, and carried over to what the judge says elsewhere.

That it is the same there is an assumption: what comes of it is marked `transported`. Labels of
these very items that were drawn with known probabilities are better: `ppi`.

| labels | interval |
|---|---|
| fewer than 30, fewer than 8 labelled or judged clusters | none, and why |
| at least 5 that differ from the judge, by more or less | t, clusters together |
| fewer, one a cluster, values in [0, 1] | exact bounds |
| fewer, otherwise; or all differ from the judge by the same | none, and why |

>>> known = mean_error([1, 0, 1, 1] * 20, [1, 0, 0, 1] * 20)
>>> str(carried(known, [1, 0, 0, 1] * 100))
'0.750 [0.626, 0.843] 95 %, corrected from 0.500, 400 trials, 80 labels, transported: measured on \
other data'
"""

from collections.abc import Callable, Hashable, Sequence

import msgspec
import numpy as np

from statera.stats.clusterrobust import MIN_CLUSTERS, ClusterMean, cluster_mean
from statera.stats.corrected import Corrected, Moments, check_level, corrected_interval, numbers
from statera.stats.ppi import MIN_EACH, MIN_LABELS, SAME
from statera.stats.proportion import CLOPPER, clopper_pearson
from statera.stats.results import LEVEL

METHOD = "PPI, mean error carried over"
AGREED = "mean error carried over, exact bounds of what differs"
SOURCE = "Angelopoulos et al., Science 382 (2023) 669-674, with the tuning of 1"


class MeanError(msgspec.Struct, frozen=True, kw_only=True):
    """By how much labels exceed a judge's verdicts, on the mean, over labelled trials.

    `value` is the mean of label - verdict, `variance` that of this mean, over clusters, with so
    many degrees of `freedom`; `differ` counts the trials where both are not the same.
    """

    value: float
    variance: float
    freedom: float
    labels: int
    clusters: int
    differ: int
    even: bool = True


def mean_error(
    labels: Sequence[float],
    verdicts: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    weights: Sequence[float] | None = None,
) -> MeanError | None:
    """Return the mean error of verdicts against labels; None with fewer than 2 labelled clusters.

    `clusters` names what binds trials together, None if nothing does; `weights` are 1 / the chance
    with which each trial was drawn for a label. ValueError for NaN and for parts of another length.
    """
    gaps = _gaps(labels, verdicts)
    names = list(range(len(gaps)) if clusters is None else clusters)
    shares = np.ones(len(gaps)) if weights is None else numbers(weights, "weights")
    if not len(names) == len(shares) == len(gaps):
        raise ValueError(f"{len(names)} clusters and {len(shares)} weights of {len(gaps)} labels")
    index = _index(names)
    if len(np.unique(index)) < 2:
        return None
    found = cluster_mean(gaps, shares, index)
    return MeanError(
        value=found.value,
        variance=found.variance,
        freedom=found.freedom,
        labels=len(gaps),
        clusters=found.clusters,
        differ=int(np.count_nonzero(np.abs(gaps) > SAME)),
        even=bool(np.ptp(shares) <= SAME * shares.max()),
    )


def carried(
    known: MeanError,
    verdicts: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> Corrected:
    """Return the mean label behind verdicts of which none has a label: their mean, plus the error.

    t interval, on the logit scale for values in [0, 1], with the degrees of freedom of the error.
    ValueError for NaN, or a level outside (0, 1).
    """
    return carrying(known, verdicts, clusters=clusters)(level)


def carrying(
    known: MeanError, verdicts: Sequence[float], *, clusters: Sequence[Hashable] | None = None
) -> Callable[[float], Corrected]:
    """Return the same as a function of the level."""
    judged = numbers(verdicts, "verdicts")
    index = _index(list(range(len(judged)) if clusters is None else clusters))
    whole = int(index.max()) + 1 if len(index) else 0
    bare = Corrected(
        value=None,
        low=None,
        high=None,
        level=LEVEL,
        method=refusal(known, judged, whole),
        source=SOURCE,
        n=len(judged),
        clusters=whole,
        raw=float(judged.mean()) if len(judged) else None,
        labels=known.labels,
        transported=True,
    )
    if bare.method:
        return lambda level: _at(bare, level)
    found = cluster_mean(judged, np.ones(len(judged)), index)
    moments = Moments(found.value + known.value, found.variance + known.variance, 1.0)
    share, many = _share(judged) and -1 <= known.value <= 1, known.differ >= MIN_EACH

    def at(level: float) -> Corrected:
        check_level(level)
        if many:
            low, high = corrected_interval(moments, known.freedom, level=level, share=share)
        else:
            low, high = _agreed(judged, found, known, level)
        return msgspec.structs.replace(
            bare,
            value=min(max(moments.value, low), high),
            low=low,
            high=high,
            level=level,
            method=METHOD if many else AGREED,
            source=SOURCE if many else f"{SOURCE}; {CLOPPER}",
            tuning=1.0,
        )

    return at


def _agreed(
    judged: np.ndarray, found: ClusterMean, known: MeanError, level: float
) -> tuple[float, float]:
    """Return the interval at half of the error, widened by the share that may differ by 1."""
    half = 1 - (1 - level) / 2
    if found.clusters == len(judged):
        low, high = clopper_pearson(float(judged.sum()), len(judged), half)
    else:
        moments = Moments(found.value, found.variance, 1.0)
        low, high = corrected_interval(moments, found.freedom, level=half, share=True)
    _, most = clopper_pearson(known.differ, known.labels, half)
    return max(0.0, low - most), min(1.0, high + most)


def refusal(known: MeanError, judged: np.ndarray, clusters: int) -> str:
    """Return why the error is not carried over to so many clusters; nothing where it is."""
    if known.labels < MIN_LABELS:
        return f"{known.labels} labels, at least {MIN_LABELS} are needed"
    for count, what in ((known.clusters, "labels"), (clusters, "verdicts")):
        if count < MIN_CLUSTERS:
            return f"{what} in {count} clusters, at least {MIN_CLUSTERS} are needed"
    if known.differ < MIN_EACH:
        alone = known.even and known.clusters == known.labels
        few = f"{known.differ} labels disagree with the judge, at least {MIN_EACH} are needed"
        return "" if alone and _share(judged) else few
    if known.variance < SAME**2:
        return "labels and judge differ by the same on every trial"
    return ""


def _share(judged: np.ndarray) -> bool:
    return bool(np.all((judged >= 0) & (judged <= 1)))


def _at(bare: Corrected, level: float) -> Corrected:
    check_level(level)
    return msgspec.structs.replace(bare, level=level)


def _gaps(labels: Sequence[float], verdicts: Sequence[float]) -> np.ndarray:
    known, judged = numbers(labels, "labels"), numbers(verdicts, "verdicts")
    if len(known) != len(judged):
        raise ValueError(f"{len(known)} labels for {len(judged)} verdicts")
    gaps: np.ndarray = known - judged
    return gaps


def _index(names: Sequence[Hashable]) -> np.ndarray:
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([places[name] for name in names], dtype=np.int64)
