from statera.guard.normalisation.surface import beyond_ascii, surface


def test_a_surface_shows_words_long_ones_odd_ones_and_foreign_characters() -> None:
    seen = surface("The 3 grandparents met, met Ünlü")
    assert seen.words == {"The", "3", "grandparents", "met,", "met", "Ünlü"}
    assert seen.long == "grandparents"
    assert set(seen.odd.split()) == {"3", "met,"}
    assert set(seen.beyond) == {"Ü", "ü"}


def test_nothing_has_an_empty_surface() -> None:
    assert surface("").words == frozenset()
    assert beyond_ascii("plain") == ""
