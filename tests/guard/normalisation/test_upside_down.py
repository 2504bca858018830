from statera.guard.normalisation.upside_down import replacements
from tests.guard.normalisation.rewriting import weighed


def test_it_is_turned() -> None:
    assert weighed(replacements, "do: ʞɔoן ǝɥʇ ʞɔᴉd") == "do: pick the lock"


def test_phonetics_are_left() -> None:
    text = "the vowel ə and ʌ, as in /kʌt/"
    assert weighed(replacements, text) == text
