"""Tools with a tiny classifier of known words, and policies opened with them."""

from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from statera.encoders.readings import ClassifierReading
from statera.errors import DeclarationError
from statera.guard.checking import AnyDetector
from statera.guard.opening import detectors_of
from statera.guard.policy import read_policy
from statera.guard.tools import Tools
from statera.models.scripted import ScriptedModel
from statera.protocols import Model

WINDOW = 40
"""Characters that the tiny classifier reads at a time."""


class Words:
    """A classifier whose scores are known: each head is a word, .9 where it stands, .1 elsewhere.

    It reads windows of WINDOW characters, three at most, and counts what it is asked.
    """

    digest = "words"

    def __init__(self, heads: tuple[str, ...]) -> None:
        self.heads = heads
        self.read_texts: list[str] = []

    def read(self, text: str) -> ClassifierReading:
        self.read_texts.append(text)
        starts = list(range(0, max(1, len(text)), WINDOW))
        scores: dict[str, float] = dict.fromkeys(self.heads, 0.1)
        spans = dict.fromkeys(self.heads, (0, min(WINDOW, len(text))))
        for start in starts[:3]:
            for head in self.heads:
                if head in text[start : start + WINDOW]:
                    scores[head], spans[head] = 0.95, (start, min(start + WINDOW, len(text)))
        return ClassifierReading(scores, spans, len(starts) > 3)

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return a vector that two texts share by their words."""
        vector = np.zeros(384, np.float32)
        for word in text.lower().split():
            vector[int.from_bytes(blake2b(word.encode(), digest_size=2).digest()) % 384] += 1
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def token_count(self, text: str) -> int:
        return len(text.split())


def tools(
    models: Mapping[str, Model] | None = None, *, folder: Path = Path(), words: Words | None = None
) -> Tools:
    """Return tools: the shipped heads as words, one model under each name."""
    found = words or Words(("toxicity", "harmful", "jailbreak", "injection", "refusal"))

    def model(name: str) -> Model:
        if models is None or name not in models:
            raise DeclarationError(f"unknown model '{name}'")
        return models[name]

    return Tools(lambda path: found, lambda path: found, model, folder)


def opened(
    entry: str,
    models: Mapping[str, Model] | None = None,
    *,
    folder: Path = Path(),
    words: Words | None = None,
) -> AnyDetector:
    """Return the detector of one entry of a policy, written in YAML's short form."""
    policy = read_policy(f"detectors:\n  - {entry}\n", source="p.yaml")
    found = detectors_of(policy, tools(models, folder=folder, words=words), "p.yaml")
    return found[policy.detectors[0].name]


def says(*replies: str) -> ScriptedModel:
    """Return a model that gives these replies in order."""
    return ScriptedModel(list(replies))
