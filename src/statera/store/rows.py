"""What goes into the store and comes out of it, beside the records themselves.

These values know no database, so that every floor may name them.
"""

from typing import NamedTuple

from statera.records.contents import Content
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Trial


class Keyed(NamedTuple):
    """A score with the scoring key (scorer, version, parameters) that made it."""

    key: str
    score: Score


class Scored(NamedTuple):
    """A trial with its scores, the primary scorer's first; without scores it is not graded yet.

    `content` is the form in which its texts are kept.
    """

    trial: Trial
    scores: tuple[Keyed, ...] = ()
    content: Content = "full"


class Stored(NamedTuple):
    """A trial as it is read back: its sample, and its scores with the primary one first."""

    sample: Sample
    trial: Trial
    scores: tuple[Score, ...]


class ScoreRow(NamedTuple):
    """One score of one trial, with the places of its sample: all that an estimate needs."""

    task: str
    sample_id: str
    epoch: int
    category: str | None
    group: str | None
    unit: str
    score: Score
    severity: str | None = None


class ReplyRow(NamedTuple):
    """The digest of all that was said in a trial; None where nothing came back."""

    task: str
    sample_id: str
    epoch: int
    digest: str | None


class RunCounts(NamedTuple):
    """What a run has so far.

    `outcomes` counts trials by their primary outcome; those not graded yet are in `trials` only.
    `empty` counts the replies without any text but white space, whatever their outcome.
    Tokens and `cost` (in US dollars) are sums over the trials where they are known, None where they
    are known of none; `unpriced` counts the trials without a known cost.
    """

    trials: int
    outcomes: dict[Outcome, int]
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    unpriced: int
    empty: int
