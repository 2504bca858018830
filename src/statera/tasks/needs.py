"""What a scorer needs of a task, checked where the two meet: a task's file, `statera score`."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from statera.errors import DeclarationError
from statera.graders.code import CodeTests
from statera.protocols import Grader, Scorer
from statera.records.samples import Sample
from statera.records.specs import Mode
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.scorers.contains import Contains
from statera.scorers.exact import Exact
from statera.scorers.first_choices import FirstChoices
from statera.scorers.number import Number
from statera.scorers.overlap import Overlap
from statera.scorers.rules import Rule
from statera.scorers.true_mass import TrueMass

_LIKELIHOOD = (ChoiceLikelihood, FirstChoices, TrueMass)


class Given(NamedTuple):
    """What a task has: how it asks, choices, a reference, tests of code."""

    mode: Mode
    choices: bool
    reference: bool
    tests: bool = True


def check_needs(scorer: Scorer | Grader, given: Given, where: str) -> None:
    """Raise DeclarationError when the task lacks what the scorer needs; `where` begins it."""
    likelihood = isinstance(scorer, _LIKELIHOOD)
    if likelihood != (given.mode == "loglikelihood"):
        mode = "loglikelihood" if likelihood else "generate"
        raise DeclarationError(f"{where}: '{scorer.metric}' needs `mode: {mode}`")
    if isinstance(scorer, Choice) and not given.choices:
        raise DeclarationError(f"{where}: '{scorer.metric}' needs `choices`")
    if reads_reference(scorer) and not given.reference:
        raise DeclarationError(f"{where}: '{scorer.metric}' needs `reference` or `references`")
    if reads_tests(scorer) and not given.tests:
        raise DeclarationError(f"{where}: '{scorer.metric}' needs a column `test`")


def check_samples(
    scorers: Iterable[Scorer | Grader], samples: Sequence[Sample], where: str
) -> None:
    """Raise DeclarationError for the first sample that lacks what a scorer reads of it."""
    for scorer in scorers:
        if isinstance(scorer, Rule):
            for sample in samples:
                if lack := scorer.lacks(sample):
                    raise DeclarationError(f"{where}: '{scorer.metric}': {sample.id}: {lack}")


def reads_reference(scorer: Scorer | Grader) -> bool:
    """Return True when the scorer has nothing to compare with but the sample's references."""
    if isinstance(scorer, Exact):
        return scorer.value is None
    if isinstance(scorer, Contains):
        return not (scorer.all or scorer.any or scorer.none)
    return isinstance(scorer, Number | Overlap)


def reads_number(scorer: Scorer | Grader) -> bool:
    """Return True when the scorer compares with a reference that must be a number."""
    return isinstance(scorer, Number)


def reads_tests(scorer: Scorer | Grader) -> bool:
    """Return True when the scorer runs the sample's tests."""
    return isinstance(scorer, CodeTests)
