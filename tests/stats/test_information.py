"""How far verdicts tell labels: known answers, judges without information, the labels it takes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.stats.information import accuracy_of, information
from statera.stats.rogangladen import Accuracy, information_interval

LABELS = [1.0] * 60 + [0.0] * 40


def verdicts(hits: int, clear: int) -> list[float]:
    return [1.0] * hits + [0.0] * (60 - hits) + [0.0] * clear + [1.0] * (40 - clear)


def test_a_yes_or_no_gives_youdens_index_with_newcombes_interval() -> None:
    measured = information(LABELS, verdicts(54, 30))
    accuracy = Accuracy(54, 60, 30, 40)
    assert accuracy_of(np.array(LABELS), np.array(verdicts(54, 30))) == accuracy
    assert measured.value == pytest.approx(54 / 60 + 30 / 40 - 1)
    assert (measured.low, measured.high) == information_interval(accuracy)
    assert measured.shown


@pytest.mark.parametrize(("hits", "clear"), [(30, 20), (60, 0), (0, 40), (6, 4), (33, 20)])
def test_a_coin_a_constant_and_a_judge_that_turns_it_round_are_not_shown(
    hits: int, clear: int
) -> None:
    assert not information(LABELS, verdicts(hits, clear)).shown


def test_constant_verdicts_and_constant_labels_measure_nothing() -> None:
    constant = information(LABELS, [1.0] * 100)
    assert (constant.value, constant.shown, constant.constant) == (None, False, True)
    assert "same verdict" in constant.method
    alike = information([1.0] * 50, [1.0] * 49 + [0.0])
    assert (alike.value, alike.shown, alike.constant) == (None, False, False)
    assert "same label" in alike.method
    assert information([], []).method == "0 labels"


def test_the_labels_it_takes_show_it_were_the_value_true() -> None:
    few = information(LABELS, verdicts(39, 20))
    assert not few.shown
    assert few.needed is not None
    times = -(-few.needed // 100)
    assert information(LABELS * times, verdicts(39, 20) * times).shown
    assert not information(LABELS * (times // 2), verdicts(39, 20) * (times // 2)).shown
    assert information(LABELS, verdicts(30, 20)).needed is None
    assert information(LABELS, verdicts(6, 4)).needed is None


def test_grades_give_pearsons_correlation_and_fishers_interval_about() -> None:
    rng = np.random.default_rng(3)
    labels = rng.normal(0.5, 0.1, 400)
    said = 0.5 * labels + rng.normal(0, 0.087, 400)
    measured = information(labels.tolist(), said.tolist())
    assert measured.value == pytest.approx(float(np.corrcoef(labels, said)[0, 1]))
    centre, step = np.arctanh(measured.value or 0), 1.96 / np.sqrt(397)
    assert measured.low == pytest.approx(np.tanh(centre - step), abs=0.02)
    assert measured.high == pytest.approx(np.tanh(centre + step), abs=0.02)


def test_copies_of_an_item_in_one_cluster_tell_nothing_more() -> None:
    rng = np.random.default_rng(4)
    labels = rng.integers(1, 6, 60) / 5
    said = np.clip(labels + rng.normal(0, 0.4, 60), 0, 1)
    plain = information(labels.tolist(), said.tolist())
    copied = information([*labels] * 4, [*said] * 4, clusters=[*range(60)] * 4)
    assert (copied.value, copied.low) == pytest.approx((plain.value, plain.low))


def test_labels_in_few_clusters_measure_nothing() -> None:
    measured = information([0.0, 0.5, 1.0] * 20, [0.1, 0.5, 0.9] * 20, clusters=[0, 1, 2] * 20)
    assert (measured.value, measured.shown) == (None, False)
    assert "3 clusters" in measured.method


@given(st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 5]))
def test_perfect_grades_are_shown_and_constant_or_reversed_ones_never(
    seed: int, levels: int
) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, levels, 80) / (levels - 1)
    assert information(labels.tolist(), labels.tolist()).shown
    assert not information(labels.tolist(), [0.5] * 80).shown
    assert not information(labels.tolist(), (1 - labels).tolist()).shown


def test_guessed_grades_pass_for_more_than_chance_no_oftener_than_the_level_says() -> None:
    rng = np.random.default_rng(5)
    shown = 0
    for _ in range(400):
        labels, said = rng.integers(0, 5, (2, 40)) / 4
        shown += information(labels.tolist(), said.tolist()).shown
    assert shown <= 20  # at most 2.5 %, 10, are expected


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="2 labels for 1 verdicts"):
        information([1.0, 0.0], [1.0])
    with pytest.raises(ValueError, match="labels must be numbers"):
        information([float("nan")], [1.0])
