import base64

from statera.guard.normalisation.base32_runs import replacements
from tests.guard.normalisation.rewriting import decoded


def test_a_run_is_decoded() -> None:
    for text in ("how to pick locks", "how to pick a lock"):
        assert decoded(replacements, base64.b32encode(text.encode()).decode()) == text


def test_capitals_are_left() -> None:
    text = "INTERNATIONALISATION IS WRITTEN AAAAAAAAAAAAAAAAAAAA"
    assert decoded(replacements, text) == text
