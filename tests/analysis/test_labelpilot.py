import numpy as np
import pytest

from statera.analysis.frame import Frame
from statera.analysis.labelpilot import label_basis, label_basis_of_difference
from statera.analysis.pairing import Pairing
from statera.metrics.judged import JudgedMean
from statera.records.parts import Part
from tests.verdicts_made import JUDGED, OWN, PEOPLE, judged_frame, standing


def made(labels: int, *, noise: float = 0.3, size: int = 300, seed: int = 0) -> Frame:
    """Return replies of random worth, a judge that errs, and so many labels, which do not."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 5, size) / 4
    verdicts = np.clip(
        truth + rng.choice([-0.25, 0, 0.25], size) * (rng.random(size) < noise), 0, 1
    )
    return judged_frame(verdicts.tolist(), truth[:labels].tolist())


def test_labels_by_people_are_the_pilot() -> None:
    basis = label_basis(made(100), "quality", standing(None))
    assert basis is not None
    assert (basis.by, basis.known.labels, basis.known.items) == ("people", 100, 300)
    assert basis.correlation > 0.9
    assert basis.bounds is not None
    assert basis.bounds[0] < basis.correlation < basis.bounds[1] + 0.01


def test_a_few_labels_are_no_pilot() -> None:
    basis = label_basis(made(10), "quality", standing(None), correlation=0.6)
    assert basis is not None
    assert (basis.by, basis.few) == ("", 10)
    assert basis.correlation == pytest.approx(0.6)
    assert basis.bounds is None


def test_without_labels_they_are_supposed() -> None:
    basis = label_basis(made(0), "quality", standing(labelled=None))
    assert basis is not None
    assert (basis.by, basis.few, basis.correlation) == ("", 0, 0.5)
    assert basis.raw == pytest.approx(np.mean(made(0).column("quality").values))


def test_verdicts_that_are_all_the_same_are_no_plan() -> None:
    assert label_basis(judged_frame([1.0] * 50), "quality", standing(labelled=None)) is None


def staged() -> Frame:
    """Return a judge's verdicts with those of a second one in the place of people's."""
    return made(80)


PARTS = {"quality_people": Part(of="quality", share=0.25, items={"t": 300})}
"""A second judge whose scores stand where the made frame has people's."""


def test_a_second_judge_counts_where_it_is_asked_for_and_people_said_nothing() -> None:
    alone = label_basis(staged(), "quality", standing(labelled=None))
    assert alone is not None
    assert alone.by == ""
    basis = label_basis(staged(), "quality", standing(labelled=None), parts=PARTS)
    assert basis is not None
    assert (basis.by, basis.known.labels) == ("quality_people", 80)
    with_people = label_basis(staged(), "quality", standing(None), parts=PARTS)
    assert with_people is not None
    assert with_people.by == "people"


def test_a_part_of_a_metric_that_is_not_there_is_passed_over() -> None:
    parts = {"gone": Part(of="quality", share=0.25, items={"t": 300})}
    basis = label_basis(staged(), "quality", standing(labelled=None), parts=parts)
    assert basis is not None
    assert basis.by == ""


def test_a_difference_needs_labels_on_both_sides() -> None:
    pair = Pairing.of(made(100), made(60, seed=1))
    both = label_basis_of_difference(pair, "quality", (standing(None), standing(None, run="r2")))
    assert both is not None
    assert (both.by, both.known.labels) == ("people", 60)
    one = label_basis_of_difference(
        pair, "quality", (standing(None), standing(labelled=None, run="r2"))
    )
    assert one is not None
    assert (one.by, one.few) == ("", 0)


def test_items_without_a_counterpart_are_none() -> None:
    empty = Pairing.of(made(0), Frame("t", [*OWN, *JUDGED, *PEOPLE]))
    assert label_basis_of_difference(empty, "quality", (standing(), standing())) is None


def test_what_it_reads_of_is_the_metric_itself() -> None:
    frame = judged_frame(
        [1.0, 0.0] * 40, metrics=(*OWN, JudgedMean(score="quality")), labels=[1.0] * 40
    )
    basis = label_basis(frame, "quality", standing(None))  # the people's metric is not there
    assert basis is not None
    assert basis.by == ""
