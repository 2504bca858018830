"""How much a vote counts: by the odds that who gives it is right.

For independent voters the weighted majority is right most often when each vote weighs the log odds
of its giver being right, in excess of chance; who is no better than chance has no vote.

>>> round(vote_weight(90, 100, kinds=2), 3), vote_weight(50, 100, kinds=2)
(2.113, 0.0)
>>> round(balanced_weight((45, 50), (190, 200)), 3)
2.377
"""

from collections import Counter
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SAME = 1e-9
SOURCE = "Nitzan and Paroush, International Economic Review 23 (1982) 289-297, theorem 1"


def plurality(labels: "Iterable[str]") -> str | None:
    """Return the commonest label; None for none, or where several are as common.

    >>> plurality(["tie", "tie", "win"]), plurality(["win", "loss"])
    ('tie', None)
    """
    return most_voted(Counter(labels))


def most_voted(votes: "Mapping[str, float]") -> str | None:
    """Return the label with the most votes, None where it is not the only one."""
    most = max(votes.values(), default=0.0)
    top = [label for label in votes if votes[label] > most - SAME]
    return top[0] if len(top) == 1 else None


def vote_weight(right: int, of: int, *, kinds: int) -> float:
    """Return the weight of who was right on `right` of `of` questions with `kinds` answers each.

    log((kinds - 1) p / (1 - p)), errors taken to be spread evenly, and at least 0; p is
    (right + 1) / (of + kinds), so that a few labels make nobody infallible. ValueError for counts
    that are none, or fewer than two kinds.
    """
    if not 0 <= right <= of or kinds < 2:
        raise ValueError(f"{right} right of {of} with {kinds} kinds of answer")
    return _log_odds((right + 1) / (of + kinds), kinds)


def balanced_weight(positives: tuple[int, int], negatives: tuple[int, int]) -> float:
    """Return the weight of who answers yes or no, given (right, of) among either truth.

    p is the mean of sensitivity and specificity, so that always saying the commoner answer weighs
    nothing. ValueError for counts that are none.
    """
    if any(not 0 <= right <= of for right, of in (positives, negatives)):
        raise ValueError(f"{positives} and {negatives}: (right, of) each")
    shares = [(right + 1) / (of + 2) for right, of in (positives, negatives)]
    return _log_odds(sum(shares) / 2, 2)


def _log_odds(share: float, kinds: int) -> float:
    return max(0.0, log((kinds - 1) * share / (1 - share)))
