import pytest

from statera.interop.importing.imported import TraceTerms
from statera.interop.importing.tracecalls import Call, Checked
from statera.interop.importing.tracerows import hashed_unit, row_of, transcript
from statera.records.requests import Message
from statera.records.responses import Failure
from statera.records.scores import Outcome

TERMS = TraceTerms(key=b"k")


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (Call("w", "a", (), text="x", said=True, finish="stop"), "right"),
        (Call("w", "a", (), text="x", said=True, finish="length"), "truncated"),
        (Call("w", "a", (), text="", said=False, finish="length"), "truncated"),
        (Call("w", "a", (), text="", said=False), "unparsed"),
        (Call("w", "a", (), text="", said=False, tools=True), "right"),
        (Call("w", "a", (), text="no", said=True, finish="content_filter"), "refused"),
        (Call("w", "a", (), text="no", said=True, refusal="no"), "refused"),
        (Call("w", "a", (), failure=Failure(kind="infra", message="504")), "infra_error"),
        (Call("w", "a", (), failure=Failure(kind="refused", message="filter")), "refused"),
        (Call("w", "a", ()), "infra_error"),
        (Call("w", "a", (), finish="unknown"), "right"),
    ],
)
def test_what_became_of_a_request(call: Call, outcome: Outcome) -> None:
    (score,) = row_of(call, "t", TERMS).scores
    assert score.outcome == outcome
    assert score.value == {"right": 1.0, "infra_error": None}.get(outcome, 0.0)


def test_what_a_guard_found() -> None:
    call = Call("w", "a", (), text="x", said=True, checked=Checked("redact", True, ("EMAIL",)))
    row = row_of(call, "t", TERMS)
    assert [(s.metric, s.value, s.outcome) for s in row.scores][1] == ("flagged", 1.0, "wrong")


def test_a_conversation_is_shown_with_its_speakers() -> None:
    talk = (Message("system", "s"), Message("user", "a"), Message("assistant", "b"))
    assert transcript(talk) == "User: a\n\nAssistant: b"
    assert transcript(talk[:2]) == "a"
    assert transcript(talk[:1]) == "s"
    assert transcript(()) == ""


def test_users_are_told_apart_only_by_who_has_the_key() -> None:
    assert hashed_unit("anna", b"k") == hashed_unit("anna", b"k") != hashed_unit("anna", b"l")
    assert len(hashed_unit("\ud800", b"k" * 100)) == 26
