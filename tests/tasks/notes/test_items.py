from pathlib import Path

from statera.records.samples import Sample
from statera.tasks.notes import items as notes
from statera.tasks.notes.items import CANARY, items, line

README = Path(notes.__file__).parent / "README.md"


def test_the_file_holds_120_notes_each_with_the_canary() -> None:
    found = items()
    assert len(found) == len({note.id for note in found}) == 120
    assert len({note.input for note in found}) == 120
    assert {note.fields["canary"] for note in found} == {CANARY}
    assert CANARY.rpartition(" ")[2] in README.read_text(encoding="utf-8")


def test_a_line_leaves_out_what_is_empty() -> None:
    assert line(Sample(id="a", input="b")) == b'{"id":"a","input":"b"}\n'
