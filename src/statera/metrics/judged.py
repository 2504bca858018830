"""What judges say, over items: the mean of a rubric, the share that is good enough, a win rate.

These numbers are the judge's, not the truth: gates read them only where the judge's error against
people is known, or where the policy says that it goes without.
"""

from collections.abc import Sequence

from statera.metrics.means import Accuracy, MeanScore, Share
from statera.records.scores import Score
from statera.stats.results import ItemValue


class JudgedMean(Share, frozen=True, kw_only=True, tag="judged_mean"):
    """The mean of a judge's verdicts as shares of its scale, in [0, 1].

    `low` and `high` are the ends of the scale. A reply without a verdict is left out.
    """

    low: int = 0
    high: int = 1

    @property
    def name(self) -> str:
        """The score's own name."""
        return self.score

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the mean over the epochs that have a verdict, or None if none has."""
        return MeanScore(score=self.score).item(scores)


class JudgedGood(Share, frozen=True, kw_only=True, tag="judged_good"):
    """The share of replies that the judge finds good enough; one without an answer is not."""

    @property
    def name(self) -> str:
        """`quality_good` for the score `quality`."""
        return f"{self.score}_good"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the share of good ones among the epochs that got a verdict or gave no answer."""
        return Accuracy(score=self.score).item(scores)


class WinRate(Share, frozen=True, kw_only=True, tag="win_rate"):
    """The share of pairs that the candidate wins, ties counting half; 0.5 is no difference.

    `against` is the id of the run that it is compared with.
    """

    against: str

    @property
    def name(self) -> str:
        """The score's own name."""
        return self.score

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the mean over the epochs that were judged in both orders, or None if none was."""
        return MeanScore(score=self.score).item(scores)


JUDGED = (JudgedMean, JudgedGood, WinRate)
