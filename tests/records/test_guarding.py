import msgspec

from statera.records.guarding import Decision, Edit, Finding, Span


def test_a_decision_survives_being_written_and_read() -> None:
    finding = Finding(
        detector="pii",
        side="input",
        place="messages[0].content",
        cause="score",
        action="redact",
        mode="enforce",
        threshold=0.5,
        score=1.0,
        spans=(Span(0, 3, "EMAIL"),),
    )
    decision = Decision(
        id="d",
        policy="p",
        outcome="redact",
        would="redact",
        findings=(finding,),
        edits=(Edit(0, 0, 3, "[EMAIL]"),),
    )
    assert msgspec.json.decode(msgspec.json.encode(decision), type=Decision) == decision
