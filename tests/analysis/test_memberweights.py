from typing import Any

import msgspec
import pytest

from statera.analysis.memberweights import measured_accuracy
from statera.analysis.standing import CALIBRATIONS, Known, MetricError
from statera.stats.carrying import MeanError
from statera.stats.votes import balanced_weight, vote_weight


def known(
    *,
    labels: int,
    differ: int,
    counts: tuple[int, int, int, int] | None = None,
    against: str = "",
    high: int = 5,
    run: str = "r",
) -> Known:
    mean = MeanError(
        value=0.0,
        variance=0.1,
        freedom=labels - 1.0,
        labels=labels,
        clusters=labels,
        differ=differ,
    )
    errors = {"quality": MetricError(mean=mean)}
    if counts is not None:
        errors["quality_good"] = MetricError(mean=mean, counts=counts)
    return Known(
        run=run, task="t", score="quality", low=1, high=high, against=against, errors=errors
    )


def environment(*entries: Known) -> dict[str, Any]:
    return {CALIBRATIONS: msgspec.to_builtins(entries)}


def test_who_was_never_measured_has_no_accuracy() -> None:
    assert measured_accuracy({}) is None
    assert (
        measured_accuracy(environment(Known(run="r", task="t", score="q", low=0, high=1))) is None
    )


def test_yes_and_no_go_before_the_very_same_level() -> None:
    found = measured_accuracy(environment(known(labels=100, differ=60, counts=(40, 50, 45, 50))))
    assert found is not None
    assert (found.right, found.labels, found.share) == (85, 100, 0.85)
    assert found.weight == balanced_weight((40, 50), (45, 50))


def test_measurements_of_several_runs_are_one() -> None:
    both = environment(
        known(labels=10, differ=2, counts=(4, 5, 4, 5)),
        known(labels=30, differ=6, counts=(12, 15, 12, 15), run="s"),
    )
    found = measured_accuracy(both)
    assert found is not None
    assert found.weight == balanced_weight((16, 20), (16, 20))


def test_labels_of_one_truth_only_say_how_often_it_was_right() -> None:
    found = measured_accuracy(environment(known(labels=20, differ=2, counts=(18, 20, 0, 0))))
    assert found is not None
    assert found.weight == vote_weight(18, 20, kinds=2)
    assert measured_accuracy(environment(known(labels=0, differ=0, counts=(0, 0, 0, 0)))) is None


@pytest.mark.parametrize(("against", "kinds"), [("other", 3), ("", 5)])
def test_else_it_is_how_often_it_said_the_very_same(against: str, kinds: int) -> None:
    found = measured_accuracy(environment(known(labels=100, differ=30, against=against)))
    assert found is not None
    assert (found.right, found.labels) == (70, 100)
    assert found.weight == vote_weight(70, 100, kinds=kinds)
