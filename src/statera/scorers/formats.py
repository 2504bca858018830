"""One question in several formats: an exchange a format, each a conversation of its own.

Which formats a sample was asked in, and in which order, its field `formats` says. Answers are
compared by what they mean: a letter, a number or a text in a list all name an option.

| score | what |
|---|---|
| `format_accuracy` | the share of formats with a right answer; none is not right |
| `format_worst` | 1 where the answer is right in every format |
| `format_agreement` | the share of pairs of formats with the same answer |
| `in_format` | right in one format |

FormatSpread: Sclar et al., ICLR 2024, https://arxiv.org/abs/2310.11324.
"""

from collections.abc import Sequence
from itertools import combinations

import msgspec

from statera.records.samples import Sample
from statera.records.scores import Outcome, Score
from statera.records.trials import Trial
from statera.scorers.arms import Reads, answered, graded, named, unanswered, undrawn
from statera.scorers.choice import Choice
from statera.scorers.choice_or_number import ChoiceOrNumber
from statera.scorers.number import Number
from statera.scorers.reading.choice import ALPHABET
from statera.scorers.rules import Rule

FORMATS = "formats"
"""The field of a sample that lists the formats it is asked in, in their order."""


class Shape(msgspec.Struct, frozen=True):
    """A format as far as a reader must know it: its name, and the options' labels."""

    name: str
    labels: str = ALPHABET


class FormRule(Rule, frozen=True, kw_only=True):
    """What the scores of formats share: all formats that there are, and how answers are read."""

    shapes: tuple[Shape, ...] = ()
    reads: Reads = ChoiceOrNumber()

    def lacks(self, sample: Sample) -> str:
        """Return why the sample's formats are not known, or an empty text."""
        names = sample.fields.get(FORMATS)
        if not isinstance(names, list | tuple) or not names:
            return f"no column `{FORMATS}`. Allowed: a list of names of formats"
        known = [shape.name for shape in self.shapes]
        spare = [str(name) for name in names if name not in known]
        told = ", ".join(known) or "none"
        return f"format '{spare[0]}' is none of `shapes`: {told}" if spare else ""

    def arms(self, sample: Sample, trial: Trial) -> list[Score]:
        """Return the score of each format that the sample is asked in; plumbing's alone if any."""
        labels = {shape.name: shape.labels for shape in self.shapes}
        found = [
            graded(reader(self.reads, sample, labels[name]), sample, trial, place)
            for place, name in enumerate(sample.fields[FORMATS])
        ]
        broken = [one for one in found if one.outcome == "infra_error"]
        return broken[:1] or found

    def said(self, sample: Sample, arms: Sequence[Score]) -> list[str | None]:
        """Return the answer of each format, an option by its place."""
        labels = {shape.name: shape.labels for shape in self.shapes}
        names = sample.fields[FORMATS]
        return [meant(one, sample, labels[n]) for n, one in zip(names, arms, strict=True)]


class FormatAccuracy(FormRule, frozen=True, kw_only=True, tag="format_accuracy"):
    """The share of formats with a right answer, in [0, 1].

    `right` where all are. As in accuracy a format without an answer is not right: where there is no
    answer in any, the value is 0 and the outcome that of the first format.
    """

    version = "1"
    better = "higher"
    graded = True
    default_metric = "accuracy"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the mean over the formats."""
        arms = self.arms(sample, trial)
        if arms[0].outcome == "infra_error":
            return unanswered(self.metric, arms[0])
        right = sum(one.outcome == "right" for one in arms)
        why = f"right in {right} of {len(arms)} formats"
        return Score(
            metric=self.metric,
            value=right / len(arms),
            outcome=_outcome(arms, right),
            why=why,
            extracted=", ".join(one or "-" for one in self.said(sample, arms)),
        )


class FormatWorst(FormRule, frozen=True, kw_only=True, tag="format_worst"):
    """1 where the answer is right in every format, else 0."""

    version = "1"
    better = "higher"
    default_metric = "format_worst"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return 1 or 0, and in `why` the formats that it failed in."""
        arms = self.arms(sample, trial)
        if arms[0].outcome == "infra_error":
            return unanswered(self.metric, arms[0])
        names = sample.fields[FORMATS]
        failed = [n for n, one in zip(names, arms, strict=True) if one.outcome != "right"]
        why = f"not right in {', '.join(failed)}" if failed else ""
        outcome = _outcome(arms, len(arms) - len(failed))
        return Score(metric=self.metric, value=float(not failed), outcome=outcome, why=why)


class FormatAgreement(FormRule, frozen=True, kw_only=True, tag="format_agreement"):
    """The share of pairs of formats with the same answer, of pairs where either has one.

    An answer beside none is no agreement. Without any answer there is no score. `right` where all
    agree, whether they are right or not.
    """

    version = "1"
    better = "higher"
    graded = True
    default_metric = "format_agreement"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return the share of pairs that agree."""
        arms = self.arms(sample, trial)
        if not any(map(answered, arms)):
            return unanswered(self.metric, arms[0])
        said = self.said(sample, arms)
        pairs = [pair for pair in combinations(said, 2) if pair != (None, None)]
        same = sum(one == other for one, other in pairs)
        value = same / len(pairs) if pairs else 1.0
        outcome: Outcome = "right" if value == 1 else "wrong"
        why = f"{len({one for one in said if one is not None})} answers"
        return Score(metric=self.metric, value=value, outcome=outcome, why=why)


class InFormat(FormRule, frozen=True, kw_only=True, tag="in_format"):
    """Right in the one format that is named; without an answer it is not."""

    version = "1"
    better = "higher"

    format: str

    @property
    def metric(self) -> str:
        """`format_NAME`."""
        return self.name or f"format_{self.format}"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong; an item that was not asked so has no score."""
        names = sample.fields[FORMATS]
        if self.format not in names:
            return undrawn(self.metric, f"not asked as {self.format}")
        shape = next(shape for shape in self.shapes if shape.name == self.format)
        reads = reader(self.reads, sample, shape.labels)
        found = graded(reads, sample, trial, list(names).index(self.format))
        if found.outcome == "infra_error":
            return named(self.metric, found)
        value = float(found.outcome == "right")
        return msgspec.structs.replace(found, metric=self.metric, value=value)


def reader(reads: Reads, sample: Sample, labels: str) -> Reads:
    """Return how an answer is read where options have these labels.

    A number is asked for without `####`: who reads only what follows that reads what is stated.
    """
    if sample.choices:
        return Choice(labels=labels)
    if isinstance(reads, Number) and reads.form == "strict":
        return Number(form="stated", tolerance=reads.tolerance)
    return Number() if isinstance(reads, ChoiceOrNumber) else reads


def meant(score: Score, sample: Sample, labels: str = ALPHABET) -> str | None:
    """Return the answer that was read, an option by its place: "2". None without one."""
    if score.extracted is None or not answered(score):
        return None
    return str(labels.index(score.extracted)) if sample.choices else score.extracted


def _outcome(arms: Sequence[Score], right: int) -> Outcome:
    if right == len(arms):
        return "right"
    return "wrong" if any(map(answered, arms)) else arms[0].outcome
