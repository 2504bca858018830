"""A user's own classifier: a real ONNX graph made here, and folders that must be refused."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from statera.encoders.foreign import ForeignClassifier, open_foreign
from statera.errors import DeclarationError
from tests.encoders.tiny import WORDS, tokenizer_json

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

TWO = {"0": "safe", "1": "unsafe"}


def graph(outputs: int, *, inputs: tuple[str, ...] = ("input_ids", "attention_mask")) -> bytes:
    """Return a model whose logits are the sum of its tokens' rows: `bad` raises the last one."""
    rows = np.zeros((len(WORDS), outputs), np.float32)
    rows[WORDS.index("bad"), -1] = 3.0
    rows[WORDS.index("good"), 0] = 1.0
    node = onnx.helper.make_node
    made = onnx.helper.make_graph(
        [
            node("Gather", ["rows", inputs[0]], ["each"]),
            node("Cast", [inputs[1]], ["mask"], to=onnx.TensorProto.FLOAT),
            node("Unsqueeze", ["mask", "last"], ["wide"]),
            node("Mul", ["each", "wide"], ["kept"]),
            node("ReduceSum", ["kept", "tokens"], ["logits"], keepdims=0),
        ],
        "own",
        [
            onnx.helper.make_tensor_value_info(name, onnx.TensorProto.INT64, ["n", "tokens"])
            for name in inputs
        ],
        [onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["n", outputs])],
        [
            onnx.numpy_helper.from_array(rows, "rows"),
            onnx.numpy_helper.from_array(np.array([2]), "last"),
            onnx.numpy_helper.from_array(np.array([1]), "tokens"),
        ],
    )
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(made, opset_imports=opset, ir_version=9)
    return bytes(model.SerializeToString())


def folder(place: Path, config: Mapping[str, object], model: bytes | None = None) -> Path:
    (place / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (place / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    if model is not None:
        (place / "model.onnx").write_bytes(model)
    return place


def opened(place: Path, problem: str | None, outputs: int = 2) -> ForeignClassifier:
    named = TWO if outputs == 2 else {str(n): f"label{n}" for n in range(outputs)}
    config = {"id2label": named, "problem_type": problem, "max_position_embeddings": 12}
    return open_foreign(folder(place, config, graph(outputs)), max_windows=4)


def test_labels_that_exclude_each_other_share_one(tmp_path: Path) -> None:
    scores = opened(tmp_path, "single_label_classification").read("bad dog").scores
    assert scores["unsafe"] == pytest.approx(np.exp(3) / (1 + np.exp(3)))
    assert sum(scores.values()) == pytest.approx(1)


def test_labels_that_may_meet_have_a_chance_each(tmp_path: Path) -> None:
    scores = opened(tmp_path, "multi_label_classification").read("bad dog").scores
    assert scores["unsafe"] == pytest.approx(1 / (1 + np.exp(-3)))
    assert scores["safe"] == pytest.approx(0.5)


def test_a_single_output_is_a_chance(tmp_path: Path) -> None:
    scores = opened(tmp_path, None, outputs=1).read("bad").scores
    assert scores == {"label0": pytest.approx(1 / (1 + np.exp(-3)))}


def test_long_texts_are_read_in_windows(tmp_path: Path) -> None:
    classifier = opened(tmp_path, "single_label_classification")
    text = "dog " * 20 + "bad"
    reading = classifier.read(text)
    assert reading.scores["unsafe"] > 0.9
    assert reading.spans["unsafe"][1] == len(text)
    assert not reading.beyond
    assert classifier.read("dog " * 100).beyond
    assert classifier.token_count(text) == 21


def test_its_digest_follows_its_files(tmp_path: Path) -> None:
    first = opened(tmp_path, None).digest
    assert first == opened(tmp_path, None).digest
    assert first != opened(tmp_path, "multi_label_classification").digest


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ({}, "no id2label"),
        ({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}}, "LABEL_0 says nothing"),
        ({"id2label": {"0": "a", "2": "b"}}, "without a gap"),
        ({"id2label": {"0": "a", "1": "a"}}, "one name"),
        ({"id2label": TWO, "problem_type": "regression"}, "problem_type 'regression'"),
        ({"id2label": TWO, "auto_map": {"AutoModel": "own.py"}}, "never run"),
        ({"id2label": {"0": "a", "1": "b", "2": "c"}}, "2 outputs, and its id2label names 3"),
        ({"id2label": [1]}, "Expected"),
    ],
)
def test_a_configuration_that_cannot_be_trusted_is_refused(
    tmp_path: Path, config: dict[str, object], told: str
) -> None:
    with pytest.raises(DeclarationError, match=told):
        open_foreign(folder(tmp_path, config, graph(2)))


def test_a_pickle_is_refused_and_so_is_nothing_at_all(tmp_path: Path) -> None:
    place = folder(tmp_path, {"id2label": TWO})
    with pytest.raises(DeclarationError, match=r"neither model\.onnx nor model\.safetensors"):
        open_foreign(place)
    (place / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(DeclarationError, match="a pickle, which may run code"):
        open_foreign(place)


def test_an_input_that_nobody_knows_is_named(tmp_path: Path) -> None:
    model = graph(2, inputs=("input_ids", "pixel_values"))
    with pytest.raises(DeclarationError, match="input 'pixel_values'"):
        open_foreign(folder(tmp_path, {"id2label": TWO}, model))


def test_safetensors_without_transformers_say_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    place = folder(tmp_path, {"id2label": TWO})
    (place / "model.safetensors").write_bytes(b"")
    with pytest.raises(DeclarationError, match="needs 'transformers'; run: pip install"):
        open_foreign(place)
