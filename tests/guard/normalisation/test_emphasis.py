import pytest

from statera.guard.normalisation.alignment import rewritten
from statera.guard.normalisation.emphasis import replacements
from statera.guard.normalisation.surface import surface
from tests.guard.normalisation.rewriting import weighed


@pytest.mark.parametrize("text", ["l**oc**k", "**lo**ck", "l*o*ck", "lo~~ck~~", "l__oc__k"])
def test_a_word_is_whole_again(text: str) -> None:
    assert weighed(replacements, text) == "lock"
    assert rewritten(text, replacements(surface(text), None)).text == "lock"


@pytest.mark.parametrize(
    "text",
    ["**lock**", "x**y**z", "a*b*c*d", "msgs__msg__Twist", "int **p, *q", "`code`s", "__init__"],
)
def test_whole_words_powers_and_names_are_left(text: str) -> None:
    assert weighed(replacements, text) == text
