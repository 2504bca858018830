import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.scorers.reading.facts import counts_of, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Born in Warsaw. [S]\nBorn in 1869. [NS]\nPoland is in Europe. [IR]", "S 1, NS 1, IR 1"),
        ("1. Born in Warsaw [S]\n2. Won a prize. **[S]**", "S 2, NS 0, IR 0"),
        ("Here are the facts:\n\n- Born in Warsaw. [ NS ]", "S 0, NS 1, IR 0"),
        ("[NONE]", "S 0, NS 0, IR 0"),
        ('{"reasoning": "x", "facts": [{"fact": "a", "label": "S"}]}', "S 1, NS 0, IR 0"),
        ('{"reasoning": "x", "facts": []}', "S 0, NS 0, IR 0"),
        ("", None),
        ("All of it is right.", None),
        ("[S]", None),
        ("Born in Warsaw. [S] or [NS]", None),
        ("Born in Warsaw. [S]\n[NONE]", None),
        ('{"facts": [{"fact": "a", "label": "maybe"}]}', None),
    ],
)
def test_facts_are_counted_by_label(text: str, value: str | None) -> None:
    found = read(text)
    assert found.value == value
    assert found.why


@given(st.lists(st.sampled_from(["S", "NS", "IR"]), min_size=1, max_size=30))
def test_what_is_written_is_what_is_read(labels: list[str]) -> None:
    text = "\n".join(f"Fact number {place}. [{one}]" for place, one in enumerate(labels))
    counts = counts_of(read(text).value or "")
    assert counts == (labels.count("S"), labels.count("NS"), labels.count("IR"))


def test_no_counts() -> None:
    with pytest.raises(ValueError, match="no counts of facts: 4"):
        counts_of("4")
