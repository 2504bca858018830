from msgspec import structs

from statera.guard.policy import Messages, Policy
from statera.proxy.wire.filtering import (
    details,
    enforced,
    filter_results,
    first_message,
    input_message,
    kept,
    output_message,
)
from statera.records.guarding import Decision, Finding
from tests.proxy.wire.decisions import DECISION, DETAILS


def decided(detector: str, category: str = "") -> Decision:
    finding = structs.replace(DECISION.findings[0], detector=detector, category=category)
    return structs.replace(DECISION, findings=(finding,))


def test_only_what_blocks_is_told() -> None:
    assert [one.detector for one in enforced(DECISION)] == ["toxicity"]
    assert details(DECISION) == DETAILS
    failed: Finding = structs.replace(DECISION.findings[0], cause="failed")
    assert enforced(structs.replace(DECISION, findings=(failed,))) == ()


def test_categories_have_azures_names_where_there_is_one() -> None:
    assert filter_results(decided("toxicity")) == {"hate": {"filtered": True, "severity": "high"}}
    assert filter_results(decided("x", "jailbreak")) == {
        "jailbreak": {"filtered": True, "detected": True}
    }
    assert filter_results(decided("x", "own")) == {"own": {"filtered": True, "detected": True}}


def test_what_could_not_be_examined_is_not_called_hate() -> None:
    seen = DECISION.findings[0]
    unread = structs.replace(seen, cause="beyond", score=0.1)
    redacting = structs.replace(unread, detector="contact", category="", action="redact")
    decision = structs.replace(DECISION, findings=(unread, redacting))
    assert filter_results(decision) == {"beyond": {"filtered": True, "detected": True}}
    told = {"detectors": ["contact", "toxicity"], "categories": ["beyond"]}
    assert details(decision) == {**DETAILS, **told}
    assert enforced(structs.replace(DECISION, findings=(seen, redacting))) == (seen,)


def test_a_detectors_message_goes_before_the_policys() -> None:
    policy = Policy(messages=Messages(input="in", output="out"))
    assert (input_message(DECISION, policy), output_message(DECISION, policy)) == ("in", "out")
    told = structs.replace(DECISION, message="because")
    assert input_message(told, policy) == output_message(told, policy) == "because"


def test_a_blocked_body_keeps_numbers_and_labels_only() -> None:
    body = {"id": "c-1", "model": "some words", "usage": {"n": 1}, "more": {"n": "some words"}}
    assert kept(body, ("id", "model", "usage", "more", "none")) == {"id": "c-1", "usage": {"n": 1}}


def test_the_message_is_that_of_what_was_asked_or_said() -> None:
    own = Policy().messages
    for message in ("", own.input, own.output):
        decision = structs.replace(DECISION, message=message)
        assert input_message(decision, Policy()) == own.input
        assert output_message(decision, Policy()) == own.output
        assert first_message(decision, Policy()) == (message or own.input)
