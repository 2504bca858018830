"""The mean of a score over items, with what a reader must know of it: which way is better, the
range, and the metric that moves the other way and is shown beside it.

>>> Rate(score="regressive_flip", opposed="accepts_correction").higher_is_better
False
"""

from collections.abc import Sequence
from typing import ClassVar, Literal

import msgspec

from statera.metrics.means import MeanScore
from statera.records.scores import Score
from statera.stats.contrasts import SPAN, contrast_mean
from statera.stats.means import mean
from statera.stats.results import Estimate, Items, ItemValue
from statera.stats.spans import Span

Better = Literal["higher", "lower"]


class Rate(msgspec.Struct, frozen=True, kw_only=True, tag="rate", tag_field="type"):
    """The mean of a score's values over items, an item's being the mean over its epochs.

    Values lie in [`low`, `high`]: a share in [0, 1], a difference of two arms in [-1, 1]. A trial
    without a value (`why` says so on its score) is left out, never 0. Two runs are compared over
    the items that have a value in both: of a rate among right first answers, those that both got
    right, so that no run is charged for questions that the other could not lose. `opposed` is the
    counter-metric: another one of the task by its name, or `task/metric`. One that is `aside`
    stands in tables and figures, and on the scorecard only where a rule reads it.
    """

    by_category: ClassVar[bool] = True
    ratio: ClassVar[bool] = False

    score: str
    better: Better = "lower"
    low: float = 0.0
    high: float = 1.0
    opposed: str = ""
    aside: bool = False

    @property
    def name(self) -> str:
        """The score's own name."""
        return self.score

    @property
    def higher_is_better(self) -> bool:
        """Whether more is better."""
        return self.better == "higher"

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value that an item can have."""
        return self.low, self.high

    @property
    def counter(self) -> str | None:
        """The metric that must be shown beside it, or None."""
        return self.opposed or None

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the mean over the epochs that have a value, or None if none has."""
        return MeanScore(score=self.score).item(scores)

    def estimate(self, items: Items) -> Estimate:
        """Return the mean over items by their weights, which are alike.

        The interval is that of the values as shares of the range, of a difference of arms in
        [-1, 1] that of gains minus losses: it never leaves the range.
        """
        span = Span(*self.bounds)
        if span == SPAN:
            return contrast_mean(items)
        return mean(items) if span.plain else span.estimate(mean(span.items(items)))
