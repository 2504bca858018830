from statera.analysis.guarding.overblocking import blockers, overblocking
from statera.records.guarding import Decision
from tests.guards_made import decision, finding, sighting

BOTH = decision("block", finding("a", score=0.9), finding("b", score=0.9))
ALONE = decision("block", finding("a", score=0.9), finding("b", mode="shadow", score=0.9))
REDACTED = decision("redact", finding("c", action="redact", score=0.9))
SHADOW = decision("allow", finding("b", mode="shadow", score=0.9), would="block")


def test_what_blocks_is_what_enforces_it_and_length_only_where_nothing_was_found() -> None:
    beyond = finding("long", cause="beyond")
    cases: list[tuple[Decision, tuple[str, ...]]] = [
        (BOTH, ("a", "b")),
        (ALONE, ("a",)),
        (decision("block", finding("a", score=0.9), beyond), ("a",)),
        (decision("block", beyond), ("long",)),
        (REDACTED, ()),
    ]
    for made, names in cases:
        assert blockers(made) == names


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
