import pytest

from statera.scorers.reading.backing import evidence, unstated

GIVEN = (
    "Shop rule R1: goods may be returned within 30 days of delivery.\n"
    "Order 5518: one lamp, 89 euros, delivered 47 days ago. Criterion: below 3.9 mmol/L."
)
LATE = (
    "Airline rule A7: paid when at least 180 minutes late. Flight 882: 95 minutes late, 6 of 400."
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Decision: refuse\nEvidence: R1\nSo I refuse.", ["R1"]),
        ("Evidence:\n- R1\n- 47 days\n\nSo I refuse, 99 times.", ["R1", "47 days"]),
        ("**Evidence:** R1\n* 47 days\nSo I refuse.", ["R1", "47 days"]),
        ("### Evidence:\n\nRule R1 and 47 days.\n\nMore.", ["Rule R1 and 47 days."]),
        ("Evidence:", []),
        ("The evidence is clear.", []),
    ],
)
def test_evidence_is_its_line_its_list_or_the_paragraph_under_it(
    text: str, found: list[str]
) -> None:
    assert evidence(text) == found


@pytest.mark.parametrize(
    ("line", "invented"),
    [
        ("R1: goods may be returned within 30 days; delivered 47 days ago", None),
        ("none", None),
        ("R-1, order 5518, 17 days late", None),
        ("1. Rule 1: 30 days 2. Delivered 47 days ago", None),
        ("R1 as of 2021", "2021"),
        ("R9", "R9"),
        ("47 > 45", "45"),
        ('the rule says "refunds may be made at any time"', "refunds may be made at any time"),
        ('the rule says "returned within 30 days"', None),
        ('the rule says "goods returned after 30 days of delivery"', None),
        ("a study shows it", "study"),
        ("shop regulation R1", None),
        ("national guidelines", "national guidelines"),
        ("3.9 mmol/L", None),
        ("3.8 mmol/L", "3.8"),
    ],
)
def test_what_was_never_stated_is_found(line: str, invented: str | None) -> None:
    assert next(unstated(line, GIVEN), None) == invented


@pytest.mark.parametrize(
    ("line", "invented"),
    [
        ("A7: 3 hours; it was 1 hour 35 minutes late", None),
        ("A7: 4 hours", "4"),
        ("1.5% of 400", None),
        ("2.5% of 400", "2.5"),
        ("85 minutes short of 180", None),
    ],
)
def test_what_follows_from_stated_figures_is_not_invented(line: str, invented: str | None) -> None:
    assert next(unstated(line, LATE), None) == invented


def test_what_is_derived_is_stated() -> None:
    assert list(unstated("120", GIVEN)) == ["120"]
    assert not list(unstated("120", GIVEN, ["120"]))
