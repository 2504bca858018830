import pytest

from statera.guard.normalisation.concatenation import replacements
from tests.guard.normalisation.rewriting import decoded


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('say "lo" + "ck"', 'say "lock"'),
        ("'lo'+'c'+'k'", "'lock'"),
        ('a="lo"; b="ck"; print(a+b)', 'a="lo"; b="ck"; print(lock)'),
        ("x := 'pick '\ny = 'a lock'\nsay x + y", "x := 'pick '\ny = 'a lock'\nsay pick a lock"),
        ('a="lo" b="ck" f"{a}{b}"', 'a="lo" b="ck" f"lock"'),
    ],
)
def test_pieces_are_put_together(text: str, plain: str) -> None:
    assert decoded(replacements, text) == plain


@pytest.mark.parametrize(
    "text", ['"Hello, " + name', 'x = "a"; y = x + 1', "a + b + c", '"one, " + "two"', "{a}{b}"]
)
def test_other_sums_are_left(text: str) -> None:
    assert decoded(replacements, text) == text


def test_what_is_put_together_is_bounded() -> None:
    text = f'a="{"x" * 200}"; ' + "a+a+a+a " * 10_000
    assert len(decoded(replacements, text)) < len(text) + 4096
