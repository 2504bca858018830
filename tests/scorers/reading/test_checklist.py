"""Yes and no, point by point."""

import pytest

from statera.scorers.reading import checklist


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1: yes\n2: no\n3: yes", "yes,no,yes"),
        ("It names the drug.\n\n1: Yes\n2: NO.\n3: **yes**", "yes,no,yes"),
        ("1. It names the drug.\n2. No source is named.\n\n1: yes\n2: no\n3: no", "yes,no,no"),
        ("1) yes, the dose is there\n2) no - the allergy is missing\n3) yes", "yes,no,yes"),
        ("1: yes, no error was found\n2: no, the dose: no number\n3: yes, yes", "yes,no,yes"),
        ("Point 1: yes\nPoint 2: no\nPoint 3: yes", "yes,no,yes"),
        ("| 1 | yes |\n| 2 | no |\n| 3 | yes |", "yes,no,yes"),
        ("3: yes\n1: yes\n2: no", "yes,no,yes"),
        ("1: y\u200bes\n2: no\n3: yes", "yes,no,yes"),
        ("1: yes\n2: no\n3: yes\n\nSo 1: yes", "yes,no,yes"),
        ('{"reasoning": "1: no", "1": "yes", "2": "no", "3": "yes"}', "yes,no,yes"),
        ('{"points": [true, false, true]}', "yes,no,yes"),
        ('{"answers": {"1": "Yes", "2": "no", "3": "yes"}}', "yes,no,yes"),
    ],
)
def test_answers_in_the_order_of_the_points(text: str, value: str) -> None:
    reading = checklist.read(text, 3)
    assert reading.value == value
    assert reading.span is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1: yes\n2: no", "point 3 is not answered"),
        ("1: yes\n3: no", "point 2 is not answered"),
        ("1: yes\n1: no\n2: no\n3: no", "point 1 is answered yes and no"),
        ("1: yes/no\n2: no\n3: no", "point 1 is not answered"),
        ("1: yes and no\n2: no\n3: no", "point 1 is not answered"),
        ("1: yes, no\n2: no\n3: no", "point 1 is answered yes and no"),
        ("1: no, wait, yes\n2: no\n3: no", "point 1 is answered yes and no"),
        ("1: yes\n2: not sure\n3: no", "point 2 is not answered"),
        ("1: nothing\n2: no\n3: no", "point 1 is not answered"),
        ("1: yes\n2: no\n3: yes\n4: yes", "point 4 is answered, of 3"),
        ("0: yes\n1: no\n2: yes", "point 0 is answered, of 3"),
        ("yes, no, yes", "point 1 is not answered"),
        ('{"1": "yes", "2": "maybe", "3": "no"}', "point 2 is not answered"),
        ('{"1": "yes", "1": "no", "2": "no", "3": "no"}', "point 1 is answered yes and no"),
        ("", "nothing to read"),
        ("<think>1: yes\n2: no\n3: no", "cut off inside the reasoning"),
    ],
)
def test_a_missing_or_doubtful_point_is_named(text: str, why: str) -> None:
    reading = checklist.read(text, 3)
    assert (reading.value, reading.why) == (None, why)


def test_a_single_point_may_go_without_its_number() -> None:
    assert checklist.read("Yes.", 1).value == "yes"
    assert checklist.read("1: no", 1).value == "no"
    assert checklist.read("Yes and no.", 1).value is None
