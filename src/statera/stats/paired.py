"""The difference of two runs on the same items: candidate minus base, with the method that fits.

Which method is used, and the region where it is valid:

| pairs | interval | p value |
|---|---|---|
| right or wrong, independent items, one weight | Tango's score | McNemar, mid-p |
| the same, fewer than 10 discordant | exact unconditional | the same |
| anything else, at least 8 clusters | Student's t on cluster-robust errors | the same |
| the same, but the differences have no spread, values in [0, 1] | betting | the same |
| 2 to 7 clusters, or no spread | none | sign flips of cluster sums |
| no difference at all, values in [0, 1] | betting | 1 |
| one cluster, no items, a side without trials, no item answered by both | none | none |

Weights that differ between the sides make a difference of two ratios, each over the run's own
answers, over items that the other may not have answered; the method's name says so.

>>> print(difference(Pairs([1, 0, 1, 1], [1, 0, 0, 1], range(4), [1] * 4, [1] * 4)))
+0.250 [-0.457, +0.806] 95 %, 4 items, p 0.62
"""

from typing import Literal, NamedTuple

import msgspec
import numpy as np
from scipy.special import stdtr, stdtrit

from statera.stats.bootstrap import ENOUGH, SOURCES, bca_interval, percentile_interval
from statera.stats.bootstrap import resampled_means as resampled
from statera.stats.clusterrobust import MIN_CLUSTERS, cluster_mean
from statera.stats.mcnemar import MID, exact_p, mid_p
from statera.stats.pairedbounds import MILLER, difference_bounds
from statera.stats.pairedscore import TANGO, PairCounts, tango_interval
from statera.stats.pairing import Aligned, aligned
from statera.stats.permutation import sign_flip
from statera.stats.results import LEVEL, Difference, Pairs

FEW_DISCORDANT = 10
RESAMPLES = 10_000
STUDENT = "Student, Biometrika 6 (1908) 1-25"
FLAT = 1e-12
NO_SPREAD = "no spread of the differences"


class Answer(NamedTuple):
    """What one method says; `method` tells why where there is no interval."""

    low: float | None
    high: float | None
    method: str
    source: str
    p: float | None
    test: str


def difference(
    pairs: Pairs, *, level: float = LEVEL, rng: np.random.Generator | None = None
) -> Difference:
    """Return candidate minus base with a two-sided interval at `level` and a p value.

    `rng` is read only where sign flips must be drawn. ValueError: NaN, parts of different length,
    negative weights, a level outside (0, 1).
    """
    known = _known(pairs, level)
    missing = _missing(known)
    if missing:
        return _result(known, level, _none(missing))
    counts = known.counts()
    if counts is not None:
        few = counts.discordant < FEW_DISCORDANT
        answer = _bounded(pairs, level) if few else _scored(counts, level)
        found = _result(known, level, answer)
        return msgspec.structs.replace(found, p_exact=exact_p(counts.wins, counts.losses))
    if known.unshared or known.clusters < 2:
        return _result(known, level, _none(known.unshared or "one cluster"))
    if known.alike:
        return _result(known, level, _alike(pairs, level))
    if known.clusters < MIN_CLUSTERS:
        return _result(known, level, _flipped(known, f"fewer than {MIN_CLUSTERS} clusters", rng))
    answer = _robust(known, level)
    if answer.low is None:
        answer = _spreadless(pairs, known, level, rng)
    return _result(known, level, answer)


def miller(pairs: Pairs, *, level: float = LEVEL) -> Difference:
    """Return the difference with Student's t on cluster-robust standard errors of the pairs.

    Miller 2024, paired differences with clustered errors; CR1, or CR2 with Satterthwaite degrees
    for few clusters; weights that differ are linearised. No interval below 8 clusters or without
    any spread. ValueError as `difference`.
    """
    known = _known(pairs, level)
    missing = _missing(known) or known.unshared
    return _result(known, level, _none(missing) if missing else _robust(known, level))


def paired_t(pairs: Pairs, *, level: float = LEVEL) -> Difference:
    """Return the difference of independent items of equal weight with Student's paired t.

    No interval below 2 items or without any spread. ValueError as `difference`, and for items that
    share a cluster or have different weights.
    """
    known = _known(pairs, level)
    weights = np.concatenate([known.candidate_weights, known.base_weights])
    if known.clusters != known.n or np.any(weights != weights[:1]):
        raise ValueError("the paired t test takes independent items of one weight")
    missing = _missing(known) or ("one item" if known.n < 2 else "")
    if missing:
        return _result(known, level, _none(missing))
    gaps = known.candidate - known.base
    wide = float(gaps.std(ddof=1)) / known.n**0.5
    answer = _student((float(gaps.mean()), wide, known.n - 1.0), level, "paired t", STUDENT)
    return _result(known, level, answer)


def bootstrap_difference(
    pairs: Pairs,
    *,
    level: float = LEVEL,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    kind: Literal["percentile", "bca"] = "percentile",
) -> Difference:
    """Return the difference with a bootstrap interval; clusters are resampled, pairs kept together.

    Weights that differ between the sides are resampled as ratios. No interval below 40 clusters,
    nor where nothing differs; no p value. ValueError as `difference`.
    """
    known = _known(pairs, level)
    few = "" if known.clusters >= ENOUGH else f"fewer than {ENOUGH} clusters"
    missing = _missing(known) or known.unshared or few or _flat(known)
    if missing:
        return _result(known, level, _none(missing))
    draws = _draws(known, resamples, rng)
    low, high = (float(bound) for bound in percentile_interval(draws, level))
    if kind == "bca":
        means = known.means()
        low, high = bca_interval(draws, means[0] - means[1], _jackknife(known), level=level)
    method = f"cluster bootstrap, {kind}{known.estimand}"
    answer = Answer(low, high, method, SOURCES[kind], None, "none")
    return _result(known, level, answer)


