"""Do repeats of an item agree? TAR, over raw replies and over answers, and the items that flip.

TARr and TARa are the shares of items whose k raw replies, or parsed answers, are all the same (Atil
et al., LLM Stability, 2024, arXiv 2408.04667). A model that always says the same has TAR 1 however
wrong it is, so each is shown beside what leads its task.
"""

import re
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import ClassVar

from statera.metrics.passk import GPass, PassAt, PassHat, Tries, WorstOf, right_of
from statera.protocols import Metric
from statera.records.scores import Score
from statera.stats.repeats import mixed_at, same_at
from statera.stats.results import ItemValue

REPLY = "reply"
"""The score that a stored run gets when it is read: no grade, but a digest of the raw reply."""


class Agreement(Tries, frozen=True, kw_only=True):
    """What metrics of agreement have in common. `opposed` is what is shown beside it, or empty."""

    opposed: str = ""

    @property
    def counter(self) -> str | None:
        """The metric that must be shown beside it, or None."""
        return self.opposed or None


class SameText(Agreement, frozen=True, kw_only=True, tag="tar_text"):
    """TARr: the share of items whose k raw replies are the same, character for character.

    It reads the score `reply`, whose `extracted` is a digest of all that was said in the trial.
    """

    reads: ClassVar[str] = "replies"
    score: str = REPLY

    @property
    def name(self) -> str:
        """`tar_text@k`."""
        return f"tar_text@{self.k}"

    def undetermined(self, scores: Sequence[Score]) -> bool:
        """Return whether several replies came, and one of them is not there."""
        known = [score.extracted for score in scores if score.outcome != "infra_error"]
        return len(known) > 1 and None in known

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the chance that k replies are the same, or None where under k came back.

        A failed trial that is filled in has an outcome alone: it agrees with the others if right.
        """
        known = [score for score in scores if score.outcome != "infra_error"]
        sizes = Counter(score.extracted for score in known if score.extracted is not None)
        open_ones = [score.outcome for score in known if score.extracted is None]
        agreeing = open_ones.count("right")
        return _same([*_joined(sizes, agreeing), *[1] * (len(open_ones) - agreeing)], self.k)


class SameAnswer(Agreement, frozen=True, kw_only=True, tag="tar_answer"):
    """TARa: the share of items whose k parsed answers are the same, right or wrong.

    What gave no answer is told by its outcome: k refusals agree, a refusal and an answer do not. So
    do right answers; whether wrong ones that are not there were the same, nothing tells.
    """

    reads: ClassVar[str] = "wrong answers"

    @property
    def name(self) -> str:
        """`tar_answer@k`."""
        return f"tar_answer@{self.k}"

    def undetermined(self, scores: Sequence[Score]) -> bool:
        """Return whether several answers are wrong, and one of them is not there."""
        wrong = [score.extracted for score in scores if score.outcome == "wrong"]
        return len(wrong) > 1 and None in wrong

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the chance that k answers are the same, or None where under k got through."""
        known = [score for score in scores if score.outcome != "infra_error"]
        found: list[int] = []
        for outcome in {score.outcome for score in known}:
            having = [score.extracted for score in known if score.outcome == outcome]
            sizes = Counter(answer for answer in having if answer is not None)
            found += _joined(sizes, having.count(None))
        return _same(found, self.k)


class Flips(Agreement, frozen=True, kw_only=True, tag="flips"):
    """The share of items that are neither right in all of k tries nor in none; less is better."""

    higher_is_better: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """`flips@k`."""
        return f"flips@{self.k}"

    def item(self, scores: Sequence[Score]) -> ItemValue | None:
        """Return the chance that k tries differ, or None where under k got through."""
        right, tries = right_of(scores)
        return ItemValue(mixed_at(right, tries, self.k)) if tries >= self.k else None


COMPARED = (SameText, SameAnswer)
"""The metrics that compare what was said: right or wrong alone does not tell them."""

REPEATED = (PassAt, PassHat, GPass, WorstOf, SameText, SameAnswer, Flips)
"""The metrics that need several epochs of an item."""

_SEVERAL = re.compile(r"(?:pass|g_pass|worst|tar_text|tar_answer|flips)[@^](?!1\b)\d+(?:\(.*\))?")


def named_for_several(name: str) -> bool:
    """Return whether a metric's name says that it is one of several tries.

    >>> named_for_several("pass^3"), named_for_several("pass@1"), named_for_several("flips")
    (True, False, False)
    """
    return _SEVERAL.fullmatch(name) is not None


def of_several(metric: Metric) -> bool:
    """Return whether a metric is one of several tries: of one epoch it says nothing."""
    return isinstance(metric, REPEATED) and metric.k > 1


def _joined(sizes: Counter[Hashable] | Counter[str], more: int) -> list[int]:
    """Return how often each output came, those that nothing tells apart with the most frequent."""
    rising = sorted(sizes.values())
    most = rising.pop() if rising else 0
    return [*rising, most + more]


def _same(sizes: Sequence[int], k: int) -> ItemValue | None:
    return ItemValue(same_at(sizes, k)) if sum(sizes) >= k else None
