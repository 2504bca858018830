"""A tiny classifier made in the test: one layer of 48 dimensions, a vocabulary of a few words.

With 24 dimensions jax 0.10 gives gradients that are NaN on the CPU.
"""

import json
from pathlib import Path

import numpy as np

from statera.codec.files import to_json
from statera.encoders.classifier import Anatomy
from statera.encoders.shipped import CARD, FILES, MANIFEST, MODEL, TOKENIZER, Manifest, sha256

WIDTH, POSITIONS = 48, 64
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "very", "a", "dog", "cat", "b", "##c")
ANATOMY = Anatomy(heads=("toxicity", "harmful"), window=8, overlap=2)


def weights(heads: int = 2, seed: int = 0, layers: int = 1) -> dict[str, np.ndarray]:
    """Return random weights by the network's names."""
    draw = np.random.default_rng(seed)

    def dense(name: str, rows: int, columns: int) -> dict[str, np.ndarray]:
        matrix = draw.normal(0, rows**-0.5, (rows, columns)).astype("f")
        return {
            f"{name}.weight": matrix,
            f"{name}.bias": draw.normal(0, 0.1, columns).astype("f"),
        }

    def norm(name: str) -> dict[str, np.ndarray]:
        return {f"{name}.weight": np.ones(WIDTH, "f"), f"{name}.bias": np.zeros(WIDTH, "f")}

    found = {
        "token": draw.normal(0, 1, (len(WORDS), WIDTH)).astype("f"),
        "position": draw.normal(0, 0.1, (POSITIONS, WIDTH)).astype("f"),
        **norm("embedding.norm"),
        **dense("head.in", 3 * WIDTH, 16),
        **dense("head.out", 16, heads),
    }
    for layer in range(layers):
        name = f"layer.{layer}"
        found |= dense(f"{name}.query_key_value", WIDTH, 3 * WIDTH)
        found |= dense(f"{name}.attention.out", WIDTH, WIDTH) | norm(f"{name}.attention.norm")
        found |= dense(f"{name}.feed.in", WIDTH, 48) | dense(f"{name}.feed.out", 48, WIDTH)
        found |= norm(f"{name}.feed.norm")
    return found


def tokenizer_json() -> str:
    """Return a word-piece tokenizer over WORDS, as a `tokenizer.json`."""
    special = {
        name: {"id": name, "ids": [WORDS.index(name)], "tokens": [name]}
        for name in ("[CLS]", "[SEP]")
    }
    added = [
        {
            "id": number,
            "content": word,
            "special": True,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
        }
        for number, word in enumerate(WORDS[:4])
    ]
    return json.dumps(
        {
            "version": "1.0",
            "truncation": {
                "max_length": 8,
                "strategy": "LongestFirst",
                "stride": 0,
                "direction": "Right",
            },
            "padding": None,
            "added_tokens": added,
            "normalizer": {
                "type": "BertNormalizer",
                "clean_text": True,
                "handle_chinese_chars": True,
                "strip_accents": None,
                "lowercase": True,
            },
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [
                    {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}},
                ],
                "pair": [
                    {"Sequence": {"id": "A", "type_id": 0}},
                    {"Sequence": {"id": "B", "type_id": 1}},
                ],
                "special_tokens": special,
            },
            "decoder": None,
            "model": {
                "type": "WordPiece",
                "unk_token": "[UNK]",
                "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {word: number for number, word in enumerate(WORDS)},
            },
        }
    )


def folder(place: Path, model: bytes) -> Path:
    """Write a classifier's folder with its manifest."""
    place.mkdir(parents=True, exist_ok=True)
    (place / MODEL).write_bytes(model)
    (place / TOKENIZER).write_text(tokenizer_json(), encoding="utf-8")
    (place / CARD).write_text("# tiny\n", encoding="utf-8")
    (place / MANIFEST).write_bytes(to_json(Manifest({n: sha256(place / n) for n in FILES})))
    return place
