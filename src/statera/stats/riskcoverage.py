"""If only the surest answers were given: how often would they be wrong, and how many would be left?

>>> curve = risk_coverage([0.9, 0.8, 0.7, 0.6], [1, 1, 0, 1])
>>> curve.coverage.tolist(), [round(risk, 3) for risk in curve.risk.tolist()]
([0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.333, 0.25])
>>> round(curve.area, 4), curve.coverage_at(0.3)
(0.1458, 1.0)

El-Yaniv and Wiener, JMLR 11 (2010) 1605-1641; the area: Geifman, Uziel and El-Yaniv, ICLR 2019.
Answers of one confidence are given or withheld together; within them the area takes the errors as
spread evenly, which is their mean over all orders.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
from scipy.special import betaincinv

from statera.stats.bootstrap import ENOUGH
from statera.stats.confidence import NO_SPREAD, SAME, Answers, Resampling, answers_of
from statera.stats.multinomial import resample_counts
from statera.stats.results import LEVEL, Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

SOURCE = (
    "El-Yaniv and Wiener, JMLR 11 (2010) 1605-1641; Geifman, Uziel and El-Yaniv, ICLR 2019; Efron "
    "and Tibshirani, An Introduction to the Bootstrap, 1993, eq. 13.3"
)
SURE = "Geifman and El-Yaniv, NeurIPS 2017, algorithm 1 (exact bounds)"
METHOD = "cluster bootstrap, percentile"


class Curve(NamedTuple):
    """Coverage and risk at each stated confidence (m,), from the surest on; `area` in [0, 1].

    `threshold` is the confidence from which on answers are given.
    """

    threshold: np.ndarray
    coverage: np.ndarray
    risk: np.ndarray
    area: float

    def coverage_at(self, risk: float) -> float:
        """Return the largest coverage whose risk is at most `risk`, 0 where there is none."""
        able = self.coverage[self.risk <= risk]
        return float(able.max()) if len(able) else 0.0


def risk_coverage(confidence: "ArrayLike", right: "ArrayLike") -> Curve:
    """Return the curve. ValueError without answers, or as for `confidence.answers_of`."""
    answers = answers_of(confidence, right, range(np.asarray(right).size))
    if not len(answers.right):
        raise ValueError("a curve needs answers")
    threshold, errors, counts = _groups(answers)
    covered, wrong = np.cumsum(counts, axis=1)[0], np.cumsum(errors, axis=1)[0]
    area = float(_area(counts, errors)[0])
    return Curve(threshold, covered / covered[-1], wrong / covered, area)


def curve_area(
    answers: Answers,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    level: float = LEVEL,
) -> Estimate:
    """Return the area under the curve, the mean risk over all coverages; less is better.

    Interval by a cluster bootstrap over items.
    """
    return _estimate(answers, _area, Resampling(rng, draws, level))


def coverage_at_risk(
    answers: Answers,
    risk: float,
    *,
    rng: np.random.Generator,
    draws: int = 2000,
    level: float = LEVEL,
) -> Estimate:
    """Return the largest share of answers, the surest, of which at most `risk` are wrong.

    The threshold is chosen on the same answers, so that the risk on new ones is somewhat higher. So
    the interval reaches down to the coverage whose risk is surely at most that, whichever threshold
    was chosen: exact bounds over all of them (Geifman and El-Yaniv, NeurIPS 2017, algorithm 1).
    ValueError for a risk outside [0, 1].
    """
    if not 0 <= risk <= 1:
        raise ValueError(f"a risk lies in [0, 1], got {risk}")
    how = Resampling(rng, draws, level)
    found = _estimate(answers, lambda counts, bad: _covered(counts, bad, risk), how)
    if found.low is None:
        return found
    low = min(found.low, _surely_covered(answers, risk, level))
    return msgspec.structs.replace(
        found, low=low, method=f"{METHOD}; exact below", source=f"{SOURCE}; {SURE}"
    )


def _estimate(
    answers: Answers,
    figure: Callable[[np.ndarray, np.ndarray], np.ndarray],
    how: Resampling,
) -> Estimate:
    rng, draws, level = how
    n, clusters = answers.sizes
    if not n:
        return _bare(None, "no answers", level, (0, 0))
    _, errors, counts = _groups(answers)
    value = float(figure(counts, errors)[0])
    if clusters < ENOUGH:
        return _bare(value, f"fewer than {ENOUGH} clusters", level, answers.sizes)
    order, starts = _order(answers.confidence)
    wrong, cluster = 1 - answers.right[order], answers.cluster[order]
    seen = []
    for chunk in resample_counts(clusters, draws, rng):
        times = chunk[:, cluster].astype(np.float64)
        counted = np.add.reduceat(times, starts, axis=1)
        seen.append(figure(counted, np.add.reduceat(times * wrong, starts, axis=1)))
    drawn = np.concatenate(seen)
    if np.ptp(drawn) < NO_SPREAD:
        return _bare(value, SAME, level, answers.sizes)
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(
        value=value,
        low=float(min(low, value)),
        high=float(max(high, value)),
        level=level,
        method=METHOD,
        n=n,
        clusters=clusters,
        source=SOURCE,
    )


def _order(confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the answers from the surest on, and where each new confidence starts among them."""
    order = np.argsort(-confidence, kind="stable")
    ranked = confidence[order]
    return order, np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))


