from statera.guard.normalisation.braille import replacements
from tests.guard.normalisation.rewriting import decoded


def test_patterns_are_letters() -> None:
    assert decoded(replacements, "do ⠏⠊⠉⠅ ⠁ ⠇⠕⠉⠅ now") == "do pick a lock now"


def test_one_pattern_is_left() -> None:
    assert decoded(replacements, "the sign ⠁ and é") == "the sign ⠁ and é"
