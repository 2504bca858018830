"""Several labels of one trial as one: what most of the labellers say, and ties are kept.

| labels | what they come to |
|---|---|
| of a pair | the commonest of win, tie and loss; a tie where several are as common |
| yes or no, a scale of two levels | the commoner; an even split is undecided, which is no label |
| a scale of three levels or more | as a number their mean; as a level the majority grade |

The majority grade is the highest level that more than half of the labellers give or exceed, so that
a reply is good where most of them say so. No class is ever cut from an average.
"""

from collections.abc import Mapping
from typing import Literal

from msgspec.structs import replace

from statera.records.verdicts import Verdict
from statera.stats.votes import SAME, most_voted

LabelKind = Literal["pair", "choice", "grade"]
"""A pair's labels know a tie; a choice has two answers; grades are numbers of a longer scale."""

SOURCE = "majority grade: Balinski and Laraki, PNAS 104 (2007) 8720-8725"


def settled(votes: Mapping[str, float], worth: Mapping[str, Verdict], kind: LabelKind) -> Verdict:
    """Return what votes come to: how many labels, or which share of belief, each label has.

    `worth` says what each label alone comes to. Without a value, and with the reason, where a
    choice is split evenly. ValueError without a vote.
    """
    cast = {label: votes[label] for label in votes if votes[label] > 0}
    if not cast:
        raise ValueError("nothing is settled without a vote")
    if kind == "grade":
        return _grade(cast, worth)
    if (label := most_voted(cast)) is not None:
        return worth[label]
    if kind == "pair":
        return Verdict(value=0.5, label="tie", outcome="wrong")
    why = f"undecided: as many say {' as '.join(sorted(cast))}"
    return Verdict(value=None, label=None, outcome="unparsed", why=why)


def _grade(votes: Mapping[str, float], worth: Mapping[str, Verdict]) -> Verdict:
    """Return the mean as a number, under the highest level that more than half give or exceed."""
    total, above = sum(votes.values()), 0.0
    values = {label: worth[label].value or 0.0 for label in votes}
    mean = sum(votes[label] * values[label] for label in votes) / total
    order = sorted(votes, key=values.__getitem__, reverse=True)
    for label in order:
        above += votes[label]
        if above > total / 2 + SAME:
            return replace(worth[label], value=mean)
    return replace(worth[order[-1]], value=mean)
