"""Where a benchmark comes from: original address at a pinned revision, SHA-256, and conversion.

Two checks hold. The **original** bytes must have the SHA-256 that is pinned beside the address. The
**converted** files (unpacked) must have theirs: they are the very items that the item-by-item
agreement with lm-evaluation-harness was measured on. Neither file is in this package.
"""

import gzip
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from statera.errors import DeclarationError


class Download(NamedTuple):
    """One original file: its address at a fixed revision and the SHA-256 of its bytes."""

    url: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The data of one benchmark.

    `files` maps each path in a data folder to the SHA-256 of its unpacked content. `convert` turns
    the originals, in the order of `downloads`, into those files' unpacked content.
    """

    name: str
    licence: str
    downloads: tuple[Download, ...]
    files: Mapping[str, str]
    convert: Callable[[Sequence[bytes]], Mapping[str, bytes]]

    def converted(self, originals: Sequence[bytes]) -> dict[str, bytes]:
        """Return the files as written to disk; DeclarationError if an item is not as pinned."""
        found = self.convert(originals)
        for path, expected in self.files.items():
            if (got := sha256(found[path]).hexdigest()) != expected:
                raise DeclarationError(
                    f"{path}: the converted items have SHA-256 {got}, pinned is {expected}; refused"
                )
        return {path: packed(path, found[path]) for path in self.files}


def packed(path: str, content: bytes) -> bytes:
    """Return the content, compressed (the same bytes every time) when `path` ends in `.gz`."""
    return gzip.compress(content, mtime=0) if path.endswith(".gz") else content


def jsonl(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return one JSON object a line, keys in the order given, text as it is (UTF-8)."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
