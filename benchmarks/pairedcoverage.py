"""Coverage of paired differences, and how often a gate's bound passes at its margin by mistake."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from math import sqrt
from typing import Literal

import numpy as np

from benchmarks.report import table
from statera.stats.paired import bootstrap_difference, difference, miller
from statera.stats.pairedbounds import difference_bounds
from statera.stats.pairedpower import exact_paired_power, paired_power
from statera.stats.pairedscore import PairCounts, tango_interval
from statera.stats.power import Claim
from statera.stats.results import Difference, Pairs

LEVEL, ALPHA = 0.95, 0.05
SIZES, DISCORDANCES, GAPS = (50, 200, 1000), (0.05, 0.2, 0.5), (0.0, 0.03)
GROUPS, EPOCHS = (12, 20, 40, 100), 3
DRAWS, BOOTSTRAPS, RESAMPLES = 2000, 300, 1000
GATES, MARGINS, GATED = (50, 200, 1000), (0.02, 0.05), (0.1, 0.2, 0.4)

Bounds = tuple[float, float] | None
Way = Callable[[Pairs, np.random.Generator], Bounds]


def tables(rng: np.random.Generator) -> list[str]:
    """Return the tables of paired comparisons."""
    return [binary(rng), epochs(rng), margins()]


def binary(rng: np.random.Generator) -> str:
    """Right or wrong, one epoch."""
    cases = [(n, psi, d) for n in SIZES for psi in DISCORDANCES for d in GAPS if d <= psi]
    rows = []
    for size, psi, gap in cases:
        counts = rng.multinomial(size, [(psi + gap) / 2, (psi - gap) / 2, 1 - psi], size=DRAWS)
        seen = Counter((int(wins), int(losses)) for wins, losses, _ in counts)
        drawn = [_pairs(*result, size) for result in seen]
        cells = _covered(BINARY, drawn, gap, rng, list(seen.values()))
        rows.append((f"{size:,}", f"{psi:g}", f"{gap:+g}", *cells))
    words = (
        "### A paired difference of 0/1 items\n\nShare of draws in which the 95 % interval holds"
        f"{_error()}. Draws without an interval (no item differs) are left out."
    )
    return words + "\n\n" + table(("items", "discordance", "difference", *BINARY), rows)


def epochs(rng: np.random.Generator) -> str:
    """Means of epochs, items in clusters of one to five."""
    rows = []
    for groups in GROUPS:
        for gap in (0.0, 0.1):
            drawn = [_bound(groups, gap, rng) for _ in range(DRAWS)]
            rows.append((groups, f"{gap:+g}", *_covered(CLUSTERED, drawn, gap, rng)))
    words = (
        f"### A paired difference of means of {EPOCHS} epochs, items in clusters of 1 to 5\n\n"
        f"As above{_error()}."
    )
    return words + "\n\n" + table(("clusters", "difference", *CLUSTERED), rows)


def margins() -> str:
    """Wrong passes of a non-inferiority rule at its margin, and its power when both are equal."""
    cases = [
        (n, m, psi)
        for n in GATES
        for m in MARGINS
        for psi in dict.fromkeys((m, *(d for d in GATED if d > m)))
    ]
    rows = [(f"{n:,}", f"{m:g}", f"{psi:g}", *_passes(n, m, psi)) for n, m, psi in cases]
    words = (
        "### A gate's bound: not worse by a margin\n\nChance in % that the bound at alpha 5 %, "
        "one-sided, passes a candidate that is exactly the margin worse (wrong), and one that is "
        "as good (power), summed over every result: no Monte Carlo error. Beside them the plain "
        "score test, and the power that `paired_power` plans with."
    )
    head = ("items", "margin", "discordance", "wrong", "score", "power", "score", "planned")
    return words + "\n\n" + table(head, rows)


def _passes(size: int, margin: float, discordance: float) -> list[str]:
    claim = Claim(limit=-margin, alpha=ALPHA)
    told = [
        exact_paired_power(claim, size, discordance=discordance, difference=d, decision=decision)
        for d in (-margin, 0.0)
        for decision in (_gate(size, margin), None)
    ]
    planned = paired_power(claim, size, discordance=discordance)
    return [_share(found.power) for found in (*told, planned)]


def _gate(size: int, margin: float) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the gate's decision; it is monotone in wins, so the least is looked for by halves."""

    def decide(wins: np.ndarray, losses: np.ndarray) -> np.ndarray:
        least = {int(lost): _least(int(lost), size, margin) for lost in np.unique(losses)}
        return np.asarray(wins >= np.array([least[int(lost)] for lost in losses]))

    return decide


