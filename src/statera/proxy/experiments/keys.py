"""The keys of served experiments: one hashes ids of units and answers, one signs feedback tokens.

    keys = keys_of(terms, ".statera/live.sqlite")

Both are secrets of at least 16 characters. Without `--unit-key` one is made and kept in a file
beside a live store that is itself a file; several pods share a database and no file, so that there
it must be given, the same to all. Without `--feedback-key` tokens are signed by what the unit key
yields.
"""

import secrets
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from statera.codec.files import read_text, write_once
from statera.errors import DeclarationError
from statera.proxy.terms import Terms

LEAST = 16


class Keys(NamedTuple):
    """`unit` hashes ids, `feedback` signs tokens; 32 bytes or more."""

    unit: bytes
    feedback: bytes


def keys_of(terms: Terms, live: str) -> Keys:
    """Return the keys; DeclarationError for a short one, or none beside a shared database."""
    unit = _long(terms.unit_key, "unit-key") or _kept(live)
    feedback = _long(terms.feedback_key, "feedback-key").encode()
    return Keys(_derived(unit, b"unit"), feedback or _derived(unit, b"feedback"))


def is_shared(live: str) -> bool:
    """Return whether a live store is a database that several machines reach."""
    return "://" in live


def _long(key: str, flag: str) -> str:
    if key and len(key) < LEAST:
        raise DeclarationError(
            f"--{flag}: {len(key)} characters can be guessed. Allowed: {LEAST} or more, as of "
            "`openssl rand -hex 32`"
        )
    return key


def _kept(live: str) -> str:
    """Return the key in the file beside a live store, made when it is not there."""
    if is_shared(live):
        raise DeclarationError(
            "--unit-key (STATERA_GUARD_UNIT_KEY) is needed where pods share a database: a secret, "
            "the same for all, as of `openssl rand -hex 32`; unit ids are hashed with it"
        )
    path = Path(f"{live}.key")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_once(path, secrets.token_hex(32).encode())
    except OSError as error:
        raise DeclarationError(f"{path}: no key can be kept: {error.strerror}") from None
    if len(key := read_text(path).strip()) < LEAST:
        raise DeclarationError(f"{path}: holds no key. Give the one that was used as --unit-key")
    return key


def _derived(key: str, use: bytes) -> bytes:
    return blake2b(key.encode(), digest_size=32, person=use).digest()
