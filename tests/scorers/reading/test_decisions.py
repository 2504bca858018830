import pytest

from statera.scorers.reading.decisions import decision, in_words

YES, NO = "approve", "refuse"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Decision: approve", YES),
        ("**Decision:** Refuse\nEvidence: none", NO),
        ("Here it is.\n- decision = refused.", NO),
        ("### Decision\nRefuse", NO),
        ("1. Decision: approve", YES),
        ("My final decision is to refuse.", NO),
        ("Decision: Denied", NO),
        ("Decision: cannot approve", NO),
        ("Decision: refuse (cannot approve: 47 > 30)", NO),
        ("Decision: approve, as I cannot refuse it under R1", YES),
        ("Decision: confirmed", YES),
        ("<think>Decision: approve?</think>Decision: refuse", NO),
        ("Decision: approve (or: refuse)", None),
        ("Decision: approve/refuse", None),
        ("Decision: approve if it is within 30 days, otherwise refuse", None),
        ("Decision: approve\nDecision: refuse", None),
        ("The decision to approve rests with the manager.", None),
        ("I approve of your decision.", None),
        ("", None),
    ],
)
def test_a_decision_is_read_from_its_line_only(text: str, read: str | None) -> None:
    assert decision(text).value == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("I've approved your refund under R1.", YES),
        ("I am happy to say that we can confirm it.", None),
        ("I can confirm the diagnosis.", None),
        ("I hereby approve the refund.", YES),
        ("I'm sorry, but I can't approve this.", NO),
        ("I must decline the request.", NO),
        ("If I approve the refund, I break R1.", None),
        ("I approve the refund. No: I refuse it.", None),
        ("I approve of your patience.", None),
        ("", None),
    ],
)
def test_what_the_reply_does_is_a_decision_and_what_it_supposes_is_none(
    text: str, read: str | None
) -> None:
    assert in_words(text).value == read


def test_the_span_is_that_of_the_word() -> None:
    text = "**Decision:** denied"
    span = decision(text).span
    assert span is not None
    assert text[slice(*span)] == "denied"
