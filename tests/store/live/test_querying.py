import pytest

from statera.errors import DeclarationError
from statera.store.live.opening import LiveStore
from statera.store.live.querying import ANSWER_VALUES
from statera.store.live.wanted import WantedOutcome
from tests.store.live.made import wants


def test_an_outcome_that_no_answer_has_is_told(live: LiveStore) -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'latency'"):
        live.units(wants(latencies=WantedOutcome("mean", "answer", 0.0)))


def test_all_outcomes_of_answers_are_known() -> None:
    assert set(ANSWER_VALUES) == {
        "latency", "first_token", "tokens", "cost", "error", "blocked", "refusal",
    }  # fmt: skip
