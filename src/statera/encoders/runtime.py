"""onnxruntime and the tokenizer, opened from local files: one thread, one text a call."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from statera.errors import DeclarationError

INSTALL = "pip install 'statera[guard]'"


def open_session(model: Path) -> Any:
    """Return an onnxruntime session on the CPU; DeclarationError when the file is no model.

    One thread within an operator and one between operators: two were slower on shared cores.
    """
    runtime = _extra("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return _opened(
        model, lambda: runtime.InferenceSession(str(model), options, ["CPUExecutionProvider"])
    )


def open_tokenizer(file: Path) -> Any:
    """Return the tokenizer of a `tokenizer.json`: it neither cuts nor pads.

    A special token's name in a text is read as the characters that it is.
    """
    library = _extra("tokenizers")
    tokenizer = _opened(file, lambda: library.Tokenizer.from_file(str(file)))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _opened(path: Path, load: Callable[[], Any]) -> Any:
    if not path.is_file():
        raise DeclarationError(f"{path}: no such file")
    try:
        return load()
    except Exception as error:  # noqa: BLE001 - neither library has errors of its own to name
        told = " ".join(str(error).split())
        raise DeclarationError(f"{path}: cannot be read: {told}") from None


def _extra(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ImportError:
        raise DeclarationError(f"the classifier needs '{name}'; run: {INSTALL}") from None
