"""What a member of a panel counts, by how often people agreed with it.

The measurements are those of `statera judge calibrate`, which are kept with the member's own run:
they follow a judge wherever it sits.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from statera.analysis.standing import Known, MetricError, calibrations
from statera.stats.votes import balanced_weight, vote_weight

PAIR_KINDS = 3
"""A win, a tie, a loss."""


class MemberAccuracy(NamedTuple):
    """On how many of so many `labels` the judge said what people said, and what that weighs."""

    right: int
    labels: int
    weight: float

    @property
    def share(self) -> float:
        """The share that it got right."""
        return self.right / self.labels


def measured_accuracy(environment: Mapping[str, Any]) -> MemberAccuracy | None:
    """Return the accuracy on record of a judge's run, all its measurements together.

    None where it has none. Where people said yes or no, that is what counts; else how often the
    verdict was the very same as theirs.
    """
    known = calibrations(environment)
    decided = [counts for one in known if (counts := _decided(one)) is not None]
    if not decided:
        return _same(list(_exact(known)))
    tp, p, tn, n = (sum(counts[place] for counts in decided) for place in range(4))
    if p + n == 0:
        return None
    both = p > 0 and n > 0
    weight = balanced_weight((tp, p), (tn, n)) if both else vote_weight(tp + tn, p + n, kinds=2)
    return MemberAccuracy(tp + tn, p + n, weight)


def _decided(known: Known) -> tuple[int, int, int, int] | None:
    """Return how often yes and no were right, where people said yes or no."""
    for name in (f"{known.score}_good", known.score):
        error = known.errors.get(name)
        if error is not None and error.counts is not None:
            return error.counts
    return None


def _exact(known: Iterable[Known]) -> Iterable[tuple[int, int, int]]:
    """Yield verdicts that were people's own, labels, and kinds of verdict of each measurement."""
    for one in known:
        error: MetricError | None = one.errors.get(one.score)
        if error is not None and error.mean.labels:
            kinds = PAIR_KINDS if one.against else max(2, one.high - one.low + 1)
            yield error.mean.labels - error.mean.differ, error.mean.labels, kinds


def _same(found: list[tuple[int, int, int]]) -> MemberAccuracy | None:
    if not found:
        return None
    right, labels = sum(one[0] for one in found), sum(one[1] for one in found)
    kinds = max(one[2] for one in found)
    return MemberAccuracy(right, labels, vote_weight(right, labels, kinds=kinds))
