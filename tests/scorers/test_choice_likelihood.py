"""Multiple choice by log-likelihood: sums, and the three ways to normalise them."""

import math

import pytest

from statera.records.responses import Failure, Response
from statera.records.samples import Sample
from statera.scorers.choice_likelihood import ChoiceLikelihood, Normalise
from tests.scorers.replies import likelihoods, trial

SAMPLE = Sample(id="q", input="?", choices=("ab", "abcdefgh", "éé"), answer=1)


@pytest.mark.parametrize(
    ("normalise", "metric", "best"),
    [("none", "acc", "A"), ("characters", "acc_norm", "B"), ("bytes", "acc_bytes", "B")],
)
def test_normalising_changes_the_prediction(normalise: Normalise, metric: str, best: str) -> None:
    score = ChoiceLikelihood(normalise=normalise).score(SAMPLE, likelihoods(-2.0, -4.0, -3.0))
    assert (score.metric, score.extracted) == (metric, best)
    assert score.outcome == ("right" if best == "B" else "wrong")


def test_tokens_are_the_endpoints_own() -> None:
    given = likelihoods(-2.0, -4.0, -3.0, tokens=(1, 4, 1))
    assert ChoiceLikelihood(normalise="tokens").score(SAMPLE, given).extracted == "B"


def test_bytes_are_not_characters() -> None:
    given = likelihoods(-4.0, -9.0, -3.6)
    assert ChoiceLikelihood(normalise="characters").score(SAMPLE, given).extracted == "B"
    assert ChoiceLikelihood(normalise="bytes").score(SAMPLE, given).extracted == "C"


def test_of_equal_choices_the_first_counts() -> None:
    assert ChoiceLikelihood().score(SAMPLE, likelihoods(-1.0, -1.0, -1.0)).extracted == "A"


def test_a_choice_that_is_impossible_is_not_chosen() -> None:
    assert ChoiceLikelihood().score(SAMPLE, likelihoods(-math.inf, -9.0, -math.inf)).value == 1.0


@pytest.mark.parametrize("sums", [(-1.0, -2.0), (-1.0, math.nan, -1.0)])
def test_incomplete_log_likelihoods_are_no_answer(sums: tuple[float, ...]) -> None:
    score = ChoiceLikelihood().score(SAMPLE, likelihoods(*sums))
    assert (score.outcome, score.value) == ("unparsed", None)


def test_a_prompt_that_did_not_fit_is_truncated() -> None:
    failed = Response(failure=Failure(kind="truncated", message="too long"))
    assert ChoiceLikelihood().score(SAMPLE, trial(failed)).outcome == "truncated"
