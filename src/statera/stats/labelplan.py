"""How many labels a judged number needs, for an interval or for a rule of a gate.

A judge has seen N items, n of them drawn at random get a label (by people, or by a dearer judge).
PPI++ (`ppi`) with the best tuning then has the variance, with s2 that of a label and r the
correlation of the judge's verdict with it,

    V = s2 / n * (1 - (1 - n / N) * r^2)

which is the regression estimator of double sampling. `r^2` is `explained` below: where the tuning
is held in [0, 1] it is what that tuning explains.

>>> known = Labelling(variance=0.1, explained=0.6, items=1000)
>>> print(needed_for_width(known, 0.04))
116 labels of 1,000 items (half-width 0.0399); 243 without the judge
"""

from collections.abc import Callable, Hashable, Sequence
from math import inf, sqrt
from typing import NamedTuple

import msgspec
import numpy as np
from scipy.special import bdtrc

from statera.stats.clusterrobust import MIN_CLUSTERS
from statera.stats.pilot import Pilot
from statera.stats.power import Claim, check_share, mean_power
from statera.stats.ppi import MIN_EACH, MIN_LABELS, SAME, Draw, Judged, drawn
from statera.stats.proportion import student_quantile
from statera.stats.results import LEVEL

SOURCE = (
    "Cochran, Sampling Techniques (1977), chapter 12 (double sampling: regression estimators, "
    "optimum allocation); Angelopoulos, Duchi and Zrnic, arXiv 2311.01453 (2023), section 6"
)
FLAT = 1e-12
SURELY = 0.9
SUPPOSED = 0.5
"""The correlation of a judge with labels that is supposed where no label shows it."""


