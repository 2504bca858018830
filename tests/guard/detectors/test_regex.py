import pytest

from statera.errors import DeclarationError
from statera.guard.detectors.regex import Regex, Settings
from statera.guard.normalisation.views import views
from statera.records.guarding import Passage, Reading, Span
from tests.guard.tools_made import opened

NAMES = Regex(Settings(patterns=(r"\bproject (osprey|heron)\b", "x*"), label="NAME"))


def test_every_match_is_a_place_and_an_empty_one_is_none() -> None:
    text = "Project Osprey and project heron"
    reading = NAMES.find(Passage(text=text, side="input"), views(text))
    assert reading == Reading(1.0, "NAME", (Span(0, 14, "NAME"), Span(19, 32, "NAME")))
    assert NAMES.find(Passage(text="none", side="input"), ()) == Reading(0.0)


def test_case_counts_where_it_is_said_to() -> None:
    detector = Regex(Settings(patterns=("Osprey",), ignore_case=False))
    assert detector.find(Passage(text="osprey", side="input"), ()).score == 0
    assert detector.find(Passage(text="Osprey", side="input"), ()).category == "PATTERN"


def test_a_pattern_that_would_hang_elsewhere_does_not() -> None:
    detector = Regex(Settings(patterns=("(a+)+$",)))
    assert detector.find(Passage(text="a" * 100_000 + "!", side="input"), ()).score == 0


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ("{patterns: ['(']}", r"p.yaml: detectors\[0\] 'a'.with: patterns: '\(': missing \)"),
        ("{patterns: ['(?=a)']}", "invalid perl operator"),
        ("{patterns: []}", "length >= 1"),
        ("{pattern: [a]}", r"unknown field `pattern`\. Did you mean 'patterns'\?"),
        ("{patterns: [a], label: name}", "matching regex"),
    ],
)
def test_what_is_declared_wrong(settings: str, told: str) -> None:
    with pytest.raises(DeclarationError, match=told):
        opened(f"{{name: a, use: regex, with: {settings}}}")
