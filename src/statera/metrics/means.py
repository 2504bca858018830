"""The two denominators of accuracy, the mean of graded scores, and the mean over categories."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from statera.records.scores import Score
from statera.stats.means import macro_mean, mean
from statera.stats.results import Estimate, Items, ItemValue


class Share(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What these metrics have in common: an item's value is in [0, 1], more is better."""

    higher_is_better: ClassVar[bool] = True
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    by_category: ClassVar[bool] = True
    ratio: ClassVar[bool] = False

    score: str

    @property
    def counter(self) -> str | None:
        """The metric that must be shown beside it, or None."""
        return None

    def estimate(self, items: Items) -> Estimate:
        """Return the mean over items by their weights: trials for a ratio, else alike."""
        return mean(items)


class Accuracy(Share, frozen=True, kw_only=True, tag="accuracy"):
    """right / (all - infra_error): what a user of the system gets.

    Refused, unparsed and truncated are not right, and are shown as what they are beside it.
    `opposed` is the counter-metric: another one of the task by its name, or `task/metric`.
    """

    opposed: str = ""

    @property
    def name(self) -> str:
        """The score's own name: `accuracy`, `strict`, `acc_norm`."""
        return self.score

    @property
    def counter(self) -> str | None:
        """The metric that must be shown beside it, or None."""
        return self.opposed or None

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the share of right among the epochs that got through, or None if none did."""
        right = total = 0
        for score in scores:
            if score.outcome != "infra_error":
                total += 1
                right += score.outcome == "right"
        return ItemValue(right / total, total) if total else None


class GivenAnswer(Share, frozen=True, kw_only=True, tag="given_answer"):
    """right / (right + wrong): how good the answers are, when there is one."""

    ratio: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """`accuracy_given_answer` for the score `accuracy`."""
        return f"{self.score}_given_answer"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the share of right among the epochs with an answer, or None without one."""
        right = total = 0
        for score in scores:
            if score.outcome in ("right", "wrong"):
                total += 1
                right += score.outcome == "right"
        return ItemValue(right / total, total) if total else None


class MeanScore(Share, frozen=True, kw_only=True, tag="mean"):
    """The mean of a graded score in [0, 1]; a score that is absent is left out, never 0."""

    @property
    def name(self) -> str:
        """The score's own name."""
        return self.score

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the mean over the epochs that have a value, or None if none has."""
        values = [score.value for score in scores if score.value is not None]
        return ItemValue(sum(values) / len(values), len(values)) if values else None


class Macro(Share, frozen=True, kw_only=True, tag="macro"):
    """Accuracy averaged over categories, each counting the same (not over items)."""

    by_category: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """`accuracy_macro` for the score `accuracy`."""
        return f"{self.score}_macro"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the same value per item as Accuracy."""
        return Accuracy(score=self.score).item(scores)

    def estimate(self, items: Items) -> Estimate:
        """Return the mean of the categories' means."""
        return macro_mean(items)
