"""The trained network as an ONNX file: built node by node, then quantised to int8.

One text a call: `ids` (1, tokens) in, `logits` (1, heads) and `embedding` (1, 384) out; there is no
padding and so no mask.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

from statera.codec.files import to_json
from statera.encoders.classifier import METADATA, Anatomy
from statera.encoders.training.network import EPSILON, HEADS

OPSET = 20


class _Graph:
    """A graph under construction; each method adds nodes and returns the name of what they give."""

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, np.ndarray] = {}
        self._weights = weights

    def weight(self, name: str) -> str:
        self.constants[name] = self._weights[name]
        return name

    def constant(self, values: Sequence[int] | np.ndarray) -> str:
        array = np.asarray(values)
        name = f"constant.{array.dtype}.{array.ndim}.{'_'.join(map(str, array.ravel()))}"
        self.constants[name] = array
        return name

    def node(self, kind: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        found = name or f"{kind}.{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [found], name=found, **attributes))
        return found

    def dense(self, name: str, state: str, *, out: str = "") -> str:
        product = self.node("MatMul", state, self.weight(f"{name}.weight"), name=f"{name}.product")
        return self.node("Add", product, self.weight(f"{name}.bias"), name=out)

    def normed(self, name: str, state: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node("LayerNormalization", state, scale, shift, epsilon=EPSILON)

    def attention(self, name: str, state: str, width: int) -> str:
        joint = self.dense(f"{name}.query_key_value", state)
        split = self.node("Reshape", joint, self.constant([0, 0, 3, HEADS, width // HEADS]))
        parts = self.node("Transpose", split, perm=[2, 0, 3, 1, 4])
        three = [
            self.node("Gather", parts, self.constant(np.array(part)), axis=0) for part in range(3)
        ]
        turned = self.node("Transpose", three[1], perm=[0, 1, 3, 2])
        scale = self.constant(np.array((width // HEADS) ** -0.5, dtype=np.float32))
        reach = self.node("Mul", self.node("MatMul", three[0], turned), scale)
        mixed = self.node("MatMul", self.node("Softmax", reach, axis=-1), three[2])
        back = self.node("Transpose", mixed, perm=[0, 2, 1, 3])
        return self.node("Reshape", back, self.constant([0, 0, width]))

    def layer(self, name: str, state: str, width: int) -> str:
        attended = self.dense(f"{name}.attention.out", self.attention(name, state, width))
        state = self.normed(f"{name}.attention.norm", self.node("Add", state, attended))
        inner = self.node("Gelu", self.dense(f"{name}.feed.in", state))
        fed = self.dense(f"{name}.feed.out", inner)
        return self.normed(f"{name}.feed.norm", self.node("Add", state, fed))

    def embedded(self) -> str:
        length = self.node("Shape", "ids", start=1, end=2)
        zero, tokens = self.constant([0]), self.node("Gather", self.weight("token"), "ids", axis=0)
        places = self.node("Slice", self.weight("position"), zero, length, zero)
        return self.normed("embedding.norm", self.node("Add", tokens, places))

    def outputs(self, state: str) -> None:
        first = self.node("Gather", state, self.constant(np.array(0)), axis=1)
        mean = self.node("ReduceMean", state, self.constant([1]), keepdims=0)
        highest = self.node("ReduceMax", state, self.constant([1]), keepdims=0)
        features = self.node("Concat", first, mean, highest, axis=1)
        self.dense("head.out", self.node("Gelu", self.dense("head.in", features)), out="logits")
        self.node("LpNormalization", mean, name="embedding", axis=1, p=2)


def graph(weights: Mapping[str, np.ndarray], anatomy: Anatomy) -> onnx.ModelProto:
    """Return the network in single precision; `weights` are named as in `network`."""
    width = weights["token"].shape[1]
    made = _Graph(weights)
    state = made.embedded()
    for layer in range(sum(name.endswith(".query_key_value.weight") for name in weights)):
        state = made.layer(f"layer.{layer}", state, width)
    made.outputs(state)
    whole = helper.make_graph(
        made.nodes,
        "classifier",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
        [
            helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, len(anatomy.heads)]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, width]),
        ],
        [numpy_helper.from_array(array, name) for name, array in made.constants.items()],
    )
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9, producer_name="statera"
    )
    onnx.checker.check_model(model)
    return told(model, anatomy)


def with_last_layer(model: bytes, weights: Mapping[str, np.ndarray]) -> bytes:
    """Return a model's file with the last layer of `weights`, which int8 leaves as it is."""
    made = onnx.load_model_from_string(model)
    for constant in made.graph.initializer:
        if constant.name.startswith("head.out."):
            constant.CopyFrom(numpy_helper.from_array(weights[constant.name], constant.name))
    return bytes(made.SerializeToString(deterministic=True))


def told(model: onnx.ModelProto, anatomy: Anatomy) -> onnx.ModelProto:
    """Return the model with what it says of itself."""
    helper.set_model_props(model, {METADATA: to_json(anatomy).decode()})
    return model


def quantised(model: onnx.ModelProto, anatomy: Anatomy) -> bytes:
    """Return the model's file with int8 weights, a scale per output; its last layers stay exact.

    Weights take 7 bits, as 8 overflow on processors without VNNI: scores would depend on the
    machine.
    """
    with TemporaryDirectory() as folder:
        exact, small = Path(folder, "exact.onnx"), Path(folder, "small.onnx")
        onnx.save(model, exact)
        root = logging.getLogger()
        level = root.level
        root.setLevel(logging.ERROR)
        try:
            quantize_dynamic(
                exact,
                small,
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=["head.in.product", "head.out.product"],
            )
        finally:
            root.setLevel(level)
        return bytes(told(onnx.load(small), anatomy).SerializeToString(deterministic=True))
