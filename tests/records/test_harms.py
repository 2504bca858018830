import pytest

from statera.guard import families
from statera.records.harms import HARMS, SOURCES, harm_of


def test_every_harm_has_one_line_that_defines_it() -> None:
    assert len(HARMS) == 18
    assert all(line.endswith(".") and "\n" not in line for line in HARMS.values())


def test_the_guard_knows_no_other_hazards() -> None:
    assert set(families._CATEGORIES.values()) <= set(HARMS)


@pytest.mark.parametrize("source", SOURCES)
def test_every_category_of_a_source_is_a_harm(source: str) -> None:
    assert set(SOURCES[source].values()) <= set(HARMS)


def test_a_category_is_found_whatever_its_case_and_an_unknown_one_is_none() -> None:
    assert harm_of("strongreject", " non-violent crimes ") == "non_violent_crimes"
    assert harm_of("jailbreakbench", "Malware/Hacking") == "cyber_crimes"
    assert harm_of("ailuminate", "xyz") is None
