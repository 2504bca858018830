"""pass@k over the epochs of an item."""

from collections.abc import Sequence

from statera.metrics.means import Share
from statera.records.scores import Score
from statera.stats.passk import pass_at
from statera.stats.results import ItemValue


class PassAt(Share, frozen=True, kw_only=True, tag="pass_at"):
    """The chance that at least one of k tries is right, for k up to the number of epochs."""

    k: int

    @property
    def name(self) -> str:
        """`pass@k`."""
        return f"pass@{self.k}"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        tries = [score for score in scores if score.outcome != "infra_error"]
        if len(tries) < self.k:
            return None
        right = sum(score.outcome == "right" for score in tries)
        return ItemValue(pass_at(right, len(tries), self.k))