class Labelling(NamedTuple):
    """What is known of a judge and of labels before more are drawn.

    `variance` is that of an item's label, `explained` in [0, 1] the share of it that the judge
    explains, `items` how many the judge has seen. `effect` is by how much clusters inflate the
    variance, at least 1. `labels` were the pilot; 0 where all is supposed. `scarce` is the share of
    labels of the rarest kind that t must see `MIN_EACH` of: those that disagree with the judge, or,
    of 0/1 ones, those of the rarer value (1: nothing is scarce).
    """

    variance: float
    explained: float
    items: int
    effect: float = 1.0
    labels: int = 0
    scarce: float = 1.0

    def spread(self, labels: int) -> float:
        """Return the variance of one label's worth: n times that of the estimate, by n labels."""
        part = min(1.0, labels / self.items)
        return self.variance * (1 - (1 - part) * self.explained)

    def error(self, labels: int) -> float:
        """Return the standard error of the estimate by so many labels, at least 1."""
        return sqrt(self.spread(labels) * self.effect / labels)

    @property
    def least(self) -> int:
        """The fewest labels for which there surely (90 %) is a t interval."""
        few = max(MIN_LABELS, int(np.ceil(MIN_CLUSTERS * self.effect)))
        while bdtrc(MIN_EACH - 1, few, self.scarce) < SURELY:
            few += max(1, few // 50)
        return few

    @property
    def alone(self) -> "Labelling":
        """The same without the judge."""
        return self._replace(explained=0.0, scarce=1.0)


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """How many labels reach what is wished; None where not even a label of each item does.

    `alone` is how many would without the judge, None where not even all. `reached` is the
    half-width or the power by so many labels, or by all of them. `why` says what no label mends.
    """

    labels: int | None
    alone: int | None
    items: int
    what: str
    reached: float
    source: str = SOURCE
    why: str = ""

    def __str__(self) -> str:
        """Return `116 labels of 1,000 items (half-width 0.0399); 243 without the judge`."""
        if self.why:
            return self.why
        told = f"{self.what} {self.reached:.4f}"
        if self.labels is None:
            return f"more items than {self.items:,}: labels of all reach a {told}"
        rest = f"more than {self.items:,}" if self.alone is None else f"{self.alone:,}"
        return f"{self.labels:,} labels of {self.items:,} items ({told}); {rest} without the judge"


def labelling(judged: Judged) -> Labelling | None:
    """Return what the labels there are say of more; None with fewer than 3, or without spread.

    `explained` is 2 t c - t^2 v over the label's variance, with c the covariance, v the verdict's
    variance and t = c / v held in [0, 1]; adjusted for the fitted tuning as R^2 is (Ezekiel 1930).
    ValueError as for `ppi.prediction_powered`.
    """
    draw = drawn(judged)
    seen = draw.seen
    gained = _explained(draw.labels[seen], [draw.predictions[seen]])
    if gained is None:
        return None
    known = _known(draw.labels[seen], gained, draw.cluster[seen], len(draw.predictions))
    return known._replace(scarce=_scarce(draw))


def correlation_interval(
    judged: Judged, *, rng: np.random.Generator, level: float = LEVEL, draws: int = 1000
) -> tuple[float, float] | None:
    """Return a percentile interval of the correlation of verdicts and labels; None without spread.

    Labelled clusters are drawn with replacement (Efron and Tibshirani, An Introduction to the
    Bootstrap (1993), chapter 13): verdicts are mostly right and sometimes far off, so that normal
    theory would promise too much.
    """
    draw = drawn(judged)
    seen = draw.seen
    units = np.unique(draw.cluster[seen], return_inverse=True)[1]
    x, y = draw.predictions[seen], draw.labels[seen]
    sums = np.stack([np.bincount(units, weights=w) for w in (x * 0 + 1, x, y, x * x, y * y, x * y)])
    count = sums.shape[1]
    if count < 2:
        return None
    drawn_units = rng.multinomial(count, np.full(count, 1 / count), size=draws) @ sums.T
    size, sx, sy, xx, yy, xy = drawn_units.T
    spread = (xx - sx**2 / size) * (yy - sy**2 / size)
    there = spread > FLAT
    if there.sum() < draws / 2:
        return None
    found = (xy - sx * sy / size)[there] / np.sqrt(spread[there])
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def labelling_of_difference(candidate: Judged, base: Judged) -> Labelling | None:
    """Return the same of a difference, from the items with labels on both sides.

    Both sides hold the same items in one order.
    """
    ours, theirs = drawn(candidate), drawn(base)
    seen = ours.seen & theirs.seen
    gaps = ours.labels[seen] - theirs.labels[seen]
    gained = _explained(gaps, [ours.predictions[seen], -theirs.predictions[seen]])
    if gained is None:
        return None
    known = _known(gaps, gained, ours.cluster[seen], len(ours.predictions))
    return known._replace(scarce=min(_scarce(ours), _scarce(theirs)))


def supposed(
    verdicts: Sequence[float],
    *,
    clusters: Sequence[Hashable] | None = None,
    correlation: float = SUPPOSED,
) -> Labelling | None:
    """Return what is supposed without any label: labels vary as verdicts do.

    `verdicts` are an item's in [0, 1], or the differences of two runs'. At least 2 s2 (1 - r) of
    the labels then disagree with the judge, as each differs by 1 at most. None for fewer than 2 or
    without spread. ValueError for a correlation outside [0, 1].
    """
    if not 0 <= correlation <= 1:
        raise ValueError(f"a correlation lies between 0 and 1 here, not {correlation:g}")
    values = np.asarray(verdicts, dtype=np.float64)
    if len(values) < 2 or not np.ptp(values):
        return None
    names = range(len(values)) if clusters is None else clusters
    places = {name: place for place, name in enumerate(dict.fromkeys(names))}
    units = np.array([places[name] for name in names], dtype=np.int64)
    known = _known(values, correlation**2, units, len(values))
    scarce = max(1 / (len(values) + 2), min(1.0, 2 * known.variance * (1 - correlation)))
    return known._replace(labels=0, scarce=scarce)


def half_width(known: Labelling, labels: int, *, level: float = LEVEL) -> float:
    """Return half the width of the t interval by so many labels; infinite for fewer than 2."""
    freedom = labels / known.effect - 1
    if freedom < 1:
        return inf
    return student_quantile(level, freedom) * known.error(labels)


def power(known: Labelling, labels: int, distance: float, *, alpha: float = 0.05) -> float:
    """Return the chance that a one-sided t test shows a number `distance` beyond its limit.

    0 for fewer than two independent labels.
    """
    pilot = Pilot(known.spread(labels), None, labels, design_effect=known.effect)
    claim = Claim(limit=0.0, alpha=alpha)
    return mean_power(claim, pilot, effect=distance, items=labels).power or 0.0


def needed_for_width(known: Labelling, width: float, *, level: float = LEVEL) -> Needed:
    """Return the fewest labels whose interval reaches no further than `width` to either side.

    ValueError for a width that is not above 0, or a level outside (0, 1).
    """
    check_share("level", level)
    if not width > 0:
        raise ValueError(f"a half-width lies above 0, not {width:g}")

    def reached(of: Labelling, labels: int) -> float:
        return half_width(of, labels, level=level)

    return _needed(known, reached, lambda found: found <= width, "half-width")


def needed_for_power(
    known: Labelling, distance: float, *, alpha: float = 0.05, wished: float = 0.8
) -> Needed:
    """Return the fewest labels that show with power `wished` what lies `distance` beyond a limit.

    ValueError for a distance that is not above 0, or an alpha or power outside (0, 1).
    """
    check_share("alpha", alpha)
    check_share("power", wished)
    if not distance > 0:
        raise ValueError(f"the true value is not beyond the limit: {distance:g}")

    def reached(of: Labelling, labels: int) -> float:
        return power(of, labels, distance, alpha=alpha)

    return _needed(known, reached, lambda found: found >= wished, "power")


def _needed(
    known: Labelling,
    reached: Callable[[Labelling, int], float],
    enough: Callable[[float], bool],
    what: str,
) -> Needed:
    labels, alone = (
        _fewest(lambda n, of=of: enough(reached(of, n)), of)  # type: ignore[misc]
        for of in (known, known.alone)
    )
    at = known.items if labels is None else labels
    why = ""
    if known.least > known.items:
        why = f"{known.items:,} items are too few: labels would differ from the judge too seldom"
    return Needed(
        labels=labels,
        alone=alone,
        items=known.items,
        what=what,
        reached=reached(known, at),
        why=why,
    )


def _fewest(enough: Callable[[int], bool], known: Labelling) -> int | None:
    """Return the smallest number of labels, of those that t holds for and that there are items."""
    low, high = known.least, known.items
    if low > high or not enough(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high


def _explained(labels: np.ndarray, verdicts: Sequence[np.ndarray]) -> float | None:
    """Return the share of the labels' variance that the verdicts explain, None without any."""
    count, fitted = len(labels), len(verdicts)
    if count < fitted + 2 or not np.ptp(labels):
        return None
    centred = labels - labels.mean()
    rest = centred.copy()
    columns = np.stack([one - one.mean() for one in verdicts], axis=1)
    slopes = np.linalg.lstsq(columns, centred, rcond=None)[0]
    rest = centred - columns @ np.clip(slopes, 0.0, 1.0)
    raw = 1 - float(rest @ rest) / float(centred @ centred)
    return min(1.0, max(0.0, 1 - (1 - raw) * (count - 1) / (count - 1 - fitted)))


def _scarce(draw: Draw) -> float:
    """Return the share of the rarest kind of label that t must see; (k + 1) / (n + 2) of n."""
    labels, gaps = draw.labels[draw.seen], (draw.labels - draw.predictions)[draw.seen]
    if not draw.share:
        return 1.0
    counts = [int(np.count_nonzero(np.abs(gaps) > SAME))]
    if draw.binary:
        counts += [int(labels.sum()), int((1 - labels).sum())]
    return (min(counts) + 1) / (len(labels) + 2)


def _known(values: np.ndarray, explained: float, clusters: np.ndarray, items: int) -> Labelling:
    pulls = values - values.mean()
    total = float(pulls @ pulls)
    sums = np.bincount(clusters, weights=pulls)
    effect = float(sums @ sums) / total if len(np.unique(clusters)) < len(values) else 1.0
    return Labelling(
        variance=total / (len(values) - 1),
        explained=explained,
        items=items,
        effect=max(1.0, effect),
        labels=len(values),
    )
