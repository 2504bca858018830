"""A user's own classifier: any Hugging Face sequence classifier in a local folder.

`config.json` says what its outputs mean (`id2label`) and whether they exclude each other
(`problem_type`); `tokenizer.json` is its tokenizer; its weights are `model.onnx`, or
`model.safetensors` with the library transformers. Nothing is fetched, no code that comes with a
model is run, and no pickle is read.

    classifier = open_foreign(Path("models/toxic-bert"))
    classifier.read("You are a waste of space.").scores["toxic"]
"""

import hashlib
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from statera.codec.files import read_bytes, read_json
from statera.encoders.classifier import MAX_WINDOWS
from statera.encoders.readings import ClassifierReading
from statera.encoders.runtime import open_session, open_tokenizer
from statera.encoders.windows import Cut, sigmoid, tokenized, windows, worst
from statera.errors import DeclarationError

INSTALL = "pip install transformers torch"
CONFIG, TOKENIZER, ONNX, SAFETENSORS = (
    "config.json",
    "tokenizer.json",
    "model.onnx",
    "model.safetensors",
)
_PICKLES = ("pytorch_model.bin", "model.pt", "model.pth", "model.pkl", "model.ckpt")
_SINGLE, _MULTI = "single_label_classification", "multi_label_classification"
_MOST_TOKENS = 512
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

Network = Callable[[np.ndarray], np.ndarray]
"""Tokens (1, length) to logits (labels,)."""


class Config(msgspec.Struct, frozen=True):
    """What is read of a model's `config.json`; everything else there is left alone."""

    id2label: dict[str, str] | None = None
    problem_type: str | None = None
    max_position_embeddings: int = _MOST_TOKENS + 2
    auto_map: dict[str, object] | None = None


class Frame(NamedTuple):
    """The special tokens before and behind a text."""

    before: list[int]
    behind: list[int]


