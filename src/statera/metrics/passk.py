"""What several epochs of an item say: any of k right, all of k, a share of k, the worst of k."""

from collections.abc import Sequence

from statera.metrics.means import Share
from statera.records.scores import Score
from statera.stats.passk import g_pass_at, pass_at, pass_hat, worst_of
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
        right, tries = _count(scores)
        return ItemValue(pass_at(right, tries, self.k)) if tries >= self.k else None


class PassHat(Share, frozen=True, kw_only=True, tag="pass_hat"):
    """The chance that all of k tries are right: what a user meets who comes k times."""

    k: int

    @property
    def name(self) -> str:
        """`pass^k`."""
        return f"pass^{self.k}"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        right, tries = _count(scores)
        return ItemValue(pass_hat(right, tries, self.k)) if tries >= self.k else None


class GPass(Share, frozen=True, kw_only=True, tag="g_pass"):
    """The chance that at least the share `tau`, in (0, 1], of k tries is right."""

    k: int
    tau: float

    @property
    def name(self) -> str:
        """`g_pass@k(tau)`: `g_pass@5(0.6)`."""
        return f"g_pass@{self.k}({self.tau:g})"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        right, tries = _count(scores)
        return ItemValue(g_pass_at(right, tries, self.k, self.tau)) if tries >= self.k else None


class WorstOf(Share, frozen=True, kw_only=True, tag="worst_of"):
    """The mean of the worst of k graded scores; a score that is absent is left out, never 0."""

    k: int

    @property
    def name(self) -> str:
        """`worst@k`."""
        return f"worst@{self.k}"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs with a value, or None if under k do."""
        values = [score.value for score in scores if score.value is not None]
        return ItemValue(worst_of(values, self.k)) if len(values) >= self.k else None


def _count(scores: Sequence[Score]) -> tuple[int, int]:
    """Return how many are right, and how many got through."""
    tries = [score.outcome for score in scores if score.outcome != "infra_error"]
    return tries.count("right"), len(tries)
