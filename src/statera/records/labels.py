"""What a run has on record of the people who labelled it, beside the scores that they gave."""

from typing import Literal

import msgspec

from statera.records.scores import UNJUDGED, Score
from statera.records.specs import RunInfo

LABELS = "labels"
"""The key in a run's environment under which it is on record who labelled what."""

LabelsBy = Literal["majority"]
"""How several labels of one trial are made one."""

PEOPLE = "_people"
"""Ends the name of scores that people gave: `reference_people` stands beside `reference`."""


def unlabelled(score: Score) -> bool:
    """Return whether a score stands where people gave no label: no failure, and no outcome."""
    return UNJUDGED in score.flags and score.metric.endswith(PEOPLE)


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """People's labels of one metric: whose they are, and with which probability items got one.

    `of` is the judge's metric that they stand beside. `probability` is that of every labelled item
    to be drawn, None where it is not known; `probabilities` holds it by task and sample where it
    is not the same for all. `missing` counts items that were drawn and have no label. `twice`
    counts the trials with two labels or more, `disagreed` those on which the labels differ,
    `undecided` those that have no label because as many say yes as no. `by` says how several labels
    of a trial were made one.
    `low` and `high` are the ends of the scale; `against` is the other run of a pair, or empty.
    """

    of: str
    criterion: str = ""
    labellers: tuple[str, ...] = ()
    probability: float | None = None
    probabilities: dict[str, dict[str, float]] = {}
    against: str = ""
    low: int = 0
    high: int = 1
    missing: int = 0
    twice: int = 0
    disagreed: int = 0
    undecided: int = 0
    by: LabelsBy = "majority"


def stored_labels(info: RunInfo) -> dict[str, Labelled]:
    """Return, by the name of the people's scores, what is on record of them."""
    return msgspec.convert(info.environment.get(LABELS, {}), dict[str, Labelled])
