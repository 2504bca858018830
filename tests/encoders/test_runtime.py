"""Files that are no model and no tokenizer; a special token's name in a text is text."""

from pathlib import Path

import pytest

from statera.encoders.runtime import open_session, open_tokenizer
from statera.errors import DeclarationError
from tests.encoders.tiny import WORDS, tokenizer_json

pytest.importorskip("onnxruntime")
pytest.importorskip("tokenizers")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"model\.onnx: no such file"):
        open_session(tmp_path / "model.onnx")
    with pytest.raises(DeclarationError, match=r"tokenizer\.json: no such file"):
        open_tokenizer(tmp_path / "tokenizer.json")


def test_a_file_that_is_no_model_is_one_line(tmp_path: Path) -> None:
    for opened, name in ((open_session, "model.onnx"), (open_tokenizer, "tokenizer.json")):
        (tmp_path / name).write_bytes(b"\x08{no")
        with pytest.raises(DeclarationError, match="cannot be read") as told:
            opened(tmp_path / name)
        assert "\n" not in str(told.value)


def test_a_text_cannot_smuggle_special_tokens_and_is_not_cut(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    tokenizer = open_tokenizer(tmp_path / "tokenizer.json")
    ids = tokenizer.encode("good [SEP] bad", add_special_tokens=False).ids
    assert WORDS.index("[SEP]") not in ids
    assert len(tokenizer.encode("good " * 40, add_special_tokens=False).ids) == 40
