import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.report.plaintext import LONGEST, name, passage, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\x1b[2J\x00\x9f", "\\x1b[2J\\x00\\x9f"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("half\ud800", "half\\ud800"),
        ("\u2066isolated\u2069", "\\u2066isolated\\u2069"),
        ("filler\u3164\u2800", "filler\\u3164\\u2800"),
        ("selector\U000e0101", "selector\\U000e0101"),
        ("soft\u00adhyphen\u2028line", "soft\\xadhyphen\\u2028line"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("مرحبا 你好 🙂 é", "مرحبا 你好 🙂 é"),
    ],
)
def test_what_hides_is_spelled_out(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text(st.characters(codec=None)))
def test_nothing_invisible_is_left_and_it_can_be_written(text: str) -> None:
    found = visible(text)
    found.encode("utf-8")
    kinds = {unicodedata.category(c) for c in found if c not in "\t\n"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    assert visible(found) == found


def test_a_long_passage_is_cut_and_says_by_how_much() -> None:
    assert passage("x" * LONGEST) == "x" * LONGEST
    assert passage("x" * (LONGEST + 1234)) == "x" * LONGEST + "\n… 1,234 more characters"


def test_a_name_is_one_line_of_at_most_300_characters() -> None:
    assert name("a\n b\t\u202ec") == "a b \\u202ec"
    assert len(name("y" * 1000)) == 300
    assert name("z" * 300) == "z" * 300
