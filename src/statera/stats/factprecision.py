"""How much of a long answer is supported, fact by fact. The denominator is in the name.

| figure | a reply's value | replies |
|---|---|---|
| `supported / all facts` | S / (S + NS + IR), 0 without facts | answered |
| `supported / relevant facts` | S / (S + NS) | answered, with a relevant fact |
| `F1@K` | harmonic mean of S / (S + NS) and min(1, S / K) | all; 0 for an abstention |

The first is the FActScore that Min et al. print (EMNLP 2023, arXiv 2305.14251); the second is
several points higher on the same labels. Both reward whoever says little: the share that abstained
and the facts of a reply stand beside them. F1@K is SAFE's (Wei et al., NeurIPS 2024, arXiv
2403.18802, eq. 1), whose K is fixed before anything is looked at; it is 0 where S is 0.

>>> replies = [Facts(3, 1, 0), Facts(1, 0, 1), Facts(abstained=True)]
>>> report = fact_precision(replies, k=4)
>>> report.of_all.value, report.of_relevant.value, report.abstained.value, report.facts
(0.625, 0.875, 0.3333333333333333, 3.0)
"""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from statera.stats.means import mean
from statera.stats.results import LEVEL, Estimate, Items


class Facts(NamedTuple):
    """A reply's facts by what a judge, or a person, says of them; or that it abstained."""

    supported: int = 0
    unsupported: int = 0
    irrelevant: int = 0
    abstained: bool = False

    @property
    def total(self) -> int:
        """All of them."""
        return self.supported + self.unsupported + self.irrelevant


class FactPrecision(NamedTuple):
    """The figures of the table above, the share that abstained, and facts an answered reply."""

    of_all: Estimate
    of_relevant: Estimate
    f1: Estimate
    k: int
    abstained: Estimate
    facts: float | None


def of_all(facts: Facts) -> float:
    """Return S / (S + NS + IR), 0 for a reply without facts."""
    return facts.supported / facts.total if facts.total else 0.0


def of_relevant(facts: Facts) -> float | None:
    """Return S / (S + NS), None without a relevant fact."""
    relevant = facts.supported + facts.unsupported
    return facts.supported / relevant if relevant else None


def f1_at(facts: Facts, k: int) -> float:
    """Return SAFE's F1@K in [0, 1]; ValueError for a K below 1."""
    if k < 1:
        raise ValueError(f"K is at least 1, got {k}")
    precision = of_relevant(facts)
    if not facts.supported or precision is None:
        return 0.0
    recall = min(1.0, facts.supported / k)
    return 2 * precision * recall / (precision + recall)


def fact_precision(
    replies: Sequence[Facts],
    *,
    k: int,
    clusters: Sequence[Hashable] | None = None,
    level: float = LEVEL,
) -> FactPrecision:
    """Return the figures over replies; `clusters` binds replies on one subject, None binds none.

    ValueError for a K below 1, or clusters of another number.
    """
    names = list(range(len(replies))) if clusters is None else list(clusters)
    if len(names) != len(replies):
        raise ValueError(f"{len(names)} clusters for {len(replies)} replies")
    numbers: dict[Hashable, int] = {}
    units = [numbers.setdefault(name, len(numbers)) for name in names]
    answered = [None if one.abstained else one for one in replies]
    counts = [one.total for one in answered if one is not None]
    return FactPrecision(
        of_all=_mean([None if one is None else of_all(one) for one in answered], units, level),
        of_relevant=_mean(
            [None if one is None else of_relevant(one) for one in answered], units, level
        ),
        f1=_mean([0.0 if one is None else f1_at(one, k) for one in answered], units, level),
        k=k,
        abstained=_mean([float(one.abstained) for one in replies], units, level),
        facts=float(np.mean(counts)) if counts else None,
    )


def _mean(values: Sequence[float | None], units: Sequence[int], level: float) -> Estimate:
    kept = [(v, u) for v, u in zip(values, units, strict=True) if v is not None]
    shares, clusters = [v for v, _ in kept], [u for _, u in kept]
    return mean(Items(shares, clusters, np.zeros(len(kept)), np.ones(len(kept))), level=level)
