"""Are two runs the same, within a margin? "No significant change" does not say so.

>>> ones = [1.0] * 400
>>> equivalence(Pairs(ones, ones, range(400), ones, ones), 0.02, alpha=0.05).verdict
'same'
>>> few = ones[:40]
>>> equivalence(Pairs(few, few, range(40), few, few), 0.02, alpha=0.05).verdict
'undetermined'
"""

from typing import Literal

import msgspec

from statera.stats.pairedbounds import difference_bounds
from statera.stats.results import Bounds, Pairs

SCHUIRMANN = "Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987) 657-680"
Verdict = Literal["same", "different", "undetermined"]


class Equivalence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a difference is surely smaller than a margin, surely not 0, or neither.

    `same`: both one-sided tests refute a difference of the margin (`p_not_worse`, `p_not_better`
    below alpha), even if a small difference is sure. `different`: a difference is sure at the
    two-sided level alpha (`p_different`), and it is not surely small. `low` and `high` are the
    interval at 1 - 2 alpha, within the margins exactly when `same`. All None where no bound exists:
    `method` then says why, and the verdict is `undetermined`.
    """

    verdict: Verdict
    value: float | None
    low: float | None
    high: float | None
    margin: float
    alpha: float
    p_not_worse: float | None
    p_not_better: float | None
    p_different: float | None
    method: str
    source: str
    n: int
    clusters: int

    def __str__(self) -> str:
        """Return `same within 0.02: +0.001 [-0.008, +0.010] 90 %, 4000 items`."""
        if self.value is None:
            return f"{self.verdict} ({self.method})"
        if self.low is None or self.high is None:
            return f"{self.verdict}: {self.value:+.3f} (no interval: {self.method}), {self.n} items"
        within = (
            f"{self.verdict} within {self.margin:g}" if self.verdict == "same" else self.verdict
        )
        bounds = f"[{self.low:+.3f}, {self.high:+.3f}] {100 * (1 - 2 * self.alpha):g} %"
        return f"{within}: {self.value:+.3f} {bounds}, {self.n} items"


def equivalence(pairs: Pairs, margin: float, *, alpha: float) -> Equivalence:
    """Return whether the two runs are the same within `margin`: two one-sided tests at `alpha`.

    Schuirmann 1987, on the bounds that gates read. ValueError: a margin that is not above 0, alpha
    outside (0, 0.5), and as `difference_bounds`.
    """
    if not margin > 0 or not 0 < alpha < 0.5:
        raise ValueError(f"margin must be above 0 and alpha in (0, 0.5), got {margin} and {alpha}")
    worse = difference_bounds(pairs, -margin, alpha=alpha)
    better = difference_bounds(pairs, margin, alpha=alpha)
    nought = difference_bounds(pairs, 0.0, alpha=alpha / 2)
    different = _two_sided(nought)
    return Equivalence(
        verdict=_verdict((worse.p_above, better.p_below, different), alpha),
        value=worse.value,
        low=worse.lower,
        high=better.upper,
        margin=margin,
        alpha=alpha,
        p_not_worse=worse.p_above,
        p_not_better=better.p_below,
        p_different=different,
        method=f"two one-sided tests, {worse.method}" if worse.lower is not None else worse.method,
        source=f"{SCHUIRMANN}; {worse.source}",
        n=worse.n,
        clusters=worse.clusters,
    )


def _two_sided(bounds: Bounds) -> float | None:
    if bounds.p_above is None or bounds.p_below is None:
        return None
    return min(1.0, 2 * min(bounds.p_above, bounds.p_below))


def _verdict(p_values: tuple[float | None, float | None, float | None], alpha: float) -> Verdict:
    worse, better, different = p_values
    if worse is not None and better is not None and max(worse, better) < alpha:
        return "same"
    return "different" if different is not None and different < alpha else "undetermined"
