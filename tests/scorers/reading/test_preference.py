"""A judge's preference: as `pairwise`, and stricter where two verdicts are final."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statera.scorers.reading import preference
from tests.scorers.reading.test_pairwise import CASES

STRICTER = {"[[A]] [[B]]"}


@pytest.mark.parametrize(("text", "value"), CASES)
def test_replies_are_read_as_ever(text: str, value: str | None) -> None:
    reading = preference.read(text)
    assert reading.value == (None if text in STRICTER else value)
    assert (reading.span is not None) == (reading.value is not None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A states the date.\nB is vague.\n\n[[A]]", "A"),
        ("[[A]] was my first thought, but B is right. [[B]]", "B"),
        ("B names 3 of 4 drugs in 1969. [[A]]", "A"),
        ("[[C]]", "TIE"),
        ("[[Assistant B]]", "B"),
        ("[[\u200bB\u2060]]", "B"),
        ("Response A's final answer is B, which is wrong.\n[[B]]", "B"),
        ('{"reasoning": "[[A]]", "winner": "B"}', "B"),
        ('{"reasoning": "close", "winner": "tie"}', "TIE"),
        ("[[A]] or [[B]]", None),
        ("[[A]]\n[[B]]", None),
        ("Verdict: A [[B]]", None),
        ("Verdict: A\nVerdict: B", None),
        ("Final verdict: A\n\nBut the date is wrong.\n\nFinal verdict: B", None),
        ("Final verdict: A\n\nBut the date is wrong.\n\n[[B]]", None),
        ('{"winner": "A", "winner": "B"}', None),
        ('{"winner": null}', None),
        ('{"winner": 1}', None),
        ("BETTER", None),
        ("[[BETTER]]", None),
        ("CORRECT", None),
        ("[[CORRECT]]", None),
        ("downgrade: B", None),
        ("I would downgrade B.", None),
        ("[[A]] it might be", "A"),
    ],
)
def test_final_verdicts(text: str, value: str | None) -> None:
    assert preference.read(text).value == value


PIECES = st.sampled_from(
    ["[[A]]", "[[B]]", "[[TIE]]", "A", "B", "tie", "Assistant A is good", ". ", "\n", "\n\n", " ",
     "Verdict: ", "final ", "Final verdict: ", "so ", "and ", "1969", "[A]", "[", "]", "*", ": ",
     "winner is ", "<think>", '{"winner": "A"}', '{"reasoning": "x", "winner": "B"}', "A > B",
     "A. ", "!"]
)  # fmt: skip


@given(text=st.lists(PIECES, max_size=8).map("".join), label=st.sampled_from(("A", "B", "TIE")))
@settings(max_examples=800)
def test_the_glance_reads_what_the_long_look_reads(text: str, label: str) -> None:
    for reply in (text, f"{text}[[{label}]]", f"{text}\n\n[[{label}]]", f"{text}. [[{label}]]"):
        seen = preference.quick(reply)
        if seen is not None:
            assert seen == preference.read_slowly(reply)


def test_the_glance_suffices_for_what_was_asked_for() -> None:
    for reply in ("[[A]]", "A is vague on the date.\n\n[[B]]", '{"reasoning": "x", "winner": "A"}'):
        assert preference.quick(reply) is not None
