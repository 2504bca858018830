import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from statera.report.kubernetes.yamltext import to_yaml

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_what_is_written_is_read_again(value: object) -> None:
    assert yaml.safe_load(to_yaml(value)) == value


@pytest.mark.parametrize(
    "text", ["12e4567", "1e3", "0o14", "0x1F", "0.85", "8080", "1_000", "yes", "null", "1.10"]
)
def test_text_that_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    assert to_yaml({"version": text}).split(": ")[1][0] in "\"'"


def test_notes_stand_above_and_several_lines_are_a_block() -> None:
    found = to_yaml({"data": {"a": "one\ntwo\n"}, "verbs": ["get", "list"]}, "First.\nSecond.")
    assert found == ("# First.\n# Second.\ndata:\n  a: |\n    one\n    two\nverbs: [get, list]\n")
