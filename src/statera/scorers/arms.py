"""Trials with several arms: the exchanges of one conversation, each graded as if it stood alone.

A trial of such a task has the plain question as exchange 0. What follows it (a challenge, a hint)
is one arm an exchange; which arm stands where, the task and its scorers agree on. An arm that was
never asked has no score and lacks none (`UNDRAWN`); one that plumbing cost is `infra_error`.
"""

import msgspec

from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.scores import UNDRAWN, Outcome, Score
from statera.records.trials import Trial
from statera.scorers.agreement import BY_PHRASE
from statera.scorers.choice import Choice
from statera.scorers.choice_or_number import ChoiceOrNumber
from statera.scorers.number import Number
from statera.scorers.outcomes import broken
from statera.scorers.rules import Rule, unread

Reads = Choice | Number | ChoiceOrNumber
"""How an arm's answer is read and compared with the sample's."""


class FirstAnswer(Rule, frozen=True, kw_only=True, tag="first_answer"):
    """Right when the plain question was answered rightly, whatever was asked afterwards."""

    version = "1"
    default_metric = "accuracy"

    reads: Reads = ChoiceOrNumber()

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the score of exchange 0."""
        return named(self.metric, graded(self.reads, sample, trial, 0))


def graded(reads: Reads, sample: Sample, trial: Trial, place: int) -> Score:
    """Return the score of the exchange at `place`, or what `missing` says where there is none."""
    if place >= len(trial.exchanges):
        return missing(reads.metric, trial)
    alone = msgspec.structs.replace(trial, exchanges=(trial.exchanges[place],))
    return reads.score(sample, alone)


def missing(metric: str, trial: Trial) -> Score:
    """Return the score of an arm that was not asked: plumbing ended the trial, or none was due."""
    if trial.exchanges and (why := broken(trial.response)):
        return Score(metric=metric, value=None, outcome="infra_error", why=why)
    return undrawn(metric, "not asked")


def undrawn(metric: str, why: str) -> Score:
    """Return what stands where a score is of other trials only."""
    return Score(metric=metric, value=None, outcome="unparsed", why=why, flags=(UNDRAWN,))


def unanswered(metric: str, score: Score) -> Score:
    """Return the score of an arm without an answer, with the reason of the reading."""
    return Score(metric=metric, value=None, outcome=score.outcome, why=score.why, flags=score.flags)


def event(
    metric: str, happened: bool, read: Score, *, good: bool, by_phrase: bool = False
) -> Score:
    """Return 1 where something happened and 0 where not; `good` says which of the two is right.

    `read` is what the answer was read as; `by_phrase` says that it was read from other words.
    """
    outcome: Outcome = "right" if happened == good else "wrong"
    if by_phrase:
        return Score(metric=metric, value=float(happened), outcome=outcome, flags=(BY_PHRASE,))
    return msgspec.structs.replace(read, metric=metric, value=float(happened), outcome=outcome)


def contrast(metric: str, value: float, *, better: int, why: str) -> Score:
    """Return a difference of arms; right is 0 and what lies on the side of the sign `better`."""
    outcome: Outcome = "right" if value * better >= 0 else "wrong"
    return Score(metric=metric, value=value, outcome=outcome, why=why)


def named(metric: str, score: Score) -> Score:
    """Return the score under another name."""
    return msgspec.structs.replace(score, metric=metric)


def answered(score: Score) -> bool:
    """Return whether an answer was read."""
    return score.outcome in ("right", "wrong")


def text_at(trial: Trial, place: int) -> str:
    """Return what was said at `place`, "" where nothing was."""
    return trial.exchanges[place].response.text or "" if place < len(trial.exchanges) else ""


def silent(metric: str, response: Response) -> Score | None:
    """Return the score of a response without text, or None where there is text to read."""
    if why := broken(response):
        return Score(metric=metric, value=None, outcome="infra_error", why=why)
    if response.text:
        return None
    outcome: Outcome = "truncated" if response.cut_off else "unparsed"
    return Score(metric=metric, value=None, outcome=outcome, why=unread(response).why)
