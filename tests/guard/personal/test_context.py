import re

import pytest

from statera.guard.personal.context import told

WORDS = re.compile("phone")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("phone: 1234567", True),
        ("1234567 (phone)", True),
        ("phone 5550100, order 1234567", False),
        ("phone" + " " * 60 + "1234567", False),
        ("order 1234567", False),
    ],
)
def test_a_word_close_by_with_no_other_number_between(text: str, said: bool) -> None:
    start = text.index("1234567")
    assert told(text, start, start + 7, WORDS) is said
