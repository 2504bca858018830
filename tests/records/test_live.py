import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.records.live import (
    Answered,
    Excluded,
    Exposure,
    Fact,
    Feedback,
    Occurrence,
    OnlineScore,
    decision_number,
    decision_text,
    identifier,
)

NUMBERS = st.integers(-(2**63), 2**63 - 1)
FACTS = [
    Exposure(decision=-1, experiment="tone", unit=7, arm="warm", slice=0, at=1.5),
    Answered(decision=-1, at=2.0, status=200, seconds=0.4, refused=0.1),
    Feedback(id=3, at=2.5, outcome="solved", value=1.0, decision=-1),
    OnlineScore(decision=-1, at=2.1, scorer="refusal", value=0.0),
    Excluded(id=4, experiment="tone", at=1.0, reason="no unit"),
    Occurrence(id=5, experiment="tone", at=0.0, kind="started", detail="by hand"),
]


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: type(fact).__name__)
def test_a_fact_is_told_apart_when_it_is_read_back(fact: Fact) -> None:
    assert msgspec.json.decode(msgspec.json.encode(fact), type=Fact) == fact


@given(NUMBERS)
def test_a_decision_has_sixteen_digits_both_ways(number: int) -> None:
    assert len(decision_text(number)) == 16
    assert decision_number(decision_text(number)) == number


@pytest.mark.parametrize("text", ["", "ff", "00000000000000FF", "g" * 16, "0" * 17, "٠" * 16])
def test_what_is_no_decision_is_none(text: str) -> None:
    assert decision_number(text) is None


def test_an_identifier_depends_on_key_kind_and_text() -> None:
    found = {
        identifier(key, kind, text)
        for key in (b"k", b"l")
        for kind in ("unit", "response")
        for text in ("anna", "Anna", "a\ud800")
    }
    assert len(found) == 12
    assert identifier(b"k", "unit", "anna") == identifier(b"k", "unit", "anna")
    assert all(-(2**63) <= number < 2**63 for number in found)
