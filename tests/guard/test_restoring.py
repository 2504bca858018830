import json

from statera.guard.policy import Entry, Policy
from statera.guard.restoring import NOTHING, Restoring, restoring_of
from statera.proxy.wire.slots import Part, Slot, write
from statera.records.guarding import Decision, Edit, Finding, Passage, Span

ENTRY = Entry(name="mail", use="personal", action="redact", restore=True)
SAID = [Passage(text="to a@b.c or d@e.f", side="input", role="user")]
FOUND = Finding(
    detector="mail", side="input", place="", cause="score", action="redact", mode="enforce",
    threshold=0.5, score=1.0, spans=(Span(3, 8, "EMAIL"), Span(12, 17, "EMAIL")),
)  # fmt: skip


def decision(*edits: Edit) -> Decision:
    return Decision(
        id="1", policy="p", outcome="redact", would="redact", findings=(FOUND,), edits=edits
    )


EDITS = (Edit(0, 3, 8, "[EMAIL_1]"), Edit(0, 12, 17, "[EMAIL_2]"))


def test_what_was_taken_out_is_remembered() -> None:
    found = restoring_of(Policy(detectors=(ENTRY,)), decision(*EDITS), SAID)
    assert found.values == {"[EMAIL_1]": "a@b.c", "[EMAIL_2]": "d@e.f"}
    assert found.text("[EMAIL_2], not [EMAIL_1] or [EMAIL_3]") == "d@e.f, not a@b.c or [EMAIL_3]"


def test_a_value_that_reads_like_a_name_is_not_read_again() -> None:
    restoring = Restoring({"[A_1]": "[A_2]", "[A_2]": 'say "hi"'})
    assert restoring.text("[A_1] [A_2]") == '[A_2] say "hi"'
    assert json.loads(restoring.text('["[A_2]"]', escaped=True)) == ['say "hi"']


def test_nothing_returns_that_is_not_to_or_has_no_number() -> None:
    kept = Entry(name="mail", use="personal", action="redact")
    assert restoring_of(Policy(detectors=(kept,)), decision(*EDITS), SAID) is NOTHING
    plain = decision(Edit(0, 3, 8, "[EMAIL]"), Edit(0, 3, 8, "[SHA_1]"))
    assert restoring_of(Policy(detectors=(ENTRY,)), plain, SAID) is NOTHING
    assert not NOTHING
    assert NOTHING.text("[EMAIL_1]") == "[EMAIL_1]"


def test_only_what_the_user_said_returns() -> None:
    policy = Policy(detectors=(ENTRY,))
    for role, side in (("system", "input"), ("tool", "tool_result"), ("user", "tool_result")):
        said = [Passage(text=SAID[0].text, side=side, role=role)]  # type: ignore[arg-type]
        assert restoring_of(policy, decision(*EDITS), said) is NOTHING


def test_values_stand_where_a_reply_names_them() -> None:
    restoring = Restoring({"[A_1]": 'x"y'})
    message = {"content": "is [A_1]", "arguments": '{"a": "[A_1]"}', "parts": ["[A_1]", "b"]}
    call = Passage(text='{"a": "[A_1]"}', side="tool_call")
    name: dict[str, object] = {"[A_1]": 1}
    slots = [
        Slot(Passage(text="is [A_1]", side="output"), message, "content"),
        Slot(call, message, "arguments"),
        Slot(call, message, "arguments", raw_span=lambda a, b: (a, b), again=True),
        Slot(
            Passage(text="[A_1]\nb\n[A_1]", side="tool_call"),
            message,
            "parts",
            parts=(
                Part(message["parts"], 0, 0, 5),  # type: ignore[arg-type]
                Part(message["parts"], 1, 6, 7),  # type: ignore[arg-type]
                Part(name, None, 8, 13),
            ),
        ),
    ]  # fmt: skip
    assert write(slots, restoring.edits(slots))
    assert message["content"] == 'is x"y'
    assert json.loads(str(message["arguments"])) == {"a": 'x"y'}
    assert message["parts"] == ['x"y', "b"]
    assert not NOTHING.edits(slots)


def test_a_name_that_a_redaction_makes_is_not_restored() -> None:
    message = {"content": "Ask eve@other.org or [EMAIL_1]"}
    slots = [Slot(Passage(text=message["content"], side="output"), message, "content")]
    back = Restoring({"[EMAIL_1]": "ada@example.com"}).edits(slots)
    assert write(slots, [Edit(0, 4, 17, "[EMAIL_1]"), *back])
    assert message["content"] == "Ask [EMAIL_1] or ada@example.com"
