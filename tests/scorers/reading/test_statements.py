"""Explicit final forms: where they are, and what they say."""

import pytest

from statera.scorers.reading.statements import doubted, lines, sentence_end, statements


@pytest.mark.parametrize(
    ("text", "form", "body"),
    [
        ("so \\boxed{42} it is", "box", "42"),
        ("cut \\boxed{42", "box", "42"),
        ("[[B]]", "double brackets", "B"),
        ("<answer> B </answer>", "<answer>", " B "),
        ("<answer>B", "<answer>", "B"),
        ('{"reason": "x", "answer": "B"}', "JSON field", "B"),
        ("{'score': 7}", "JSON field", "7"),
        ("Final answer: B", "final statement", "B"),
        ("The winner is: B.", "final statement", "B."),
        ("Answer:\n\nB\nand more", "final statement", "B"),
        ("Sure. The answer is B. Bye", "the answer is", "B"),
        ("We get 3, so the answer is B", "the answer is", "B"),
        ("答案是D", "answer", "D"),
    ],
)
def test_forms_are_found_with_their_body(text: str, form: str, body: str) -> None:
    found = statements(text)
    assert [s.form for s in found] == [form]
    assert text[found[0].start : found[0].end] == body


@pytest.mark.parametrize(
    "text",
    [
        "no answer here",
        "downgrade: B",
        "If the answer is B, it fails.",
        "The incorrect answer: B",
        "Reference answer: B",
        "::",
    ],
)
def test_what_is_supposed_or_quoted_is_no_statement(text: str) -> None:
    assert not statements(text)


def test_inside_json_only_the_fields_speak() -> None:
    text = '{"reason": "Answer: A is a trap", "answer": "B"}'
    assert [text[s.start : s.end] for s in statements(text)] == ["B"]


def test_two_cues_in_one_line_are_two_statements() -> None:
    text = "Answer: A. Final answer: B"
    assert len(statements(text)) == 2


def test_lines_are_the_filled_ones() -> None:
    text = "  a \n\n b"
    assert [text[start:end] for start, end in lines(text)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("B. Because", "B"), ("3.14 is it. Yes", "3.14 is it"), ("no end", "no end"), ("a\nb", "a")],
)
def test_a_sentence_ends_at_its_stop(text: str, sentence: str) -> None:
    assert text[: sentence_end(text, 0, len(text))] == sentence


def test_so_takes_a_supposition_back() -> None:
    text = "If 2 divides it, so the answer is B"
    start = text.index(", so")
    assert not doubted(text, start, len(text))
    assert doubted(text, text.index("it"), text.index("it") + 2)


@pytest.mark.parametrize("piece", ["Answer: ", "so, so, ", '"answer": "', "\\boxed{", "{", "If "])
def test_a_reply_that_repeats_itself_without_end_is_read_in_bounded_steps(piece: str) -> None:
    text = piece * (6000 // len(piece))
    assert len(statements(text)) <= 6000
