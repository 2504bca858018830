"""A scorer and a task that do not fit are told before anything is graded."""

import re

import pytest

from statera.errors import DeclarationError
from statera.graders.code import CodeTests
from statera.protocols import Grader, Scorer
from statera.records.samples import Sample
from statera.scorers.attribution import KnowsAuthor
from statera.scorers.choice import Choice
from statera.scorers.choice_likelihood import ChoiceLikelihood
from statera.scorers.contains import Contains
from statera.scorers.decided import Agreed
from statera.scorers.exact import Exact
from statera.scorers.harm import AttackSuccess, Decoded
from statera.scorers.hinted import FollowsHint
from statera.scorers.never_omit import NeverOmit
from statera.scorers.number import Number
from statera.scorers.over_refusal import OverRefusalAny
from statera.scorers.stance import NamesFlaw
from statera.tasks.needs import (
    Given,
    check_needs,
    check_samples,
    reads_number,
    reads_reference,
    reads_tests,
)

OPEN = Given("generate", choices=False, reference=False, tests=False)


@pytest.mark.parametrize(
    ("scorer", "given", "message"),
    [
        (ChoiceLikelihood(), OPEN, "'acc' needs `mode: loglikelihood`"),
        (Exact(value="x"), OPEN._replace(mode="loglikelihood"), "'exact' needs `mode: generate`"),
        (Choice(), OPEN, "'accuracy' needs `choices`"),
        (Exact(), OPEN, "'exact' needs `reference` or `references`"),
        (Number(), OPEN, "'accuracy' needs `reference` or `references`"),
        (CodeTests(), OPEN, "'pass' needs a column `test`"),
    ],
)
def test_what_a_scorer_lacks_is_told(scorer: Scorer | Grader, given: Given, message: str) -> None:
    with pytest.raises(DeclarationError, match=f"^here: {message}"):
        check_needs(scorer, given, "here")


@pytest.mark.parametrize(
    ("scorer", "given"),
    [
        (Exact(value="x"), OPEN),
        (Contains(any=("x",)), OPEN),
        (Exact(), OPEN._replace(reference=True)),
        (Choice(), OPEN._replace(choices=True)),
        (ChoiceLikelihood(), OPEN._replace(mode="loglikelihood")),
        (CodeTests(), OPEN._replace(tests=True)),
    ],
)
def test_what_fits_is_let_through(scorer: Scorer | Grader, given: Given) -> None:
    check_needs(scorer, given, "here")


def test_what_a_scorer_reads() -> None:
    assert reads_reference(Contains())
    assert not reads_reference(Contains(none=("x",)))
    assert reads_number(Number())
    assert not reads_number(Exact())
    assert reads_tests(CodeTests())


def test_a_sample_that_does_not_state_what_must_not_be_omitted_is_told() -> None:
    scorer = NeverOmit(concept="latex allergy", synonyms=("latex",), relation="allergy")
    check_samples((Exact(value="x"), scorer), [Sample(id="a", input="Latex allergy.")], "here")
    with pytest.raises(
        DeclarationError, match=r"^here: 'never_omit': b: the prompt does not state"
    ):
        check_samples((scorer,), [Sample(id="b", input="Latex gloves.")], "here")


@pytest.mark.parametrize(
    ("scorer", "message"),
    [
        (NamesFlaw(), "no column `signs`"),
        (KnowsAuthor(), "`author` is no list of texts"),
        (FollowsHint(), "no column `wrong_hint`"),
        (Decoded(), "no column `control`"),
        (AttackSuccess(arm=0, control=1), "no column `control`"),
        (OverRefusalAny(), "the column `group` is 'None'. Allowed: safe, unsafe"),
        (Agreed(), "the reference is 'x'. Allowed: approve, refuse"),
    ],
)
def test_a_column_that_a_scorer_reads_is_wanted_before_anything_is_asked(
    scorer: Scorer, message: str
) -> None:
    bare = Sample(id="s", input="?", reference="x", fields={"author": "Donne"})
    with pytest.raises(DeclarationError, match=re.escape(f"here: '{scorer.metric}': s: {message}")):
        check_samples((scorer,), [bare], "here")
    check_samples((AttackSuccess(),), [bare], "here")
