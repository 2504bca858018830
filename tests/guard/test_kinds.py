from importlib.metadata import EntryPoint

import pytest

from statera.errors import DeclarationError
from statera.guard import kinds


def test_every_kind_has_settings_and_a_detector() -> None:
    names = kinds.names()
    assert {"classifier", "foreign", "judge", "leak", "llm", "personal", "regex"} < set(names)
    for name in names:
        found = kinds.find(name)
        assert found.Settings.__struct_config__.forbid_unknown_fields
        assert callable(found.detector)


def test_a_kind_that_is_none_is_named_with_the_nearest() -> None:
    with pytest.raises(DeclarationError, match="Did you mean 'personal'"):
        kinds.find("personl")


def test_another_packages_kind_is_found_by_its_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    points = {
        "ours": EntryPoint("ours", "statera.guard.detectors.regex", kinds.GROUP),
        "gone": EntryPoint("gone", "statera.no_such_module", kinds.GROUP),
        "poor": EntryPoint("poor", "statera.errors", kinds.GROUP),
    }
    monkeypatch.setattr(kinds, "entry_points", lambda group: points.values())
    assert "ours" in kinds.names()
    assert kinds.find("ours").Settings.__name__ == "Settings"
    with pytest.raises(DeclarationError, match=r"detector 'gone' \(statera.no_such_module\)"):
        kinds.find("gone")
    with pytest.raises(DeclarationError, match="has no `Settings`"):
        kinds.find("poor")
