import pytest

from statera.errors import DeclarationError
from statera.tasks.transforms.catalogue import NAMES, find

PHRASES = {"Who?": "Wer?"}


@pytest.mark.parametrize("name", [*NAMES, "base64+role_play", "translation+rot13+payload_split"])
def test_each_is_found_by_its_name_and_decodes(name: str) -> None:
    found = find(name, PHRASES)
    assert found.name == name
    assert found.undo(found.apply("Who?")) == "Who?"


def test_spaces_round_a_name_do_not_count() -> None:
    assert find("base64 + role_play", {}).name == "base64+role_play"


def test_the_nearest_name_is_told() -> None:
    with pytest.raises(DeclarationError, match=r"'rot31'\. Did you mean 'rot13'"):
        find("base64+rot31", {})


def test_a_translation_looks_up_whole_texts_and_so_comes_first() -> None:
    with pytest.raises(DeclarationError, match="a translation comes first"):
        find("base64+translation", PHRASES)
