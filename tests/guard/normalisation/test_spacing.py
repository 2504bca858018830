import pytest

from statera.guard.normalisation.spacing import replacements
from tests.guard.normalisation.rewriting import weighed


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("please k i l l him", "please kill him"),
        ("p i c k   t h e   l o c k", "pick the lock"),
        ("p i c k t h e l o c k", "pick the lock"),
        ("p-i-c-k t-h-e l-o-c-k", "pick the lock"),
        ("p.i.c.k.t.h.e.l.o.c.k", "pick the lock"),
        ("p_i_c_k", "pick"),
        ("p\ni\nc\nk", "pick"),
        ("p i c k / t h e / l o c k", "pick the lock"),
    ],
)
def test_letters_are_together_again(text: str, plain: str) -> None:
    assert weighed(replacements, text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "a b c d e f g",
        "A. B. C. D.",
        "write S.M.A.R.T. goals for the U.S.A.",
        "1 2 3 4 5 6 7 8",
        "x y z w q v",
        "A C G T T G C A C C G T",
        "a, b, c, d, e",
        "I a m",
    ],
)
def test_lists_and_acronyms_are_left(text: str) -> None:
    assert weighed(replacements, text) == text
