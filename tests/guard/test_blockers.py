from statera.guard.blockers import blockers, blocks, lenient_of
from statera.guard.policy import Entry, Policy
from statera.records.guarding import Decision
from tests.guards_made import decision, finding

SCORE = finding("a", score=0.9)
BEYOND = finding("long", cause="beyond")


def test_what_blocks_is_what_enforces_it_and_length_only_where_nothing_was_found() -> None:
    cases: list[tuple[Decision, tuple[str, ...]]] = [
        (decision("block", SCORE, finding("b", score=0.9)), ("a", "b")),
        (decision("block", SCORE, finding("b", mode="shadow", score=0.9)), ("a",)),
        (decision("block", SCORE, BEYOND), ("a",)),
        (decision("block", BEYOND), ("long",)),
        (decision("redact", finding("c", action="redact", score=0.9)), ()),
        (decision("bypassed", BEYOND), ()),
    ]
    for made, names in cases:
        assert blockers(made) == names


def test_what_lets_a_text_pass_is_behind_no_block() -> None:
    notes = finding("notes", cause="beyond", action="annotate")
    mild = finding("mild", cause="beyond")
    dead = finding("dead", cause="failed")
    made = decision("block", notes, mild, dead, BEYOND)
    assert blockers(made, ["mild"]) == ("long",)
    assert blockers(made) == ("mild", "long")
    assert not blocks(dead)


def test_the_policy_says_who_is_lenient() -> None:
    entries = (Entry(name="mild", use="x", beyond="allow"), Entry(name="strict", use="x"))
    assert lenient_of(Policy(detectors=entries)) == {"mild"}
