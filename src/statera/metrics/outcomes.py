"""The shares of the outcomes that are no answer: what a rule such as `task/refused` reads."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from statera.metrics.means import Share
from statera.records.scores import Score
from statera.stats.results import ItemValue

NoAnswer = Literal["unparsed", "refused", "truncated", "infra_error"]
NO_ANSWERS: tuple[NoAnswer, ...] = ("unparsed", "refused", "truncated", "infra_error")


class OutcomeShare(Share, frozen=True, kw_only=True, tag="outcome"):
    """The share of an item's trials with one outcome; less is better.

    Infrastructure errors are left out, but for their own share.
    """

    higher_is_better: ClassVar[bool] = False

    outcome: NoAnswer

    @property
    def name(self) -> str:
        """The outcome: `refused`."""
        return self.outcome

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the share among the epochs that got through, or None if none did."""
        found = [score.outcome for score in scores]
        if self.outcome != "infra_error":
            found = [outcome for outcome in found if outcome != "infra_error"]
        return ItemValue(found.count(self.outcome) / len(found), len(found)) if found else None
