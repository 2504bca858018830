"""Will a gate decide, before it is asked: the chance of pass, fail and inconclusive together.

    assumptions = seen(policy, evidence)
    chances(assumptions, "equal", Mix(items=2000, epochs=1))
    cheapest(assumptions)

The rules are simulated jointly: estimates are normal with the correlations that the pilot's items
show, counts of events are binomial (joined by a Gaussian copula), and the verdicts are the gate's,
Holm included. The spread of a mean over N items with K epochs is (between + within / K) / N
(Miller, arXiv 2411.00640 (2024), section 5).
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, bdtrik, ndtr

from statera.gate.outlook import Assumed, Assumptions, Floats, Truth

Flags = NDArray[np.bool_]
DRAWS = 4000
MOST = 1_000_000
_START = 64
_FINE = 100
_TINY = 1e-12


class Mix(NamedTuple):
    """How much is asked: items of each task, and epochs of each item."""

    items: int
    epochs: int = 1


class Chances(msgspec.Struct, frozen=True, kw_only=True):
    """How a gate will end with so many items a task and epochs an item, if `truth` holds.

    The three chances add up to 1; `rules` holds each rule's own chance to pass. `cost` is in US
    dollars, None where no price is known.
    """

    truth: Truth
    items: int
    epochs: int
    requests: int
    cost: float | None
    passes: float
    fails: float
    inconclusive: float
    rules: tuple[float, ...]

    @property
    def decides(self) -> float:
        """The chance that the gate passes or fails."""
        return self.passes + self.fails


def chances(assumptions: Assumptions, truth: Truth, mix: Mix, *, seed: int = 0) -> Chances:
    """Return how the gate ends if the truth is `equal`, `seen` or `limit`.

    Monte Carlo error: at most 0.008 (4,000 draws); the same seed gives the same numbers.
    """
    rules = assumptions.rules
    drawn = _joint(assumptions.correlation, seed)
    ends = [_end(rule, truth, mix, z) for rule, z in zip(rules, drawn, strict=True)]
    passes = np.array([(one.p_pass < assumptions.alpha) & ~one.event for one in ends])
    least = np.min([one.p_fail for one in ends], axis=0)
    fails = (len(rules) * least < assumptions.alpha) | np.any([one.sure for one in ends], axis=0)
    good = passes.all(axis=0) & ~fails
    return Chances(
        truth=truth,
        items=mix.items,
        epochs=mix.epochs,
        requests=assumptions.requests(mix.items, mix.epochs),
        cost=assumptions.cost(mix.items, mix.epochs),
        passes=float(good.mean()),
        fails=float(fails.mean()),
        inconclusive=float(np.mean(~good & ~fails)),
        rules=tuple(float(one.mean()) for one in passes),
    )


def cheapest(
    assumptions: Assumptions,
    truth: Truth = "equal",
    *,
    power: float = 0.8,
    most: int = MOST,
    seed: int = 0,
) -> Chances | None:
    """Return the mix with the fewest requests that decides the gate with probability `power`.

    Each number of epochs is tried with the fewest items, at most `most`; None where none does.
    """
    search = _Search(assumptions, truth, power, most, seed)
    found = [best for epochs in assumptions.epochs if (best := search.best(epochs)) is not None]
    return min(found, key=lambda one: (one.requests, one.epochs), default=None)


class _Search(NamedTuple):
    """What is searched: the fewest items that decide."""

    assumptions: Assumptions
    truth: Truth
    power: float
    most: int
    seed: int

    def best(self, epochs: int) -> Chances | None:
        """Return the chances with the fewest items: doubled until enough, then bisected."""
        low, high = 1, min(_START, self.most)
        while (found := self._at(high, epochs)).decides < self.power:
            if high >= self.most:
                return None
            low, high = high, min(2 * high, self.most)
        while high - low > max(1, low // _FINE):
            middle = (low + high) // 2
            tried = self._at(middle, epochs)
            if tried.decides >= self.power:
                high, found = middle, tried
            else:
                low = middle
        return found

    def _at(self, items: int, epochs: int) -> Chances:
        return chances(self.assumptions, self.truth, Mix(items, epochs), seed=self.seed)


class _End(NamedTuple):
    """A rule over all draws: both p values, whether a critical failure was seen, surely or not."""

    p_pass: Floats
    p_fail: Floats
    event: Flags
    sure: Flags


def _joint(correlation: Floats, seed: int) -> Floats:
    """Return standard normal draws, one row a rule, with these correlations."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn: Floats = root @ np.random.default_rng(seed).standard_normal((len(correlation), DRAWS))
    return drawn


def _end(rule: Assumed, truth: Truth, mix: Mix, z: Floats) -> _End:
    size = mix.items * rule.share / rule.effect
    none = np.zeros(len(z), dtype=bool)
    if not rule.known or size < 2:
        return _End(np.ones(len(z)), np.ones(len(z)), none, none)
    value = rule.truth(truth)
    if rule.counted:
        gained = rule.variance(1) / rule.variance(mix.epochs) if rule.variance(1) else 1.0
        return _counts(rule, value, size * gained, z)
    error = float(np.sqrt(rule.variance(mix.epochs) / size)) or _TINY
    sign = 1.0 if rule.target.side == "above" else -1.0
    beyond = sign * (value + error * z - rule.target.limit) / error
    return _End(ndtr(-beyond), ndtr(beyond), none, none)


def _counts(rule: Assumed, value: float, size: float, z: Floats) -> _End:
    """Return the exact binomial p values of simulated numbers of events."""
    items, limit = max(1, int(size)), rule.target.limit
    value = min(max(value, 0.0), 1.0)
    if value in (0.0, 1.0):
        count = np.full(len(z), items * value)
    else:
        count = np.clip(np.ceil(bdtrik(ndtr(z), items, value)), 0, items)
    at_most = bdtr(count, items, limit)
    at_least = np.where(count > 0, bdtrc(np.maximum(count - 1, 0), items, limit), 1.0)
    above = rule.target.side == "above"
    event = (count < items) if above else (count > 0)
    event &= rule.target.rule.critical
    sure = event & (rule.target.rule.detector == "exact")
    p_pass, p_fail = (at_least, at_most) if above else (at_most, at_least)
    return _End(p_pass, p_fail, event, sure)
