"""The detector's own error, on wordings that it was made with and on others."""

from tests.tasks.notes import heldout, practice, rehearsal, reprise
from tests.tasks.notes.reading import Read, read


def test_what_it_was_made_with_is_read_but_for_three_wordings() -> None:
    missed = {
        (at, kind): found
        for at, kinds in enumerate((practice, rehearsal, reprise))
        for kind, found in read(kinds).items()
        if (found.stated, found.failed) != (found.of_stated, found.of_failed)
    }
    assert missed == {
        (1, "none"): Read(11, 12, 12, 12),
        (1, "pending"): Read(11, 12, 12, 12),
        (2, "allergy"): Read(9, 10, 10, 10),
    }


def test_what_was_held_out_is_read_as_at_first_sight_but_for_one_wording() -> None:
    assert read(heldout) == {
        "allergy": Read(8, 8, 8, 8),
        "none": Read(8, 8, 8, 8),
        "anticoagulant": Read(8, 8, 7, 8),
        "device": Read(7, 8, 7, 8),
        "pending": Read(8, 8, 8, 8),
        "pregnancy": Read(8, 8, 8, 8),
        "resuscitation": Read(8, 8, 8, 8),
    }
