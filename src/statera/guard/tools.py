"""What a detector may need from outside the guard, opened only when a policy asks for it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from statera.protocols import Model


class TextReading(Protocol):
    """Scores in [0, 1] by head, where each was highest; `beyond`: text lies past the windows."""

    @property
    def scores(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def spans(self) -> Mapping[str, tuple[int, int]]: ...  # noqa: D102
    @property
    def beyond(self) -> bool: ...  # noqa: D102


class TextClassifier(Protocol):
    """A classifier of one text with several heads; `digest` changes with its weights."""

    @property
    def heads(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def digest(self) -> str: ...  # noqa: D102
    def read(self, text: str) -> TextReading: ...  # noqa: D102


class TextEncoder(TextClassifier, Protocol):
    """A classifier that also embeds (unit norm) and counts tokens."""

    def embed(self, text: str) -> NDArray[np.float32]: ...  # noqa: D102
    def token_count(self, text: str) -> int: ...  # noqa: D102


class Tools(NamedTuple):
    """Doors to what costs time to open.

    `encoder` opens the shipped classifier, or one that was trained into a folder; `foreign` a
    user's own Hugging Face folder; `model` what `URL#NAME` or a model file names. `folder` is what
    relative paths of the policy start from. All raise DeclarationError.
    """

    encoder: Callable[[Path | None], TextEncoder]
    foreign: Callable[[Path], TextClassifier]
    model: Callable[[str], Model]
    folder: Path