@cache
def _least(losses: int, size: int, margin: float) -> int:
    low, high = -1, size - losses + 1
    while high - low > 1:
        middle = (low + high) // 2
        found = difference_bounds(_pairs(middle, losses, size), -margin, alpha=ALPHA)
        passed = found.lower is not None and found.lower > -margin
        low, high = (low, middle) if passed else (middle, high)
    return high


def _pairs(wins: int, losses: int, size: int) -> Pairs:
    places = np.arange(size)
    candidate = (places < wins).astype(float)
    base = ((places >= wins) & (places < wins + losses)).astype(float)
    return Pairs(candidate, base, places, np.ones(size), np.ones(size))


def _bound(groups: int, gap: float, rng: np.random.Generator) -> Pairs:
    index = np.repeat(np.arange(groups), rng.integers(1, 6, size=groups))
    shared = rng.beta(2, 2, size=groups)[index] * 0.6 + 0.1
    own = rng.normal(0, 0.05, size=(2, groups))[:, index]
    chances = np.clip([shared + gap + own[0], shared + own[1]], 0, 1)
    scores = rng.binomial(EPOCHS, chances) / EPOCHS
    ones = np.ones(len(index))
    return Pairs(scores[0], scores[1], index, ones, ones)


def _covered(
    ways: Mapping[str, Way],
    drawn: list[Pairs],
    truth: float,
    rng: np.random.Generator,
    times: list[int] | None = None,
) -> list[str]:
    """Return what each way covers; `times` says how often each of the pairs was drawn.

    Bootstraps are asked only for the first of them where all were drawn once.
    """
    shares = []
    for name, way in ways.items():
        part = drawn[:BOOTSTRAPS] if name in DEAR and times is None else drawn
        weights = times if times is not None else [1] * len(part)
        found = [(way(pairs, rng), weight) for pairs, weight in zip(part, weights, strict=True)]
        kept = [(bounds, weight) for bounds, weight in found if bounds is not None]
        held = sum(w for (low, high), w in kept if low - 1e-12 <= truth <= high + 1e-12)
        total = sum(weight for _, weight in kept)
        shares.append(_share(held / total) if total > sum(weights) / 10 else "-")
    return shares


def _error() -> str:
    cheap, dear = (100 * sqrt(LEVEL * (1 - LEVEL) / draws) for draws in (DRAWS, BOOTSTRAPS))
    return f" ({DRAWS:,} draws, standard error {cheap:.1f} points; bootstraps {dear:.1f})"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def _told(found: Difference) -> Bounds:
    return None if found.low is None or found.high is None else (found.low, found.high)


def _tango(pairs: Pairs, _: np.random.Generator) -> Bounds:
    gaps = np.asarray(pairs.candidate) - np.asarray(pairs.base)
    counts = PairCounts(int((gaps > 0).sum()), int((gaps < 0).sum()), len(gaps))
    return tango_interval(counts, level=LEVEL)


def _resampled(pairs: Pairs, rng: np.random.Generator, *, bca: bool) -> Bounds:
    kind: Literal["bca", "percentile"] = "bca" if bca else "percentile"
    return _told(bootstrap_difference(pairs, level=LEVEL, rng=rng, resamples=RESAMPLES, kind=kind))


DEAR = frozenset(("percentile", "BCa"))
CLUSTERED: Mapping[str, Way] = {
    "as chosen": lambda pairs, rng: _told(difference(pairs, level=LEVEL, rng=rng)),
    "Miller, clustered": lambda pairs, _: _told(miller(pairs, level=LEVEL)),
    "percentile": lambda pairs, rng: _resampled(pairs, rng, bca=False),
    "BCa": lambda pairs, rng: _resampled(pairs, rng, bca=True),
}
BINARY: Mapping[str, Way] = {"Tango": _tango, **CLUSTERED}
