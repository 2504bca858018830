"""The ONNX file says what the network says; int8 nearly the same."""

from pathlib import Path

import numpy as np
import pytest

from statera.encoders.runtime import open_session
from tests.encoders import tiny

jax = pytest.importorskip("jax")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from statera.encoders.training.graph import graph, quantised  # noqa: E402
from statera.encoders.training.network import outputs  # noqa: E402

IDS = np.array([[2, 4, 5, 6, 3]])


def said(place: Path, model: bytes) -> tuple[np.ndarray, np.ndarray]:
    place.write_bytes(model)
    logits, embedding = open_session(place).run(("logits", "embedding"), {"ids": IDS})
    return logits, embedding


def test_the_file_says_what_the_network_says(tmp_path: Path) -> None:
    weights = tiny.weights(layers=2)
    logits, embedding = said(tmp_path / "m.onnx", graph(weights, tiny.ANATOMY).SerializeToString())
    mask = jax.numpy.ones(IDS.shape)
    arrays = {name: jax.numpy.asarray(value) for name, value in weights.items()}
    ids = jax.numpy.asarray(IDS)
    expected = jax.jit(lambda w: outputs(w, ids, mask, None))(arrays)
    np.testing.assert_allclose(logits, expected.logits, atol=1e-4)
    np.testing.assert_allclose(embedding, expected.embeddings, atol=1e-5)


def test_int8_is_near_and_made_alike_each_time(tmp_path: Path) -> None:
    exact = graph(tiny.weights(), tiny.ANATOMY)
    small = quantised(exact, tiny.ANATOMY)
    assert small == quantised(graph(tiny.weights(), tiny.ANATOMY), tiny.ANATOMY)
    near = said(tmp_path / "s.onnx", small)
    for one, other in zip(near, said(tmp_path / "e.onnx", exact.SerializeToString()), strict=True):
        np.testing.assert_allclose(one, other, atol=0.1)
    kinds = {node.op_type for node in onnx.load_model_from_string(small).graph.node}
    assert {"MatMulInteger", "MatMul"} <= kinds
