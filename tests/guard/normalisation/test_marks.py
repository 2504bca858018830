from statera.guard.normalisation import marks
from tests.guard.normalisation.rewriting import after


def test_marks_on_letters_of_ascii_are_dropped() -> None:
    assert after(marks.on_ascii, "b\u0336o\u0336\u0315m\u20ddb 1\u20e3") == "bomb 1"


def test_marks_of_other_scripts_stay_up_to_the_cap() -> None:
    hebrew = "שָׁלוֹם"
    assert marks.on_ascii(hebrew) == marks.heaps(hebrew) == []
    assert after(marks.heaps, "א" + "\u05b0" * 50) == "א" + "\u05b0" * marks.CAP


def test_the_class_holds_marks_only() -> None:
    assert marks.present("\u0301")
    assert marks.present("\u0e31")
    assert not marks.present("éa中😀\u200b")


def test_what_leans_on_another_is_more_than_marks() -> None:
    assert marks.leaning_class().startswith(marks.mark_class())
