"""How to spend a budget on judgements by a cheap judge and on labels, which are dear.

>>> known = Labelling(variance=0.1, explained=0.6, items=1000)
>>> print(split(known, 100.0, Costs(judgement=0.002, label=0.5)))
3,594 judged, 185 labelled: standard error 0.0153; 200 labels alone: 0.0224
"""

from math import inf, sqrt
from typing import NamedTuple

import msgspec

from statera.stats.labelplan import SOURCE, Labelling


class Costs(NamedTuple):
    """What one judgement and one label cost, each above 0, in any one currency."""

    judgement: float
    label: float


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """How a budget is best spent: so many items judged, so many of them labelled.

    `judged` is 0 where labels alone are better. `error` is the standard error of the mean,
    `alone` what labels alone would reach, and `labels_alone` how many.
    """

    judged: int
    labelled: int
    error: float
    alone: float
    labels_alone: int
    source: str = SOURCE

    def __str__(self) -> str:
        """Return `3,594 judged, 185 labelled: standard error 0.0153; 200 labels alone: 0.0224`."""
        best = f"{self.judged:,} judged, {self.labelled:,} labelled"
        rest = f"{self.labels_alone:,} labels alone: {self.alone:.4f}"
        return f"{best}: standard error {self.error:.4f}; {rest}"


def split(known: Labelling, budget: float, costs: Costs, *, most: int | None = None) -> Split:
    """Return how many items to judge and how many of them to label, for the least variance.

    Without a bound on items the labelled share is sqrt((1 - r^2) / r^2 * judgement / label), at
    most 1 (Cochran, chapter 12); `most` items exist, None for any number. Every labelled item is
    judged too. ValueError for costs or a budget not above 0.
    """
    if not (budget > 0 and costs.judgement > 0 and costs.label > 0):
        raise ValueError("a budget and costs lie above 0")
    limit = inf if most is None else float(most)
    simple = min(budget / costs.label, limit)
    share = 1.0
    if known.explained > 0:
        ratio = (1 - known.explained) / known.explained * costs.judgement / costs.label
        share = min(1.0, sqrt(ratio))
    judged = min(budget / (costs.judgement + costs.label * share), limit)
    labelled = min((budget - judged * costs.judgement) / costs.label, judged)
    alone, both = _rounded(known, 0.0, simple), _rounded(known, judged, labelled)
    best = both if both[2] < alone[2] else alone
    return Split(
        judged=best[0], labelled=best[1], error=best[2], alone=alone[2], labels_alone=alone[1]
    )


def _rounded(known: Labelling, judged: float, labelled: float) -> tuple[int, int, float]:
    """Return whole numbers of items, and the standard error that they give."""
    labels = int(labelled + 1e-9)
    if labels < 1:
        return int(judged), labels, inf
    if not judged:
        return 0, labels, known.alone.error(labels)
    return int(judged), labels, known._replace(items=max(int(judged), labels)).error(labels)
