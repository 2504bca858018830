"""What several epochs of an item say: any of k right, all of k, a share of k, the worst of k."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from statera.records.scores import Score
from statera.stats.means import mean
from statera.stats.passk import g_pass_at, pass_at, pass_hat, worst_of
from statera.stats.results import Estimate, Items, ItemValue


class Tries(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What these metrics have in common: k tries of an item give a value in [0, 1].

    `counter` is what is shown beside it: a number that another number of tries, or a try alone,
    would make look better or worse.
    """

    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    by_category: ClassVar[bool] = True
    ratio: ClassVar[bool] = False

    score: str
    k: int

    @property
    def counter(self) -> str | None:
        """The metric that must be shown beside it, or None."""
        return None

    def estimate(self, items: Items) -> Estimate:
        """Return the mean over items."""
        return mean(items)


class PassAt(Tries, frozen=True, kw_only=True, tag="pass_at"):
    """The chance that at least one of k tries is right, for k up to the number of epochs."""

    @property
    def name(self) -> str:
        """`pass@k`."""
        return f"pass@{self.k}"

    @property
    def counter(self) -> str | None:
        """`pass^k`: what grows with k on the one side shrinks on the other; of one try None."""
        return f"pass^{self.k}" if self.k > 1 else None

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        right, tries = right_of(scores)
        return ItemValue(pass_at(right, tries, self.k)) if tries >= self.k else None


class PassHat(Tries, frozen=True, kw_only=True, tag="pass_hat"):
    """The chance that all of k tries are right: what a user meets who comes k times."""

    @property
    def name(self) -> str:
        """`pass^k`."""
        return f"pass^{self.k}"

    @property
    def counter(self) -> str | None:
        """`pass@k`; of one try None."""
        return f"pass@{self.k}" if self.k > 1 else None

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        right, tries = right_of(scores)
        return ItemValue(pass_hat(right, tries, self.k)) if tries >= self.k else None


class GPass(Tries, frozen=True, kw_only=True, tag="g_pass"):
    """The chance that at least the share `tau`, in (0, 1], of k tries is right."""

    tau: float

    @property
    def name(self) -> str:
        """`g_pass@k(tau)`: `g_pass@5(0.6)`."""
        return f"g_pass@{self.k}({self.tau:g})"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs that got through, or None if under k did."""
        right, tries = right_of(scores)
        return ItemValue(g_pass_at(right, tries, self.k, self.tau)) if tries >= self.k else None


class WorstOf(Tries, frozen=True, kw_only=True, tag="worst_of"):
    """The mean of the worst of k graded scores; a score that is absent is left out, never 0."""

    @property
    def name(self) -> str:
        """`worst@k`."""
        return f"worst@{self.k}"

    @property
    def counter(self) -> str | None:
        """The mean of the score, which hides the worst."""
        return self.score

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the unbiased estimate over the epochs with a value, or None if under k do."""
        values = [score.value for score in scores if score.value is not None]
        return ItemValue(worst_of(values, self.k)) if len(values) >= self.k else None


def right_of(scores: Sequence[Score]) -> tuple[int, int]:
    """Return how many are right, and how many got through."""
    tries = [score.outcome for score in scores if score.outcome != "infra_error"]
    return tries.count("right"), len(tries)
