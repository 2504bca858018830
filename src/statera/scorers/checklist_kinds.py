"""CheckList's kinds of tests: minimum functionality, invariance, directional expectation.

Ribeiro et al., Beyond Accuracy: Behavioral Testing of NLP Models with CheckList, ACL 2020
(https://arxiv.org/abs/2005.04118).

A trial asks one test: exchange k is the test's arm k, in the field `arms`. A `minimum` test has one
arm and a right answer; an `invariance` test must have the same answer in every arm; of a
`directional` one the second answer must lie where `expect` says: `higher` than the first, `lower`,
or `different`. Options are compared by their places, so that a swap of names is no other answer.
"""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from statera.records.samples import Sample
from statera.records.scores import Score
from statera.records.trials import Trial
from statera.scorers.arms import answered, event, graded, missing, unanswered, undrawn
from statera.scorers.choice_or_number import ChoiceOrNumber
from statera.scorers.perturbation import meant
from statera.scorers.rules import Rule

KIND, ARMS, EXPECT = "kind", "arms", "expect"
"""The fields of a sample that say what test it is."""

KINDS = ("minimum", "invariance", "directional")

_ANY = "0"


class Tested(Rule, frozen=True, kw_only=True):
    """What the scores of a test share: what they need of a sample."""

    def lacks(self, sample: Sample) -> str:
        """Return why the sample is no test, or an empty text."""
        arms, kind = sample.fields.get(ARMS), sample.fields.get(KIND)
        if kind not in KINDS:
            return f"`{KIND}` is {kind!r}. Allowed: {', '.join(KINDS)}"
        whole = isinstance(arms, list | tuple) and arms
        if not whole or not all(isinstance(arm, dict) and arm.get("ask") for arm in arms or ()):
            return f"no column `{ARMS}`. Allowed: a list of arms, each with `ask`"
        if kind == "directional" and (len(arms or ()) != 2 or not sample.fields.get(EXPECT)):
            return f"a directional test needs two `{ARMS}` and `{EXPECT}`"
        return ""


class CasePassed(Tested, frozen=True, kw_only=True, tag="test_passed"):
    """Right where the test is passed, whatever its kind.

    Without an answer in some arm the outcome is that arm's: the test is not passed.
    """

    version = "1"
    default_metric = "passed"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return right or wrong, or why an answer lacks."""
        return _tested(self.metric, sample, trial, good=True)


class CaseFailed(Tested, frozen=True, kw_only=True, tag="test_failed"):
    """1 where a test of the kind fails, of those with an answer in every arm."""

    version = "1"
    better = "lower"

    kind: str

    @property
    def metric(self) -> str:
        """`KIND_failure`."""
        return self.name or f"{self.kind}_failure"

    def score(self, sample: Sample, trial: Trial) -> Score:
        """Return 1 for a failure, 0 for none; tests of other kinds have no score."""
        if sample.fields[KIND] != self.kind:
            return undrawn(self.metric, f"of kind {sample.fields[KIND]}")
        return _tested(self.metric, sample, trial, good=False)


def _tested(metric: str, sample: Sample, trial: Trial, *, good: bool) -> Score:
    """Return 1 for a passed test where `good`, else for a failed one."""
    arms = [as_asked(sample, place) for place in range(len(sample.fields[ARMS]))]
    found = [graded(ChoiceOrNumber(), arm, trial, place) for place, arm in enumerate(arms)]
    if (broken := missing(metric, trial)).outcome == "infra_error":
        return broken
    if lacking := [one for one in found if not answered(one)]:
        return unanswered(metric, lacking[0])
    said = [meant(arm, one, ChoiceOrNumber()) or "" for arm, one in zip(arms, found, strict=True)]
    passed = _passed(sample, found, said)
    score = event(metric, passed == good, found[-1], good=good)
    shown = zip(arms, said, strict=True)
    told = " | ".join(arm.choices[int(one)] if arm.choices else one for arm, one in shown)
    return msgspec.structs.replace(
        score, extracted=told, span=None, why=f"{sample.fields[KIND]}: {told}"
    )


def as_asked(sample: Sample, place: int) -> Sample:
    """Return the test as the arm asks it, with its text and options.

    Where no number is the right one, any is read: what is compared are the arms.
    """
    arm = sample.fields[ARMS][place]
    choices = tuple(arm.get("choices") or sample.choices)
    wanted = sample.reference if choices or sample.reference else _ANY
    return msgspec.structs.replace(sample, input=arm["ask"], choices=choices, reference=wanted)


def _passed(sample: Sample, found: Sequence[Score], said: Sequence[str]) -> bool:
    kind, expect = sample.fields[KIND], sample.fields.get(EXPECT)
    if kind == "minimum":
        return found[0].outcome == "right"
    if kind == "invariance":
        return len(set(said)) == 1
    if expect == "different":
        return said[0] != said[1]
    before, after = map(Fraction, said[:2])
    return after > before if expect == "higher" else after < before