class ForeignClassifier:
    """A classifier of a user's own; its heads are the labels of its map, in their order."""

    def __init__(
        self, network: Network, tokenizer: Any, *, config: Config, digest: str, max_windows: int
    ) -> None:
        self._network, self._tokenizer = network, tokenizer
        self._frame = _frame(tokenizer)
        self.heads = labels(config)
        self.digest = digest
        self._exclusive = config.problem_type != _MULTI and len(self.heads) > 1
        size = min(_MOST_TOKENS, config.max_position_embeddings - 2) - sum(map(len, self._frame))
        self._cut = Cut(size, size // 4, max_windows)

    def read(self, text: str) -> ClassifierReading:
        """Return the text's scores: each label's highest over overlapping windows."""
        tokens = tokenized(self._tokenizer, text, self._cut)
        spans, beyond = windows(len(tokens.ids), self._cut)
        scores = np.stack([self._scores(tokens.ids[start:end]) for start, end in spans])
        return worst(self.heads, tokens, spans, scores, beyond=beyond)

    def token_count(self, text: str) -> int:
        """Return how many tokens the text has, those that frame it not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def warm(self) -> None:
        """Read one text; DeclarationError when the model does not answer for its label map."""
        self.read("warm")

    def _scores(self, ids: Sequence[int]) -> np.ndarray:
        logits = self._network(np.array([[*self._frame.before, *ids, *self._frame.behind]]))
        if logits.shape != (len(self.heads),):
            raise DeclarationError(
                f"the model gives {logits.shape[-1]} outputs, and its id2label names "
                f"{len(self.heads)}"
            )
        if not self._exclusive:
            return sigmoid(logits)
        powers = np.exp(logits.astype(np.float64) - logits.max())
        return np.asarray(powers / powers.sum())


def open_foreign(folder: Path, *, max_windows: int = MAX_WINDOWS) -> ForeignClassifier:
    """Return the classifier in the folder, warmed up.

    DeclarationError for a file that is missing, a label map that is missing or says nothing, a
    problem that is no classification, a model that needs code of its own or is only a pickle.
    """
    config = read_json(folder / CONFIG, Config)
    _check(config, folder)
    weights = _weights(folder)
    network = _onnx(weights) if weights.name == ONNX else _transformers(folder)
    made = ForeignClassifier(
        network,
        open_tokenizer(folder / TOKENIZER),
        config=config,
        digest=_digest(folder, weights),
        max_windows=max_windows,
    )
    made.warm()
    return made


def labels(config: Config) -> tuple[str, ...]:
    """Return the labels in the order of the model's outputs."""
    named = config.id2label or {}
    return tuple(named[key] for key in sorted(named, key=int))


def _check(config: Config, folder: Path) -> None:
    place = folder / CONFIG
    if config.auto_map:
        raise DeclarationError(f"{place}: auto_map asks for code of its own, which is never run")
    if not config.id2label:
        raise DeclarationError(f'{place}: no id2label; write {{"id2label": {{"0": "safe", …}}}}')
    if sorted(config.id2label) != sorted(map(str, range(len(config.id2label)))):
        raise DeclarationError(f"{place}: id2label: number the labels from 0 without a gap")
    if len(set(config.id2label.values())) < len(config.id2label):
        raise DeclarationError(f"{place}: id2label: two outputs have one name")
    if all(name == f"LABEL_{number}" for number, name in config.id2label.items()):
        raise DeclarationError(f"{place}: id2label: LABEL_0 says nothing; name what it stands for")
    if config.problem_type not in (None, _SINGLE, _MULTI):
        raise DeclarationError(
            f"{place}: problem_type '{config.problem_type}'. Allowed: {_SINGLE}, {_MULTI}"
        )


def _weights(folder: Path) -> Path:
    for name in (ONNX, SAFETENSORS):
        if (folder / name).is_file():
            return folder / name
    for name in _PICKLES:
        if (folder / name).is_file():
            raise DeclarationError(
                f"{folder / name}: a pickle, which may run code when it is read; "
                f"save the model as {SAFETENSORS} or {ONNX}"
            )
    raise DeclarationError(f"{folder}: neither {ONNX} nor {SAFETENSORS}")


def _onnx(model: Path) -> Network:
    session = open_session(model)
    names = [one.name for one in session.get_inputs()]
    outputs = [one.name for one in session.get_outputs()]
    for name in names:
        if name not in _INPUTS:
            raise DeclarationError(f"{model}: input '{name}'. Known: {', '.join(_INPUTS)}")
    output = "logits" if "logits" in outputs else outputs[0]

    def network(ids: np.ndarray) -> np.ndarray:
        values = dict(zip(_INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
        given = {name: values[name] for name in names}
        return np.asarray(session.run([output], given)[0][0])

    return network


def _transformers(folder: Path) -> Network:
    try:
        library, torch = import_module("transformers"), import_module("torch")
    except ImportError as missing:
        raise DeclarationError(
            f"{folder / SAFETENSORS}: needs '{missing.name}'; run: {INSTALL}; "
            f"or save the model as {ONNX}, which needs neither"
        ) from None
    model = library.AutoModelForSequenceClassification.from_pretrained(
        folder, local_files_only=True, use_safetensors=True, trust_remote_code=False
    ).eval()

    def network(ids: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            tokens = torch.from_numpy(ids)
            given = model(input_ids=tokens, attention_mask=torch.ones_like(tokens))
        return np.asarray(given.logits[0].float().numpy())

    return network


def _frame(tokenizer: Any) -> Frame:
    """Return the special tokens that the tokenizer puts around a text."""
    plain = tokenizer.encode("a", add_special_tokens=False).ids
    framed = tokenizer.encode("a", add_special_tokens=True).ids
    for start in range(len(framed) - len(plain) + 1):
        if framed[start : start + len(plain)] == plain:
            return Frame(framed[:start], framed[start + len(plain) :])
    return Frame([], [])


def _digest(folder: Path, weights: Path) -> str:
    whole = hashlib.sha256()
    for path in (folder / CONFIG, folder / TOKENIZER, weights):
        whole.update(hashlib.sha256(read_bytes(path)).digest())
    return whole.hexdigest()
