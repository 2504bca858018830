import pytest

from statera.scorers.assertions.allergens import allergies
from statera.scorers.assertions.clauses import plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Allergies: latex (urticaria), penicillin - rash", ["latex", "penicillin"]),
        ("Allergic to aspirin and latex; on apixaban", ["aspirin", "latex"]),
        ("PCN allergy (anaphylaxis)", ["pcn"]),
        ("Penicillin and latex allergies", ["penicillin", "latex"]),
        ("sulfa drugs allergy", ["sulfa"]),
        ("Penicillin causes hives", ["penicillin"]),
        ("Avoid penicillin (anaphylaxis 2015)", ["penicillin"]),
        ("Avoid stairs", []),
        ("Do not give latex: severe allergic reaction", ["latex"]),
        ("Angioedema after aspirin", ["aspirin"]),
        ("Swelling after a fall", []),
        ("Serious allergy (latex)", ["latex"]),
        ("No known allergies except penicillin", ["penicillin"]),
        ("Given her allergy to penicillin, levofloxacin was started", ["penicillin"]),
        ("Hernia repair, latex allergy", ["latex"]),
        ("Alérgica a la penicilina y látex", ["penicilina", "latex"]),
        ("Received penicillin in 2015", []),
        ("Codeine intolerance (nausea)", []),
        ("Mother allergic to penicillin", []),
        ("## Allergies\n- latex\n- eggs", ["latex", "eggs"]),
    ],
)
def test_what_is_listed(text: str, expected: list[str]) -> None:
    found = allergies(plain(text))
    assert [item.name for item in found.items if item.stated] == expected
    assert found.none is None


@pytest.mark.parametrize(
    "text",
    [
        "NKDA",
        "No known drug allergies",
        "Denies any allergies",
        "Allergies: none",
        "Allergies - nil known",
        "No drug or food allergies",
        "Not allergic to any medicines",
        "There is no history of drug allergy",
        "**Allergies:** nil",
    ],
)
def test_that_there_are_none(text: str) -> None:
    found = allergies(plain(text))
    assert found.none is not None
    assert not [item for item in found.items if item.stated]


@pytest.mark.parametrize(
    "text", ["No other known allergies", "No food allergies", "No latex allergy", "No fever"]
)
def test_that_is_not_what_these_say(text: str) -> None:
    assert allergies(plain(text)).none is None


@pytest.mark.parametrize(
    "text", ["Not allergic to latex", "Latex allergy denied", "Latex allergy label removed in 2019"]
)
def test_what_is_denied_is_not_stated(text: str) -> None:
    assert [item.stated for item in allergies(plain(text)).items] == [False]
