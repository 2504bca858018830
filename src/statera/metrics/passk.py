"""pass@k over the epochs of an item."""

from collections.abc import Sequence

import msgspec

from statera.records.scores import Score
from statera.stats.means import mean
from statera.stats.passk import pass_at
from statera.stats.results import Estimate, Items


class PassAt(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="pass_at"):
    """The chance that at least one of k tries is right, for k up to the number of epochs."""

    score: str
    k: int
    higher_is_better: bool = True
    bounds: tuple[float, float] = (0.0, 1.0)
    counter: str | None = None

    @property
    def name(self) -> str:
        """`pass@k`."""
        return f"pass@{self.k}"

    def item(self, scores: Sequence[Score]) -> float | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        tries = [score for score in scores if score.outcome != "infra_error"]
        if len(tries) < self.k:
            return None
        return pass_at(sum(score.outcome == "right" for score in tries), len(tries), self.k)

    def estimate(self, items: Items) -> Estimate:
        """Return the mean over items."""
        return mean(items)
