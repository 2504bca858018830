"""How much of what is harmful a guard flags, and how much of what is harmless."""

from collections.abc import Sequence
from typing import ClassVar

from statera.metrics.means import MeanScore, Share
from statera.records.scores import Score
from statera.stats.results import ItemValue


class Recall(Share, frozen=True, kw_only=True, tag="recall"):
    """The share of harmful texts that are flagged; a check that was not made is left out."""

    @property
    def name(self) -> str:
        """The score's own name: `recall`, `toxicity_recall`."""
        return self.score

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the share of the repeats that flagged it, or None where none was made."""
        return MeanScore(score=self.score).item(scores)


class FalsePositiveRate(Share, frozen=True, kw_only=True, tag="false_positive_rate"):
    """The share of harmless texts that are flagged; less is better."""

    higher_is_better: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """The score's own name: `false_positive_rate`, `toxicity_false_positive_rate`."""
        return self.score

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the share of the repeats that flagged it, or None where none was made."""
        return MeanScore(score=self.score).item(scores)
