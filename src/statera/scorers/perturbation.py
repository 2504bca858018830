"""A question and the same one perturbed: exchange 0 as it stands, then one exchange a change.

Which changes a sample was asked with, and in which order, its field `perturbed` says; with other
`option_order`, the field of that name says which option stood at each place. `right` is 1 for a
right answer and 0 for a wrong one or none, so that the mean of `drop_NAME` is the accuracy as it
stands less the accuracy perturbed, over the items that were answered at least once.

In the words of CheckList (Ribeiro et al., ACL 2020, https://arxiv.org/abs/2005.04118)
`changed_NAME` is the failure rate of an invariance test, `moves_NAME` the success rate of a
directional one.
"""

import msgspec

from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.arms import (
    Reads,
    answered,
    contrast,
    event,
    graded,
    named,
    unanswered,
    undrawn,
)
from statera.scorers.choice import Choice
from statera.scorers.choice_or_number import ChoiceOrNumber
from statera.scorers.reading.choice import ALPHABET
from statera.scorers.rules import Rule

PERTURBED = "perturbed"
"""The field of a sample that lists what it is asked with after the plain question, in order."""

ORDER = "option_order"
"""The field with the option, counted from 0, that stands at each place; the change's name too."""


class Perturbation(Rule, frozen=True, kw_only=True):
    """What the scores share: the name of the change, and how answers are read."""

    change: str
    reads: Reads = ChoiceOrNumber()

    def lacks(self, sample: Sample) -> str:
        """Return why it is not known what the sample was asked with, or an empty text."""
        names = sample.fields.get(PERTURBED)
        if not isinstance(names, list | tuple):
            return f"no column `{PERTURBED}`. Allowed: a list of names of changes"
        moved = sample.fields.get(ORDER)
        turned = isinstance(moved, list | tuple) and sorted(moved) == list(range(len(moved)))
        if ORDER in names and not (turned and len(moved or ()) == len(sample.choices)):
            return f"no column `{ORDER}`. Allowed: the options' numbers from 0, in their new order"
        return ""

    def arm(self, sample: Sample, trial: Trial) -> Score | None:
        """Return the score of the perturbed question, None where it was not to be asked so."""
        names = list(sample.fields.get(PERTURBED, ()))
        if self.change not in names:
            return None
        asked = as_turned(sample) if self.change == ORDER else sample
        return graded(self.reads, asked, trial, 1 + names.index(self.change))

    def said(self, sample: Sample, score: Score) -> str | None:
        """Return the answer of the perturbed question, an option by its place as it stood first."""
        found = meant(sample, score, self.reads)
        if self.change == ORDER and found is not None:
            return str(sample.fields[ORDER][int(found)])
        return found


class Perturbed(Perturbation, frozen=True, kw_only=True, tag="perturbed"):
    """Right when the perturbed question was answered rightly."""

    version = "1"
    better = "higher"

    @property
    def metric(self) -> str:
        """`perturbed_NAME`."""
        return self.name or f"perturbed_{self.change}"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong; without an answer it is 0."""
        found = self.arm(sample, trial)
        if found is None:
            return undrawn(self.metric, _NOT_ASKED)
        if found.outcome == "infra_error":
            return named(self.metric, found)
        value = float(found.outcome == "right")
        return msgspec.structs.replace(found, metric=self.metric, value=value)


class Drop(Perturbation, frozen=True, kw_only=True, tag="drop"):
    """Right as it stands minus right perturbed: -1, 0 or 1."""

    version = "1"
    better = "lower"
    lowest = -1.0

    @property
    def metric(self) -> str:
        """`drop_NAME`."""
        return self.name or f"drop_{self.change}"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the difference of the two arms; none where neither has an answer."""
        plain, found = graded(self.reads, sample, trial, 0), self.arm(sample, trial)
        if found is None:
            return undrawn(self.metric, _NOT_ASKED)
        for one in (plain, found):
            if one.outcome == "infra_error":
                return unanswered(self.metric, one)
        if not (answered(plain) or answered(found)):
            return unanswered(self.metric, found)
        value = float(plain.outcome == "right") - float(found.outcome == "right")
        why = f"as it stands: {plain.outcome}, {self.change}: {found.outcome}"
        return contrast(self.metric, value, better=-1, why=why)


class Changed(Perturbation, frozen=True, kw_only=True, tag="changed"):
    """1 where the answer became another one, right or wrong; of items with both answers.

    Options count by what they say: who keeps to a letter when the options move has changed.
    """

    version = "1"
    better = "lower"

    @property
    def metric(self) -> str:
        """`changed_NAME`."""
        return self.name or f"changed_{self.change}"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return 1 or 0, or why there are not two answers."""
        plain, found = graded(self.reads, sample, trial, 0), self.arm(sample, trial)
        if found is None:
            return undrawn(self.metric, _NOT_ASKED)
        for one in (plain, found):
            if not answered(one):
                return unanswered(self.metric, one)
        other = meant(sample, plain, self.reads) != self.said(sample, found)
        return event(self.metric, other, found, good=False)


class Moves(Perturbation, frozen=True, kw_only=True, tag="moves"):
    """1 where the answer moved with the meaning, of the items that were right as they stood."""

    version = "1"
    better = "higher"

    @property
    def metric(self) -> str:
        """`moves_NAME`."""
        return self.name or f"moves_{self.change}"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return 1 where the first answer, now wrong, was given up."""
        plain, found = graded(self.reads, sample, trial, 0), self.arm(sample, trial)
        if found is None:
            return undrawn(self.metric, _NOT_ASKED)
        if plain.outcome == "infra_error":
            return unanswered(self.metric, plain)
        if plain.outcome != "right":
            return undrawn(self.metric, "not right as it stands")
        if not answered(found):
            return unanswered(self.metric, found)
        return event(self.metric, found.outcome != "right", found, good=True)


def as_turned(sample: Sample) -> Sample:
    """Return the sample with its options as they stood after the move."""
    moved = list(sample.fields[ORDER])
    choices = tuple(sample.choices[place] for place in moved)
    answer = None if sample.answer is None else moved.index(sample.answer)
    return msgspec.structs.replace(sample, choices=choices, answer=answer)


def meant(sample: Sample, score: Score, reads: Reads) -> str | None:
    """Return the answer that was read, an option by its place: "2"; None without one."""
    if score.extracted is None:
        return None
    labels = reads.labels if isinstance(reads, Choice) else ALPHABET
    return str(labels.index(score.extracted)) if sample.choices else score.extracted


_NOT_ASKED = "not asked so: the change does nothing here, or would cost meaning"
