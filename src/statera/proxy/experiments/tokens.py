"""The token by which a browser may report on one answer: it names its decision, and nothing else.

    text = sign(key, decision)            # 32 characters, the header `x-statera-feedback`
    verified(key, text)                   # the decision, or None for a forged one

base64url of 24 bytes: the decision (8, big-endian, signed) and HMAC-SHA256 of "statera/feedback/1",
a line feed and those 8, cut to 128 bits (RFC 2104, section 5: no shorter than half of the digest).
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

HEADER = b"x-statera-feedback"
_FORM = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_BLOCK = 64
_HEAD = b"statera/feedback/1\n"


def sign(key: bytes, decision: int) -> str:
    """Return the token of a decision; `key` is any secret of 16 bytes or more."""
    name = decision.to_bytes(8, "big", signed=True)
    return urlsafe_b64encode(name + _code(key, name)).decode()


def verified(key: bytes, text: str) -> int | None:
    """Return the decision that a token names, in constant time; None for one we did not sign."""
    if _FORM.fullmatch(text) is None:
        return None
    whole = urlsafe_b64decode(text)
    name, code = whole[:8], whole[8:]
    if not hmac.compare_digest(code, _code(key, name)):
        return None
    return int.from_bytes(name, "big", signed=True)


def _code(key: bytes, name: bytes) -> bytes:
    inner, outer = (state.copy() for state in _states(key))
    inner.update(name)
    outer.update(inner.digest())
    return outer.digest()[:16]


@lru_cache(16)
def _states(key: bytes) -> "tuple[Hash, Hash]":
    """Return both hashes of HMAC as far as the key goes (RFC 2104, section 4), made once."""
    block = (key if len(key) <= _BLOCK else sha256(key).digest()).ljust(_BLOCK, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block) + _HEAD)
    return inner, sha256(bytes(byte ^ 0x5C for byte in block))
