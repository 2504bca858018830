"""TruthfulQA MC2."""

import math

import pytest

from statera.records.samples import Sample
from statera.scorers.true_mass import TrueMass, true_mass
from tests.scorers.replies import likelihoods


def sample(*labels: int) -> Sample:
    return Sample(id="q", input="?", choices=("a", "b", "c"), fields={"labels": list(labels)})


def test_the_mass_is_the_normalised_share_of_true_answers() -> None:
    sums = [math.log(0.1), math.log(0.2), math.log(0.1)]
    assert true_mass(sums, [1, 0, 1]) == pytest.approx(0.5)
    score = TrueMass().score(sample(1, 1, 0), likelihoods(*sums))
    assert score.value == pytest.approx(0.75)
    assert (score.metric, score.outcome) == ("mc2", "right")


def test_half_the_mass_is_not_more_than_half() -> None:
    assert TrueMass().score(sample(1, 0, 0), likelihoods(-1.0, -1.0, -math.inf)).outcome == "wrong"


def test_tiny_likelihoods_do_not_vanish() -> None:
    assert true_mass([-5000.0, -5001.0], [1, 0]) == pytest.approx(1 / (1 + math.exp(-1)))


def test_all_impossible_or_without_labels_is_no_answer() -> None:
    impossible = likelihoods(-math.inf, -math.inf, -math.inf)
    assert TrueMass().score(sample(1, 0, 0), impossible).outcome == "unparsed"
    unlabelled = Sample(id="q", input="?", choices=("a", "b", "c"))
    assert TrueMass().score(unlabelled, likelihoods(-1.0, -1.0, -1.0)).outcome == "unparsed"
