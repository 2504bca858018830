"""What detectors need from outside, opened when it is first asked for and then shared.

    box = Toolbox(Path("policies"))
    guard = open_guard(policy, box.tools, source=..., clock=..., pool=...)
    await box.close()

One box serves every policy that a process reads, so that a policy that is read again opens no
classifier again.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from statera.encoders.classifier import Classifier, Examination
from statera.encoders.foreign import open_foreign
from statera.encoders.readings import ClassifierReading
from statera.encoders.shipped import open_classifier
from statera.guard.tools import TextClassifier, TextEncoder, Tools
from statera.models.opening import open_model
from statera.protocols import Model

REMEMBERED = 512
"""Examinations that are kept, about 2 kB each: those of one check, whichever head asks first."""

K = TypeVar("K")
T = TypeVar("T")


class Toolbox:
    """Classifiers by folder and models by name; paths of a policy are relative to `folder`.

    A folder is read once: what is changed in it later is not seen.
    """

    def __init__(self, folder: Path) -> None:
        self._lock = Lock()
        self._encoders: dict[Path | None, TextEncoder] = {}
        self._foreign: dict[Path, TextClassifier] = {}
        self._models: dict[str, Model] = {}
        self.tools = Tools(self._encoder, self._foreigner, self._model, folder)

    async def close(self) -> None:
        """Close the models, on the event loop that used them; they may be opened anew."""
        while self._models:
            _, model = self._models.popitem()
            await model.close()

    def _encoder(self, path: Path | None) -> TextEncoder:
        return self._once(self._encoders, path, lambda one: Remembering(open_classifier(one)))

    def _foreigner(self, path: Path) -> TextClassifier:
        return self._once(self._foreign, path, open_foreign)

    def _model(self, text: str) -> Model:
        return self._once(self._models, text, open_model)

    def _once(self, opened: dict[K, T], key: K, make: Callable[[K], T]) -> T:
        with self._lock:
            if key not in opened:
                opened[key] = make(key)
            return opened[key]


class Remembering:
    """A classifier that knows its last texts, by their hash, so that every head costs one pass."""

    def __init__(self, classifier: Classifier, size: int = REMEMBERED) -> None:
        self.heads, self.digest = classifier.heads, classifier.digest
        self.token_count = classifier.token_count
        self._classifier = classifier
        self._size = size
        self._kept: OrderedDict[bytes, Examination] = OrderedDict()
        self._lock = Lock()

    def read(self, text: str) -> ClassifierReading:
        """Return the text's scores."""
        return self._examined(text).reading

    def embed(self, text: str) -> NDArray[np.float32]:
        """Return the text's embedding (384,) of length 1."""
        return self._examined(text).embedding

    def _examined(self, text: str) -> Examination:
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            return known
        found = self._classifier.examine(text)
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return found
