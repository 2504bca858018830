from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.errors import DeclarationError
from statera.tasks.columns import Column, is_template, text_of

ROW = {"question": "Why?", "count": 0, "tags": ["a", "b"]}


def _value(text: str, row: dict[str, Any] = ROW) -> Any:
    return Column.of(text, place="t.yaml: prompt").value(row, where="d.jsonl, line 4")


def test_a_name_gives_the_column_as_it_is() -> None:
    assert _value("tags") == ["a", "b"]
    assert _value("count") == 0


def test_a_template_sees_all_columns() -> None:
    assert _value("{{ question }}{% for t in tags %} {{ t }}{% endfor %}") == "Why? a b"
    assert is_template("{% if x %}")
    assert not is_template("{x}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "quesion",
            "t.yaml: prompt: no column 'quesion' in d.jsonl, line 4. Did you mean 'question'? "
            "Present: question, count, tags (text without {{ }} is the name of a column)",
        ),
        (
            "one\n{{ quesion }}",
            "t.yaml: prompt, line 2: no column 'quesion' in d.jsonl, line 4. "
            "Did you mean 'question'? Present: question, count, tags",
        ),
        ("{{ tags.x.y }}", "t.yaml: prompt: 'list object' has no attribute 'x' (d.jsonl, line 4)"),
        (
            "{{ 1 // count }}",
            "t.yaml: prompt: integer division or modulo by zero (d.jsonl, line 4)",
        ),
    ],
)
def test_what_cannot_be_had_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        _value(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["a\n{{ question }", "a\n{% if question %}b"])
def test_a_syntax_error_names_its_line(text: str) -> None:
    with pytest.raises(DeclarationError, match=r"t\.yaml: prompt, line 2: "):
        Column.of(text, place="t.yaml: prompt")


@pytest.mark.parametrize(
    "text",
    [
        "{{ question.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ tags.append('c') }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ self._TemplateReference__context }}",
    ],
)
def test_the_sandbox_reaches_nothing_that_could_do_harm(text: str) -> None:
    with pytest.raises(DeclarationError, match=r"t\.yaml: prompt"):
        _value(text)
    assert ROW["tags"] == ["a", "b"]


@given(st.text())
def test_text_of_a_column_is_never_rendered(text: str) -> None:
    assert _value("{{ x }}", {"x": text}) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, None), ("", None), (True, "true"), (3, "3"), (1.5, "1.5"), (" x ", " x ")],
)
def test_cells_become_text(value: object, text: str | None) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    "text", ["{{ 'x' * 2000000000 }}", "{{ 9 ** 9000000 }}", "{{ 9000000 * [1, 2] }}"]
)
def test_a_template_that_would_never_end_is_refused(text: str) -> None:
    column = Column.of(text, place="t.yaml: prompt")
    with pytest.raises(DeclarationError, match=r"t\.yaml: prompt: the result of .* is too long"):
        column.value({}, where="d.jsonl, line 1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ 'ab' * 3 }}", "ababab"),
        ("{{ 90000 * 90000 }}", "8100000000"),
        ("{{ 2 ** 0.5 > 1 }}", "True"),
    ],
)
def test_arithmetic_works_in_templates(text: str, value: str) -> None:
    assert Column.of(text, place="p").value({}, where="w") == value


def test_a_bare_word_is_told_to_be_a_column() -> None:
    with pytest.raises(DeclarationError, match=r"\(text without {{ }} is the name of a column\)$"):
        Column.of("constant", place="t.yaml: prompt").value({"q": 1}, where="d.jsonl, line 1")
