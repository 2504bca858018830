import pytest

from statera.metrics.passk import GPass, PassAt, PassHat, WorstOf
from statera.records.scores import Score
from statera.stats.results import ItemValue

RIGHT = Score(metric="pass", value=1.0, outcome="right")
WRONG = Score(metric="pass", value=0.0, outcome="wrong")
FAILED = Score(metric="pass", value=None, outcome="infra_error")
REFUSED = Score(metric="pass", value=None, outcome="refused")


def graded(*values: float | None) -> list[Score]:
    return [Score(metric="f1", value=value, outcome="wrong") for value in values]


def test_counts_tries_that_got_through() -> None:
    assert PassAt(score="pass", k=2).item([RIGHT, WRONG, FAILED]) == (1.0, 1.0)
    assert PassAt(score="pass", k=1).item([RIGHT, WRONG, FAILED]) == (0.5, 1.0)


def test_all_of_k_must_be_right_and_a_refusal_is_not() -> None:
    assert PassHat(score="pass", k=2).item([RIGHT, RIGHT, REFUSED]) == ItemValue(1 / 3)
    assert PassHat(score="pass", k=2).item([RIGHT, RIGHT, FAILED]) == (1.0, 1.0)


def test_a_share_of_k_must_be_right() -> None:
    tries = [RIGHT, RIGHT, WRONG, WRONG]
    assert GPass(score="pass", k=4, tau=0.5).item(tries) == (1.0, 1.0)
    assert GPass(score="pass", k=4, tau=0.75).item(tries) == (0.0, 1.0)


def test_the_worst_of_graded_tries_leaves_out_what_is_absent() -> None:
    assert WorstOf(score="f1", k=2).item(graded(0.9, None, 0.3)) == ItemValue(0.3)
    assert WorstOf(score="f1", k=1).item(graded(0.75, None, 0.25)) == ItemValue(0.5)


@pytest.mark.parametrize(
    "metric",
    [PassAt(score="p", k=3), PassHat(score="p", k=3), GPass(score="p", k=3, tau=1.0)],
)
def test_too_few_tries_are_no_value(metric: PassAt | PassHat | GPass) -> None:
    assert metric.item([RIGHT, WRONG, FAILED]) is None


def test_too_few_values_are_no_worst_one() -> None:
    assert WorstOf(score="f1", k=3).item(graded(0.9, None, 0.3)) is None


def test_names_say_how_many_and_which_share() -> None:
    assert PassHat(score="p", k=4).name == "pass^4"
    assert GPass(score="p", k=5, tau=0.6).name == "g_pass@5(0.6)"
    assert WorstOf(score="f1", k=2).name == "worst@2"


def test_any_and_all_of_k_are_shown_beside_each_other() -> None:
    assert PassAt(score="p", k=3).counter == "pass^3"
    assert PassHat(score="p", k=3).counter == "pass@3"
    assert PassAt(score="p", k=1).counter is PassHat(score="p", k=1).counter is None
    assert WorstOf(score="f1", k=2).counter == "f1"
