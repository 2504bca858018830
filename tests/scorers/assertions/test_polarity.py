import pytest

from statera.scorers.assertions.polarity import denied


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("denies allergy to XX", True),
        ("denies fever, chills and XX", True),
        ("no fever, allergic to XX", False),
        ("no known allergies except XX", False),
        ("XX: none", True),
        ("XX denied", True),
        ("XX (denied)", True),
        ("takes XX (no bleeding)", False),
        ("do not stop XX", False),
        ("must not be given XX", False),
        ("can't have XX", False),
        ("no bleeding on XX", False),
        ("no other allergies: XX", False),
        ("XX, no fever", False),
        ("never had XX", True),
        ("without XX", True),
        ("isn't on XX", True),
        ("no longer on XX", False),
    ],
)
def test_what_is_denied(text: str, expected: bool) -> None:
    start = text.index("XX")
    assert denied(text, start, start + 2) is expected
