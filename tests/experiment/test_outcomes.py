import msgspec
import pytest

from statera.experiment.outcomes import KNOWN, Outcome


def test_a_known_outcome_has_a_direction_and_a_source() -> None:
    assert KNOWN["complaint"] == Outcome(kind="event", better="lower", low=0.0, high=1.0)
    assert KNOWN["latency"].source == "answer"
    assert KNOWN["rating"].low == 1.0
    assert KNOWN["solved"].better == "higher"


@pytest.mark.parametrize("name", KNOWN)
def test_events_are_counted_as_one_or_nothing(name: str) -> None:
    outcome = KNOWN[name]
    assert outcome.kind != "event" or (outcome.low, outcome.high) == (0.0, 1.0)
    assert outcome.source != "score"


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"beter": "lower"}, Outcome)
