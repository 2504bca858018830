"""Do fresh draws of one answer agree? Asked k times in one trial, read, and compared in pairs.

After Manakul, Liusie and Gales, SelfCheckGPT, EMNLP 2023 (https://arxiv.org/abs/2303.08896), for
answers that can be compared exactly. It needs no reference and detects inconsistency, not
confident shared error: who is wrong in the same way each time is consistent.

Short answers are compared word for word, without case, accents and articles; right ones are the
same however they are put, where the sample has a reference. Prose that is wrong in other words
counts as another answer.

Draws with one seed, or at temperature 0, are copies of each other: their agreement says nothing,
and there is no score of them.
"""

from collections.abc import Sequence
from itertools import combinations

from statera.records.requests import Chat, Complete
from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Exchange, Trial
from statera.scorers.arms import Reads, graded
from statera.scorers.outcomes import broken
from statera.scorers.rules import Rule
from statera.scorers.short_answers import told, words

COPIES = "the draws have one seed: copies, not draws"
COLD = "asked at temperature 0: copies, not draws"
ABSTAINS = "(abstains)"

Answer = tuple[str | None, Outcome]
"""What one draw answers, None where nothing was read, and its outcome."""


class SelfConsistency(Rule, frozen=True, kw_only=True, tag="self_consistency"):
    """The share of pairs of draws that answer the same; a draw without an answer agrees with none.

    `reads` says how an answer is read; None reads short answers. `right` where all agree.
    """

    version = "1"
    graded = True
    default_metric = "self_consistency"

    reads: Reads | None = None

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the share in [0, 1]; none where a draw was lost, or the draws are copies."""
        answers, absent = _answers(self.metric, self.reads, sample, trial)
        if absent is not None:
            return absent
        value = pairs_agreeing([one for one, _ in answers])
        shown = ", ".join("-" if one is None else one for one, _ in answers)
        return _scored(self.metric, value, answers, shown)


class DrawsRight(Rule, frozen=True, kw_only=True, tag="draws_right"):
    """The share of draws that are right, where the sample has an answer; `right` where all are."""

    version = "1"
    graded = True
    default_metric = "accuracy"

    reads: Reads | None = None

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the share in [0, 1]; none as for the consistency."""
        answers, absent = _answers(self.metric, self.reads, sample, trial)
        if absent is not None:
            return absent
        value = sum(outcome == "right" for _, outcome in answers) / len(answers)
        return _scored(self.metric, value, answers)


def pairs_agreeing(answers: Sequence[str | None]) -> float:
    """Return the share of pairs that are the same answer; None is the same as nothing.

    >>> pairs_agreeing(["a", "a", "b", None])
    0.16666666666666666
    """
    pairs = list(combinations(answers, 2))
    return sum(a is not None and a == b for a, b in pairs) / len(pairs)


def copies(exchanges: Sequence[Exchange]) -> str:
    """Return why the exchanges are copies of one draw, or an empty text where they are draws."""
    samplings = [e.request.sampling for e in exchanges if isinstance(e.request, Chat | Complete)]
    if any(one.temperature == 0 for one in samplings):
        return COLD
    seeds = [one.seed for one in samplings if one.seed is not None]
    return COPIES if len(set(seeds)) < len(seeds) else ""


def _answers(
    metric: str, reads: Reads | None, sample: Sample, trial: Trial
) -> tuple[list[Answer], Score | None]:
    """Return what each draw answers, or the score of a trial in which nothing can be compared."""
    for one in trial.exchanges:
        if why := broken(one.response):
            return [], Score(metric=metric, value=None, outcome="infra_error", why=why)
    if len(trial.exchanges) < 2:
        return [], Score(metric=metric, value=None, outcome="unparsed", why="a single draw")
    if why := copies(trial.exchanges):
        return [], Score(metric=metric, value=None, outcome="unparsed", why=why)
    return [_answer(reads, sample, trial, place) for place in range(len(trial.exchanges))], None


def _scored(
    metric: str, value: float, answers: Sequence[Answer], shown: str | None = None
) -> Score:
    """Return the score of the draws; where none was read it is 0, with the last one's outcome."""
    outcome: Outcome = "right" if value == 1.0 else "wrong"
    if all(one is None for one, _ in answers):
        return Score(metric=metric, value=0.0, outcome=answers[-1][1], why="no draw was read")
    return Score(metric=metric, value=value, outcome=outcome, extracted=shown)


def _answer(reads: Reads | None, sample: Sample, trial: Trial, place: int) -> Answer:
    if reads is not None:
        score = graded(reads, sample, trial, place)
        return score.extracted if score.value is not None else None, score.outcome
    exchange = trial.exchanges[place]
    found = told(sample, exchange)
    if found.label == "abstained":
        return ABSTAINS, "refused"
    if found.said.kind != "given":
        return None, "truncated" if found.cut_off else "unparsed"
    if found.label == "correct":
        return " ".join(words(sample.accepted[0])), "right"
    return " ".join(words(found.said.text)), "wrong"
