from statera.guard.normalisation.views import views
from statera.records.guarding import Passage, Reading
from tests.guard.tools_made import opened

KEY = "gh" + "p_" + "a1B2c3D4e5F6g7H8i9J0" * 2


def test_a_key_is_found_where_it_stands_and_also_in_disguise() -> None:
    detector = opened("{name: a, use: secrets}")
    assert detector.cost == "inline"
    for text in (f"use {KEY} now", f"use {KEY[:9]}\u200b{KEY[9:]} now"):
        reading = detector.find(Passage(text=text, side="output"), views(text))
        (span,) = reading.spans
        assert (reading.score, reading.category) == (1.0, "GITHUB_TOKEN")
        assert (span.start, text[span.end :]) == (4, " now")


def test_a_text_without_one() -> None:
    detector = opened("{name: a, use: secrets}")
    assert detector.cost == "inline"
    assert detector.find(Passage(text="my secret garden", side="input"), ()) == Reading(0.0)
