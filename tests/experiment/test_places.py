import pytest

from statera.errors import DeclarationError, unknown
from statera.experiment.places import at, wrong


def test_a_mistake_names_file_and_place() -> None:
    assert str(wrong("tone.yaml", "arms[1]", "no")) == "tone.yaml: arms[1]: no"


def test_what_is_told_inside_gets_file_and_place() -> None:
    told = "^tone.yaml: overrides: unknown arm 'wram'. Did you mean 'warm'. Allowed: base, warm$"
    with pytest.raises(DeclarationError, match=told), at("tone.yaml", "overrides"):
        raise unknown("arm", "wram", ["base", "warm"])
