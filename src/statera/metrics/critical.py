"""Critical failures: of the samples that someone declared critical, how many ever go wrong?"""

from collections.abc import Sequence
from typing import ClassVar

from statera.metrics.means import Share
from statera.records.scores import Score
from statera.stats.results import ItemValue

CRITICAL = "critical"
"""The metric's name, and the severity of the samples that it counts."""


class CriticalFailure(Share, frozen=True, kw_only=True, tag="critical"):
    """The share of critical items that fail; less is better.

    An item fails if any of its epochs is not right: repeats add no items. Epochs that failed for
    reasons of plumbing are left out.
    """

    higher_is_better: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """`critical`."""
        return CRITICAL

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return 1 if any epoch that got through is not right, else 0; None if none did."""
        found = [score.outcome for score in scores if score.outcome != "infra_error"]
        return ItemValue(float(any(outcome != "right" for outcome in found))) if found else None
