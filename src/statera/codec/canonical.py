"""Canonical JSON and digests: equal values give equal bytes, so identities can be compared.

>>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
True
"""

from hashlib import blake2b
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(order="deterministic")


def canonical(value: Any) -> bytes:
    """Return the JSON of any msgspec-encodable value with sorted keys."""
    try:
        return _ENCODER.encode(value)
    except TypeError:  # it sorts keys that are texts only; JSON's keys are texts anyway
        return _ENCODER.encode(msgspec.to_builtins(value, str_keys=True))


def digest(value: Any, *, size: int = 16) -> str:
    """Return the hexadecimal BLAKE2b digest, `size` bytes long, of the canonical JSON."""
    return digest_bytes(canonical(value), size=size)


def digest_bytes(data: bytes, *, size: int = 16) -> str:
    """Return the hexadecimal BLAKE2b digest, `size` bytes long, of the bytes as they are."""
    return blake2b(data, digest_size=size).hexdigest()
