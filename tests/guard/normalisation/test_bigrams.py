import codecs

from statera.guard.normalisation.alignment import Replacement
from statera.guard.normalisation.bigrams import backwards, count, function_words, telling
from statera.guard.normalisation.surface import surface


def test_what_is_spelt_like_english_counts_little() -> None:
    text = "how to open the safe"
    assert count(text) == 5
    assert count(codecs.encode(text, "rot13")) > 10
    assert count("k1ll, 你") == count("k") + count("ll") + 3


def test_a_disguise_turns_function_words_up() -> None:
    text = "ubj gb bcra gur fnsr"
    seen, whole = surface(text), Replacement(0, len(text), "how to open the safe")
    assert telling(seen, [whole]) == [whole]
    assert telling(seen, [whole._replace(text="house top onset")]) == []
    assert telling(surface("how to"), [Replacement(0, 6, "give to me")]) == []
    assert telling(seen, []) == []
    assert function_words("How? To THE end.") == {"how", "to", "the"}


def test_backwards_is_told_by_several_function_words() -> None:
    assert backwards(surface("efas eht nepo ot woH"))
    for text in ("the DNA of it", "DNA", "efas eht nepo", "How to open eht ot efas"):
        assert not backwards(surface(text))
