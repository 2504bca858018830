from statera.analysis.guarding.overblocking import overblocking
from tests.guards_made import decision, finding, sighting

BOTH = decision("block", finding("a", score=0.9), finding("b", score=0.9))
ALONE = decision("block", finding("a", score=0.9), finding("b", mode="shadow", score=0.9))
REDACTED = decision("redact", finding("c", action="redact", score=0.9))
SHADOW = decision("allow", finding("b", mode="shadow", score=0.9), would="block")


def test_what_lets_a_long_text_pass_is_behind_no_block() -> None:
    notes = finding("notes", cause="beyond", action="annotate")
    made = decision("block", finding("mild", cause="beyond"), notes, finding("x", cause="beyond"))
    found = [sighting("long", 0.1, harmful=False)._replace(decision=made)]
    (row,) = overblocking(found, ["mild"])
    assert (row.by, row.alone) == ({"x": 1}, {"x": 1})


def test_a_source_says_how_many_harmless_texts_it_loses_and_to_whom() -> None:
    made = [BOTH, ALONE, REDACTED, SHADOW, *[decision()] * 5]
    found = [
        sighting(str(at), 0.1, harmful=False)._replace(decision=one) for at, one in enumerate(made)
    ]
    found.append(sighting("failed", None, harmful=False))
    found.append(sighting("bad", 0.9, harmful=True))
    found.append(sighting("other", 0.9, harmful=True, source="attacks"))
    (row,) = overblocking(found)
    assert (row.source, row.n, row.redacted, row.unchecked, row.shadow) == ("s", 10, 1, 1, 1)
    assert (row.blocked.value, row.blocked.n) == (2 / 9, 9)
    assert (row.by, row.alone) == ({"a": 2, "b": 1}, {"a": 1})
