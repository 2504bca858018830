from statera.metrics.passk import PassAt
from statera.records.scores import Score

RIGHT = Score(metric="pass", value=1.0, outcome="right")
WRONG = Score(metric="pass", value=0.0, outcome="wrong")
FAILED = Score(metric="pass", value=None, outcome="infra_error")


def test_counts_tries_that_got_through() -> None:
    assert PassAt(score="pass", k=2).item([RIGHT, WRONG, FAILED]) == (1.0, 1.0)
    assert PassAt(score="pass", k=1).item([RIGHT, WRONG, FAILED]) == (0.5, 1.0)


def test_too_few_tries_are_no_value() -> None:
    assert PassAt(score="pass", k=3).item([RIGHT, WRONG, FAILED]) is None
