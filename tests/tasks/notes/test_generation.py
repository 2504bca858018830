from collections import Counter
from pathlib import Path

from statera.scorers.assertions.ruling import rulings
from statera.scorers.never_omit import assertions_of, lacking
from statera.tasks.notes import items as notes
from statera.tasks.notes.facts import KINDS
from statera.tasks.notes.generation import samples
from statera.tasks.notes.items import items, line

FILE = Path(notes.__file__).parent / "notes.jsonl"


def test_the_committed_notes_are_what_the_generator_prints() -> None:
    assert b"".join(map(line, samples())) == FILE.read_bytes()


def test_twenty_notes_of_each_kind_on_ten_types_of_note() -> None:
    found = items()
    assert Counter(note.category for note in found) == dict.fromkeys(KINDS, 20)
    assert set(Counter(note.fields["note_type"] for note in found).values()) == {12}
    assert {note.severity for note in found} == {"critical"}


def test_every_note_states_its_facts_and_claims_none_that_it_must_not() -> None:
    for note in items():
        assertions = assertions_of(note)
        assert lacking(note, assertions) == "", note.id
        found = rulings(assertions, note.input, note.input)
        assert not [one for one in found if one.failure], note.id
        assert any(one.kind == note.category for one in assertions)
        assert any(one.relation == "allergy" for one in assertions)
        assert all(one.severity == "critical" and one.owner for one in assertions)


def test_no_note_is_so_short_that_a_copy_is_brief() -> None:
    assert min(len(note.input.split()) for note in items()) > 75


def test_the_distractors_are_there() -> None:
    text = "\n".join(note.input for note in items())
    for words in ("Received ", " is allergic to ", "an intolerance only", "outgrown long ago"):
        assert text.count(words) > 5
    silences = Counter(
        one.silence for note in items() for one in assertions_of(note)
        if one.relation == "allergy" and one.state == "absent"
    )  # fmt: skip
    assert silences["fails"] > 5
    assert silences["allowed"] > 10
