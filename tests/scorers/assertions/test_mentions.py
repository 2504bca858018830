from typing import Any

import pytest

from statera.scorers.assertions.assertion import Assertion, Relation
from statera.scorers.assertions.clauses import plain
from statera.scorers.assertions.mentions import Said, mentions, opposed, vaguely


def asserted(relation: Relation, **more: Any) -> Assertion:
    return Assertion(concept="it", synonyms=("XX", "ab cd"), relation=relation, **more)


@pytest.mark.parametrize(
    ("relation", "text", "expected"),
    [
        ("mention", "XX here", "stated"),
        ("mention", "AB-CDs here", "stated"),
        ("allergy", "allergic to XX", "stated"),
        ("allergy", "Allergies:\n- XX", "stated"),
        ("allergy", "received XX", "unrelated"),
        ("allergy", "mother allergic to XX", "unrelated"),
        ("allergy", "XX: not allergic", "denied"),
        ("allergy", "XX allergy (resolved)", "ended"),
        ("allergy", "possible XX allergy", "doubtful"),
        ("medication", "warfarin was stopped and XX started", "stated"),
        ("medication", "changed from XX to warfarin", "ended"),
        ("medication", "XX 5 mg twice a day was discontinued", "ended"),
        ("medication", "XX held before surgery", "doubtful"),
        ("order", "agreed with his son: XX", "stated"),
        ("order", "XX has been revoked", "ended"),
        ("device", "XX was removed", "ended"),
        ("device", "considered for XX", "doubtful"),
        ("pregnancy", "previous XX", "ended"),
        ("pending", "XX not yet reported", "stated"),
        ("pending", "we do not have the XX", "stated"),
        ("pending", "XX was done", "unrelated"),
        ("pending", "XX negative, scan pending", "denied"),
        ("pending", "XX came back, scan pending", "ended"),
    ],
)
def test_what_is_said_of_a_thing(relation: Relation, text: str, expected: Said) -> None:
    (found,) = mentions(asserted(relation), plain(text))
    assert found.said == expected
    assert plain(text)[slice(*found.span)].lower().replace("-", " ") in ("xx", "ab cds")


def test_own_cues_replace_those_of_the_relation() -> None:
    mine = asserted("mention", cues=("refund",))
    assert [one.said for one in mentions(mine, "XX was named. A refund of XX is due")] == [
        "unrelated",
        "stated",
    ]


def test_opposites_inside_a_synonym_are_none() -> None:
    mine = Assertion(
        concept="DNR", synonyms=("not for CPR",), relation="order", opposites=("for CPR",)
    )
    assert not opposed(mine, "not for CPR")
    assert opposed(mine, "he is for CPR")
    assert not opposed(asserted("order"), "he is for CPR")


def test_a_vague_word_is_a_hint() -> None:
    mine = asserted("medication", vague=("blood thinner",))
    assert vaguely(mine, "on a blood thinner")
    assert not vaguely(mine, "no blood thinner")
    assert not vaguely(asserted("medication"), "on a blood thinner")