def _groups(answers: Answers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the confidences (m,) from the surest on, their errors and numbers, each (1, m)."""
    order, starts = _order(answers.confidence)
    wrong = 1 - answers.right[order]
    errors = np.add.reduceat(wrong, starts)[None]
    counts = np.add.reduceat(np.ones(len(wrong)), starts)[None]
    return answers.confidence[order][starts], errors, counts


def _area(counts: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Return the mean over k of errors among the k surest / k, for each row.

    Within a group of m answers and e errors after n0 answers and E0 errors, the expected sum of
    (E0 + j e / m) / (n0 + j) over j = 1..m is (E0 - n0 e / m) (H(n0 + m) - H(n0)) + e, with H the
    harmonic numbers.
    """
    after, wrong = np.cumsum(counts, axis=1), np.cumsum(errors, axis=1)
    before, earlier = after - counts, wrong - errors
    total = int(after[:, -1].max())
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, total + 1))])
    steps = harmonic[np.rint(after).astype(np.int64)] - harmonic[np.rint(before).astype(np.int64)]
    slope = errors / np.maximum(counts, 1)
    found: np.ndarray = ((earlier - before * slope) * steps + errors).sum(axis=1) / after[:, -1]
    return found


def _covered(counts: np.ndarray, errors: np.ndarray, risk: float) -> np.ndarray:
    after, wrong = np.cumsum(counts, axis=1), np.cumsum(errors, axis=1)
    able = np.where(wrong <= risk * after + 1e-12, after, 0.0)
    found: np.ndarray = able.max(axis=1) / after[:, -1]
    return found


def _surely_covered(answers: Answers, risk: float, level: float) -> float:
    """Return the largest coverage of which even the upper bound of the risk is at most `risk`.

    One-sided Clopper-Pearson bounds at (1 - level) / 2 over the number of thresholds; as many
    answers count as there are clusters.
    """
    _, errors, counts = _groups(answers)
    after, wrong = np.cumsum(counts[0]), np.cumsum(errors[0])
    coverage = after / after[-1]
    share = answers.sizes[1] / answers.sizes[0]
    chance = 1 - (1 - level) / 2 / len(after)
    right = np.maximum((after - wrong) * share, 1e-9)
    upper = np.where(after > wrong, betaincinv(wrong * share + 1, right, chance), 1.0)
    return float(coverage[upper <= risk].max(initial=0.0))


def _bare(value: float | None, why: str, level: float, sizes: tuple[int, int]) -> Estimate:
    return Estimate(
        value=value, low=None, high=None, level=level, method=why, n=sizes[0], clusters=sizes[1]
    )
