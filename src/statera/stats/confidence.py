"""Is a stated confidence worth its number? Calibration error, the split of Brier's score, the gap.

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> said = np.repeat([0.6, 0.9], 500)
>>> right = np.tile([1, 0, 1, 0, 1, 1, 0, 1, 0, 1], 100)
>>> error = calibration_error(answers_of(said, right, range(1000)), rng=rng)
>>> f"{error.raw:.3f}, less {error.chance:.3f}"
'0.150, less 0.014'

Bins hold equally many answers; answers of one confidence are never torn apart, so that the order of
the rows changes nothing. Intervals are those of a cluster bootstrap over items, with the bins held
fixed. These figures are sums of absolute or squared deviations, which resampling pushes further up
by noise alone: each interval is moved down by as much as its draws lie above the figure.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from statera.stats.bootstrap import ENOUGH
from statera.stats.means import mean
from statera.stats.multinomial import resample_counts
from statera.stats.results import LEVEL, Estimate, Items

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

BINS = 10
PLAIN = 300
"""Below so many answers the calibration error as it stands is mostly noise, and is not given."""

GUO = "Guo et al., ICML 2017, eq. 3"
NIXON = "Nixon et al., CVPR Workshops 2019 (equal mass)"
BROECKER = "chance: Bröcker and Smith, Weather and Forecasting 22 (2007) 651-661"
MURPHY = (
    "Murphy, Journal of Applied Meteorology 12 (1973) 595-600; Stephenson, Coelho and Jolliffe, "
    "Weather and Forecasting 23 (2008) 752-757"
)
FERRO = "bias: Ferro and Fricker, QJRMS 138 (2012) 1954-1960"
EFRON = "Efron and Tibshirani, An Introduction to the Bootstrap, 1993, eq. 13.3 and 10.6"
METHOD = "cluster bootstrap, percentile, less its own bias"
SAME = "no spread between resamples"
NO_SPREAD = 1e-12


class Answers(NamedTuple):
    """Answers with their confidences, all of shape (n,): in [0, 1], 1 or 0, and 0..G-1."""

    confidence: np.ndarray
    right: np.ndarray
    cluster: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """The numbers of answers and of clusters."""
        return len(self.right), int(self.cluster.max()) + 1 if len(self.cluster) else 0


class Resampling(NamedTuple):
    """How intervals are drawn: so many resamples, for a two-sided level."""

    rng: np.random.Generator
    draws: int = 2000
    level: float = LEVEL


class CalibrationError(NamedTuple):
    """The expected calibration error with equal-mass bins.

    `estimate` has `chance` taken off, the mean error of answers that are right exactly as often as
    they say: it may come out below 0. `raw` is the error as it stands, None below 300 answers.
    `rms` is the root of the mean squared deviation of the bins, uncorrected.
    """

    estimate: Estimate
    raw: float | None
    chance: float
    rms: float
    bins: int


class BrierSplit(NamedTuple):
    """brier = reliability - resolution + uncertainty + within; the last is what bins blur.

    `within` is 0 where every bin holds one confidence. `brier` has the interval of a mean.
    """

    brier: Estimate
    reliability: Estimate
    resolution: Estimate
    uncertainty: Estimate
    within: float


def answers_of(confidence: "ArrayLike", right: "ArrayLike", clusters: "ArrayLike") -> Answers:
    """Return the answers as arrays. ValueError unless confidences lie in [0, 1] and right is 0/1.

    ValueError too for arrays of different length.
    """
    said, good = np.asarray(confidence, np.float64), np.asarray(right, np.float64)
    names = np.asarray(clusters)
    if not (said.shape == good.shape == names.shape and said.ndim == 1):
        raise ValueError("a confidence, right or wrong, and a cluster for each answer")
    if not (np.all((said >= 0) & (said <= 1)) and np.all((good == 0) | (good == 1))):
        raise ValueError("confidences lie in [0, 1], and answers are right, 1, or wrong, 0")
    return Answers(said, good, np.unique(names, return_inverse=True)[1])


def equal_mass(confidence: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Return the bin 0..B-1 of each answer (n,): equally many in each, ties together.

    An answer's bin is that of the middle rank of all answers with its confidence; bins that stay
    empty are left out.
    """
    values, place, counts = np.unique(confidence, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    wanted = np.minimum((middle / len(confidence) * bins).astype(np.int64), bins - 1)
    found: np.ndarray = np.unique(wanted, return_inverse=True)[1][place]
    return found if len(values) else np.zeros(0, np.int64)


def calibration_error(
    answers: Answers,
    *,
    rng: np.random.Generator,
    bins: int = BINS,
    draws: int = 2000,
    level: float = LEVEL,
) -> CalibrationError:
    """Return sum over bins of n_b / n |accuracy_b - confidence_b|, with its bias removed.

    `chance` is the mean of the same over `draws` sets of answers simulated from the stated
    confidences: all of the bias where confidences are right, and more than it where they are far
    off, so that the interval's upper end is not moved by it. No interval below 40 clusters.
    """
    if not len(answers.right):
        none = _bare(None, "no answers", level, (0, 0))
        return CalibrationError(none, None, 0.0, 0.0, 0)
    said, good, _ = answers
    place = equal_mass(said, bins)
    marks = np.eye(int(place.max()) + 1)[place]
    size = marks.sum(axis=0)
    off = (good - said) @ marks
    raw = float(np.abs(off).sum()) / len(said)
    chance = _chance(said, marks, draws, rng)
    counted = _by_cluster(answers, (good - said)[:, None] * marks, np.ones((len(said), 1)))
    estimate = _interval(
        raw - chance,
        answers,
        counted,
        lambda sums: np.abs(sums[:, :-1]).sum(axis=1) / sums[:, -1] - chance,
        Resampling(rng, draws, level),
        f"{GUO}; {NIXON}; {BROECKER}; {EFRON}",
    )
    if estimate.high is not None:
        estimate = msgspec.structs.replace(estimate, high=min(1.0, estimate.high + chance))
    return CalibrationError(
        estimate=estimate,
        raw=raw if len(said) >= PLAIN else None,
        chance=chance,
        rms=float(np.sqrt(np.sum(off**2 / size) / len(said))),
        bins=len(size),
    )


def brier_split(
    answers: Answers,
    *,
    rng: np.random.Generator,
    bins: int = BINS,
    draws: int = 2000,
    level: float = LEVEL,
) -> BrierSplit | None:
    """Return the mean squared distance of confidences from what came true, and its three parts.

    Reliability is how far bins are off (less is better), resolution how far they differ in what
    came true (more is better), uncertainty what cannot be known beforehand. Reliability and
    resolution come out too great by what chance scatters the bins; they are given as they are, so
    that the parts add up, and the lower ends of their intervals have it taken off. At most `bins`
    different confidences are bins of their own, more are put into equal-mass bins. None without
    answers.
    """
    said, good, cluster = answers
    if not len(good):
        return None
    values, place = np.unique(said, return_inverse=True)
    if len(values) > bins:
        place = equal_mass(said, bins)
    marks = np.eye(int(place.max()) + 1)[place]
    counted = _by_cluster(answers, marks, said[:, None] * marks, good[:, None] * marks)
    whole = counted.sum(axis=0)[None]
    parts = {"reliability": _reliability, "resolution": _resolution, "uncertainty": _uncertainty}
    found = {
        name: _interval(
            float(part(whole)[0]),
            answers,
            counted,
            part,
            Resampling(rng, draws, level),
            f"{MURPHY}; {FERRO}; {EFRON}",
        )
        for name, part in parts.items()
    }
    noise = _noise(whole)
    found |= {name: _lowered(found[name], noise) for name in ("reliability", "resolution")}
    squared = (said - good) ** 2
    brier = mean(Items(squared, cluster, np.zeros(len(good)), np.ones(len(good))), level=level)
    split = _reliability(whole) - _resolution(whole) + _uncertainty(whole)
    within = float(squared.mean() - split[0])
    return BrierSplit(brier=brier, **found, within=0.0 if len(values) <= bins else within)


def overconfidence(answers: Answers, *, level: float = LEVEL) -> Estimate:
    """Return the mean of confidence minus right, in [-1, 1]: above 0 more is claimed than is so."""
    said, good, cluster = answers
    return mean(Items(said - good, cluster, np.zeros(len(good)), np.ones(len(good))), level=level)


def _chance(said: np.ndarray, marks: np.ndarray, draws: int, rng: np.random.Generator) -> float:
    """Return the mean calibration error of answers as often right as they say."""
    found = []
    rows = max(1, 2**21 // len(said))
    for start in range(0, draws, rows):
        drawn = rng.random((min(rows, draws - start), len(said))) < said
        found.append(np.abs((drawn - said) @ marks).sum(axis=1) / len(said))
    return float(np.concatenate(found).mean())


def _by_cluster(answers: Answers, *columns: np.ndarray) -> np.ndarray:
    """Return the sums of the columns (n, k) over each cluster, side by side: (G, sum of k)."""
    table = np.concatenate(columns, axis=1)
    found = np.zeros((answers.sizes[1], table.shape[1]))
    np.add.at(found, answers.cluster, table)
    return found


def _thirds(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each resample the bins' sizes, and their sums of confidence and of right."""
    count, said, good = np.split(sums, 3, axis=1)
    return count, said, good


def _reliability(sums: np.ndarray) -> np.ndarray:
    count, said, good = _thirds(sums)
    found: np.ndarray = ((said - good) ** 2 / np.maximum(count, 1)).sum(axis=1) / count.sum(axis=1)
    return found


def _resolution(sums: np.ndarray) -> np.ndarray:
    count, _, good = _thirds(sums)
    rate = good.sum(axis=1, keepdims=True) / count.sum(axis=1, keepdims=True)
    gaps = (good - count * rate) ** 2 / np.maximum(count, 1)
    found: np.ndarray = gaps.sum(axis=1) / count.sum(axis=1)
    return found


def _noise(sums: np.ndarray) -> float:
    """Return by how much chance alone raises reliability and resolution: sum of p (1 - p) / n."""
    count, _, good = (part[0] for part in _thirds(sums))
    rate = good / np.maximum(count, 1)
    spread = rate * (1 - rate) * count / np.maximum(count - 1, 1)
    return float(spread.sum() / count.sum())


def _lowered(found: Estimate, by: float) -> Estimate:
    """Return the estimate with its lower end so much lower, and not below 0."""
    if found.low is None:
        return found
    return msgspec.structs.replace(found, low=max(0.0, found.low - by))


def _uncertainty(sums: np.ndarray) -> np.ndarray:
    count, _, good = _thirds(sums)
    rate = good.sum(axis=1) / count.sum(axis=1)
    found: np.ndarray = rate * (1 - rate)
    return found


def _interval(
    value: float,
    answers: Answers,
    counted: np.ndarray,
    figure: Callable[[np.ndarray], np.ndarray],
    how: Resampling,
    source: str,
) -> Estimate:
    """Return the figure with its bootstrap interval; none with fewer than `ENOUGH` clusters."""
    rng, draws, level = how
    if answers.sizes[1] < ENOUGH:
        return _bare(value, f"fewer than {ENOUGH} clusters", level, answers.sizes)
    chunks = resample_counts(answers.sizes[1], draws, rng)
    seen = np.concatenate([figure(chunk.astype(np.float64) @ counted) for chunk in chunks])
    if np.ptp(seen) < NO_SPREAD:
        return _bare(value, SAME, level, answers.sizes)
    low, high = np.quantile(seen, [(1 - level) / 2, (1 + level) / 2]) - (seen.mean() - value)
    return Estimate(
        value=value,
        low=float(min(low, value)),
        high=float(max(high, value)),
        level=level,
        method=METHOD,
        n=answers.sizes[0],
        clusters=answers.sizes[1],
        source=source,
    )


def _bare(value: float | None, why: str, level: float, sizes: tuple[int, int]) -> Estimate:
    return Estimate(
        value=value, low=None, high=None, level=level, method=why, n=sizes[0], clusters=sizes[1]
    )
