import pytest
from hypothesis import given
from hypothesis import strategies as st

from statera.scorers.assertions.clauses import clauses, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PMH: asthma. Allergies: latex. Well.", [("PMH", "PMH: asthma"),
         ("Allergies", "Allergies: latex"), ("", "Well")]),
        ("## Allergies\n- latex\n- eggs\n\nWell", [("Allergies", "Allergies:"),
         ("Allergies", "latex"), ("Allergies", "eggs"), ("", "Well")]),
        ("**Allergies:** latex", [("Allergies", "Allergies: latex")]),
        ("ALLERGIES\nNKDA", [("ALLERGIES", "ALLERGIES"), ("ALLERGIES", "NKDA")]),
        ("Seen by Dr. Smith; well but tired", [("", "Seen by Dr. Smith"), ("", "well"),
         ("", "but tired")]),
        ("Given 2.5 mg e.g. Today.", [("", "Given 2.5 mg e.g. Today")]),
    ],
)  # fmt: skip
def test_clauses_stand_under_their_labels(text: str, expected: list[tuple[str, str]]) -> None:
    found = clauses(plain(text))
    assert [(one.label, " ".join(one.text.split())) for one in found] == expected


@given(st.text())
def test_places_are_those_of_the_text(text: str) -> None:
    read = plain(text)
    assert len(read) == len(text)
    for clause in clauses(read):
        assert read[clause.start : clause.start + len(clause.text)] == clause.text


def test_a_very_long_clause_is_read_in_parts() -> None:
    found = clauses("allergic to eggs and " * 100)
    assert max(len(one.text) for one in found) <= 400
    assert "".join(one.text.replace(" ", "") for one in found) == "allergictoeggsand" * 100


def test_accents_and_odd_quotes_are_folded() -> None:
    assert plain("alérgica can’t") == "alergica can't"
