import pytest

from statera.guard.normalisation.binary_digits import replacements
from tests.guard.normalisation.rewriting import decoded


@pytest.mark.parametrize("form", ["{:08b} ", "{:07b} ", "{:08b}", "{:08b}, "])
def test_a_run_is_decoded(form: str) -> None:
    text = "".join(form.format(one) for one in b"pick a lock").rstrip(" ,")
    assert decoded(replacements, f"<{text}>") == "<pick a lock>"


@pytest.mark.parametrize(
    "text", ["1010101", "10000000 10000001 10000010", "100100 1101", "01" * 40]
)
def test_numbers_are_left(text: str) -> None:
    assert decoded(replacements, text) == text.replace("01" * 40, "U" * 10)