def _known(pairs: Pairs, level: float) -> Aligned:
    if not 0 < level < 1:
        raise ValueError(f"level must lie in (0, 1), got {level}")
    return aligned(pairs)


def _missing(known: Aligned) -> str:
    if not known.n:
        return "no shared items"
    both = known.candidate_weights.any() and known.base_weights.any()
    return "" if both else "a side without trials"


def _flat(known: Aligned) -> str:
    if known.differing():
        return ""
    return "no item differs" if known.alike else NO_SPREAD


def _scored(counts: PairCounts, level: float) -> Answer:
    low, high = tango_interval(counts, level=level)
    p = mid_p(counts.wins, counts.losses)
    return Answer(low, high, "Tango score", TANGO, p, f"McNemar mid-p ({MID})")


def _bounded(pairs: Pairs, level: float) -> Answer:
    """Return both one-sided bounds as an interval, and twice the smaller of their p values.

    They agree: the interval leaves 0 out exactly where p is less than 1 - level.
    """
    found = difference_bounds(pairs, 0.0, alpha=(1 - level) / 2)
    if found.p_above is None or found.p_below is None:
        return _none(found.method)
    p = min(1.0, 2 * min(found.p_above, found.p_below))
    return Answer(found.lower, found.upper, found.method, found.source, p, found.method)


def _alike(pairs: Pairs, level: float) -> Answer:
    """Return what can be said of runs that nowhere differ: still not that they never would."""
    found = _bounded(pairs, level)
    return found._replace(method=f"no item differs: {found.method}", p=1.0, test="no item differs")


def _spreadless(
    pairs: Pairs, known: Aligned, level: float, rng: np.random.Generator | None
) -> Answer:
    """Return what can be said of runs that differ by the same amount everywhere."""
    found = _bounded(pairs, level)
    if found.low is None:
        return _flipped(known, NO_SPREAD, rng)
    return found._replace(method=f"{NO_SPREAD}: {found.method}")


def _flipped(known: Aligned, why: str, rng: np.random.Generator | None) -> Answer:
    if not known.weighed_alike:
        return _none(why)
    sums = np.bincount(
        known.cluster, weights=known.candidate_weights * (known.candidate - known.base)
    )
    found = sign_flip(sums, rng=rng)
    return Answer(None, None, why, "", found.p, f"sign flips of clusters ({found.source})")


def _robust(known: Aligned, level: float) -> Answer:
    if known.clusters < MIN_CLUSTERS:
        return _none(f"fewer than {MIN_CLUSTERS} clusters")
    values, weights = known.differences()
    mean = cluster_mean(values, weights, known.cluster)
    found = (mean.value, float(mean.variance) ** 0.5, mean.freedom)
    linear = f"{known.estimand}, linearised" if known.estimand else ""
    method = f"cluster-robust t, {mean.method}{linear}"
    answer = _student(found, level, method, f"{MILLER}; {mean.source}")
    if answer.low is None or answer.high is None or not known.bounded:
        return answer
    return answer._replace(low=max(-1.0, answer.low), high=min(1.0, answer.high))


def _student(found: tuple[float, float, float], level: float, method: str, source: str) -> Answer:
    """Return the interval of (value, standard error, degrees of freedom)."""
    value, wide, freedom = found
    if wide < FLAT:
        return _none(NO_SPREAD)
    reach = wide * float(stdtrit(freedom, 0.5 + level / 2))
    p = 2 * float(stdtr(freedom, -abs(value) / wide))
    return Answer(value - reach, value + reach, method, source, p, method)


def _cluster_sums(known: Aligned) -> np.ndarray:
    """Return (right, trials) of the candidate and of the base per cluster, shape (clusters, 4)."""
    columns = (
        known.candidate * known.candidate_weights,
        known.candidate_weights,
        known.base * known.base_weights,
        known.base_weights,
    )
    return np.stack([np.bincount(known.cluster, weights=column) for column in columns], axis=1)


def _ratios(sums: np.ndarray) -> np.ndarray:
    found: np.ndarray = sums[:, 0] / sums[:, 1] - sums[:, 2] / sums[:, 3]
    return found


def _draws(known: Aligned, resamples: int, rng: np.random.Generator) -> np.ndarray:
    if known.weighed_alike:
        gaps, weights = known.differences()
        return resampled(gaps, known.cluster, weights=weights, resamples=resamples, rng=rng)
    return _ratios(resampled(_cluster_sums(known), resamples=resamples, rng=rng))


def _jackknife(known: Aligned) -> np.ndarray:
    sums = _cluster_sums(known)
    return _ratios(sums.sum(axis=0) - sums)


def _none(why: str) -> Answer:
    return Answer(None, None, why, "", None, "none")


def _result(known: Aligned, level: float, answer: Answer) -> Difference:
    candidate, base = (None, None) if _missing(known) else known.means()
    wins, losses, ties = known.signs()
    return Difference(
        value=None if candidate is None or base is None else candidate - base,
        low=answer.low,
        high=answer.high,
        level=level,
        method=answer.method,
        source=answer.source,
        n=known.n,
        clusters=known.clusters,
        candidate=candidate,
        base=base,
        p=answer.p,
        test=answer.test,
        wins=wins,
        losses=losses,
        ties=ties,
    )
