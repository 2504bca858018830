import pytest

from statera.guard.normalisation.percent import replacements
from tests.guard.normalisation.rewriting import decoded


def test_runs_are_decoded() -> None:
    assert decoded(replacements, "pick%20a%20%6cock") == "pick a lock"
    assert decoded(replacements, "x%E4%BD%A0y") == "x你y"


@pytest.mark.parametrize(
    "text", ["50% of 100%", "a%20b", "100%ab", "%zz%zz%zz", "%FF%FE%FD", "20%,30%,40%"]
)
def test_percentages_and_a_space_or_two_are_left(text: str) -> None:
    assert decoded(replacements, text) == text


def test_one_letter_is_decoded_inside_a_word() -> None:
    assert decoded(replacements, "lo%63k %20 %6c") == "lock   l"
    for text in ("a %63 b", "x%4d", "%63ab", "50%41st"):
        assert decoded(replacements, text) == text
