from typing import get_args

from statera.records.scores import OUTCOMES, Outcome


def test_every_outcome_is_listed_once() -> None:
    assert sorted(OUTCOMES) == sorted(get_args(Outcome))
