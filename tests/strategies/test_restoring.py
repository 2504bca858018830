from statera.guard.policy import Entry, Policy
from statera.records.guarding import Edit, Finding, Passage, Span
from statera.strategies.restoring import restored, taken_out
from tests.guards_made import decision

PASSAGE = Passage(text="ada@x.org or 4711", side="input")


def policy(*, restore: bool) -> Policy:
    return Policy(detectors=(Entry(name="m", use="regex", action="redact", restore=restore),))


def test_only_what_shall_come_back_is_kept_by_its_numbered_name() -> None:
    found = Finding(
        detector="m",
        side="input",
        place="",
        cause="score",
        action="redact",
        mode="enforce",
        threshold=0.5,
        spans=(Span(0, 9, "EMAIL"),),
    )
    made = decision("redact", found)
    edits = (Edit(0, 0, 9, "[EMAIL_1]"), Edit(0, 13, 17, "[NUMBER_1]"))
    made = type(made)(id="d", policy="p", outcome="redact", would="redact", findings=(found,),
                      edits=edits)  # fmt: skip
    assert taken_out(policy(restore=True), made, [PASSAGE]) == {"[EMAIL_1]": "ada@x.org"}
    assert taken_out(policy(restore=False), made, [PASSAGE]) == {}


def test_values_are_put_where_their_names_stand_and_escaped_in_json() -> None:
    values = {"[A_1]": 'say "hi"', "[A_11]": "x"}
    assert restored("[A_1], [A_11], [A_2]", values) == 'say "hi", x, [A_2]'
    assert restored('{"a": "[A_1]"}', values, escaped=True) == r'{"a": "say \"hi\""}'
