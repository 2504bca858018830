"""Confidence sequences that are looked at after every item, and means corrected by few labels."""

from collections.abc import Callable, Mapping
from math import sqrt
from typing import NamedTuple

import numpy as np

from benchmarks.report import table
from statera.stats.bernstein import bernstein_sequence
from statera.stats.betting import confidence_sequence
from statera.stats.bounded import ConfidenceSequence
from statera.stats.ppi import Judged, prediction_powered
from statera.stats.proportion import normal_quantile, wilson
from statera.stats.rogangladen import Accuracy, rogan_gladen

LEVEL, ALPHA = 0.95, 0.05
LOOKED, SEQUENCES, DRAWS = 500, 200, 1000


WAYS = (confidence_sequence, bernstein_sequence)
Given = tuple[float | None, float | None]


class Kind(NamedTuple):
    """Values of a kind: the chances of each, and the range that they are known to lie in."""

    values: tuple[float, ...]
    chances: tuple[float, ...]
    support: tuple[float, float]

    @property
    def mean(self) -> float:
        return float(np.dot(self.values, self.chances))


KINDS: Mapping[str, Kind] = {
    "0/1, mean 0.05": Kind((0, 1), (0.95, 0.05), (0, 1)),
    "0/1, mean 0.5": Kind((0, 1), (0.5, 0.5), (0, 1)),
    "thirds, mean 0.8": Kind((0, 1 / 3, 2 / 3, 1), (0.1, 0.1, 0.1, 0.7), (0, 1)),
    "differences, 5 % discordant": Kind((-1, 0, 1), (0.025, 0.95, 0.025), (-1, 1)),
    "differences, 40 % discordant": Kind((-1, 0, 1), (0.2, 0.6, 0.2), (-1, 1)),
}


def tables(rng: np.random.Generator) -> list[str]:
    """Return the tables of sequences and of corrected means."""
    return [sequences(rng), corrected(rng)]


def sequences(rng: np.random.Generator) -> str:
    """Chance that a bound is ever wrong."""
    rows = []
    for name, kind in KINDS.items():
        cells = [_ever(way, kind, most, rng) for way in WAYS for most in (None, LOOKED)]
        rows.append((name, *(f"{100 * cell:.1f}" for cell in (*cells, _fixed(kind, rng)))))
    error = 100 * sqrt(ALPHA * (1 - ALPHA) / SEQUENCES)
    words = (
        "### Looking after every item\n\nShare in % of sequences in which the lower bound at alpha "
        f"5 % is ever above the truth, in {LOOKED:,} items ({SEQUENCES} sequences, standard error "
        f"{error:.1f} points); without replacement the truth is the mean of these very items. "
        "Fixed: mean - z s / sqrt(n), looked at from item 30 on."
    )
    head = ("values", "betting", "the same, without", "Bernstein", "the same, without", "fixed")
    return words + "\n\n" + table(head, rows)


def _ever(
    way: Callable[..., ConfidenceSequence], kind: Kind, most: int | None, rng: np.random.Generator
) -> float:
    missed = 0
    for _ in range(SEQUENCES):
        values = rng.choice(kind.values, size=LOOKED, p=kind.chances)
        found = way(values, alpha=ALPHA, support=kind.support, population=most)
        truth = kind.mean if most is None else float(values.mean())
        missed += bool(np.any(found.lower > truth + 1e-9))
    return missed / SEQUENCES


def _fixed(kind: Kind, rng: np.random.Generator) -> float:
    values = rng.choice(kind.values, size=(SEQUENCES, LOOKED), p=kind.chances)
    counts = np.arange(1, LOOKED + 1)
    means = np.cumsum(values, axis=1) / counts
    spread = np.sqrt(np.maximum(np.cumsum(values**2, axis=1) / counts - means**2, 0) / counts)
    lower = means - normal_quantile(1 - 2 * ALPHA) * spread
    return float(np.mean(np.any(lower[:, 29:] > kind.mean, axis=1)))


def corrected(rng: np.random.Generator) -> str:
    """Judges that err, corrected by labels."""
    rows = [
        (f"{hit:g}", f"{clear:g}", f"{rate:g}", *_judged(hit, clear, rate, rng))
        for hit, clear in ((0.9, 0.95), (0.7, 0.8))
        for rate in (0.05, 0.1, 0.3, 0.5)
    ]
    words = (
        f"### A judge that errs\n\nShare of {DRAWS:,} draws in which the 95 % interval holds "
        f"(standard error {100 * sqrt(LEVEL * (1 - LEVEL) / DRAWS):.1f} points); 1,000 judged "
        "trials. Rogan-Gladen: 300 labels of other trials; PPI++: 200 labels of these. In brackets "
        "the share without an answer."
    )
    head = ("sensitivity", "specificity", "rate", "raw Wilson", "Rogan-Gladen", "PPI++")
    return words + "\n\n" + table(head, rows)


def _judged(hit: float, clear: float, rate: float, rng: np.random.Generator) -> list[str]:
    raw: list[Given] = []
    ratio: list[Given] = []
    powered: list[Given] = []
    for _ in range(DRAWS):
        truth = rng.random(1000) < rate
        seen = np.where(truth, rng.random(1000) < hit, rng.random(1000) > clear)
        raw.append(wilson(float(seen.mean()), 1000, normal_quantile(LEVEL)))
        ill = int(np.clip(rng.binomial(300, rate), 1, 299))
        found = Accuracy(
            int(rng.binomial(ill, hit)), ill, int(rng.binomial(300 - ill, clear)), 300 - ill
        )
        told = rogan_gladen(int(seen.sum()), 1000, found)
        ratio.append((told.low, told.high))
        drawn = set(rng.choice(1000, 200, replace=False).tolist())
        labels = [float(truth[place]) if place in drawn else None for place in range(1000)]
        told = prediction_powered(Judged(seen.astype(float).tolist(), labels, [0.2] * 1000))
        powered.append((told.low, told.high))
    return [_covered(found, rate) for found in (raw, ratio, powered)]


def _covered(found: list[Given], truth: float) -> str:
    given = [(low, high) for low, high in found if low is not None and high is not None]
    none = 1 - len(given) / len(found)
    if not given:
        return "- (100%)"
    share = float(np.mean([low <= truth <= high for low, high in given]))
    return f"{100 * share:.1f}" + (f" ({none:.1%})" if none else "")
