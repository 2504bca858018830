"""Texts that are not to lie about: kept as digests, or encrypted, instead of as they are.

Hashed, a text is `[hashed, 312 characters, 9f86d081884c7d65]`: its length, and a digest by which
equal texts are known as equal. It cannot be read or scored again; a short text that somebody
guesses can be confirmed. Encrypted (Fernet: AES-128-CBC with HMAC-SHA-256), texts are as they were
for whoever has the key in STATERA_CONTENT_KEY. Ids, categories, scores and their reasons are never
sealed.
"""

import os
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from importlib import import_module
from typing import Any, Protocol

import msgspec

from statera.errors import DeclarationError
from statera.records.contents import CONTENT, KEY
from statera.records.requests import Chat, Complete, Embed, Likelihood, Request
from statera.records.responses import Response
from statera.records.samples import Sample
from statera.records.trials import Exchange

SEALED = b"\xc1"
"""Leads an encrypted body: the one byte with which no MessagePack begins."""


class _Cipher(Protocol):
    def encrypt(self, data: bytes) -> bytes: ...
    def decrypt(self, token: bytes) -> bytes: ...


def mark(text: str) -> str:
    """Return what stands for a text: `[hashed, 3 characters, …]`; an empty one stays empty.

    >>> mark("abc")
    '[hashed, 3 characters, d8bb14d833d59559]'
    """
    if not text:
        return text
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"[hashed, {len(text)} characters, {digest}]"


def hashed_sample(sample: Sample) -> Sample:
    """Return the sample with its texts hashed, and without its further fields."""
    return msgspec.structs.replace(
        sample,
        input=mark(sample.input),
        reference=None if sample.reference is None else mark(sample.reference),
        references=tuple(map(mark, sample.references)),
        choices=tuple(map(mark, sample.choices)),
        fields={},
    )


def hashed(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """Return the conversation with every text hashed."""
    return tuple(Exchange(_request(one.request), _response(one.response)) for one in exchanges)


def _request(request: Request) -> Request:
    replace = msgspec.structs.replace
    if isinstance(request, Chat):
        messages = tuple(replace(one, content=mark(one.content)) for one in request.messages)
        return replace(request, messages=messages)
    if isinstance(request, Complete):
        return replace(request, prompt=mark(request.prompt))
    if isinstance(request, Likelihood):
        continuations = tuple(map(mark, request.continuations))
        return replace(request, context=mark(request.context), continuations=continuations)
    return Embed(texts=tuple(map(mark, request.texts)))


def _response(response: Response) -> Response:
    texts = {name: getattr(response, name) for name in ("text", "reasoning", "refusal")}
    marked = {name: mark(text) for name, text in texts.items() if text is not None}
    return msgspec.structs.replace(response, **marked, tool_calls=(), logprobs=())


def encrypted(data: bytes) -> bytes:
    """Return a body as only the key opens it. DeclarationError without key or package."""
    return SEALED + _cipher().encrypt(data)


def opened(data: bytes) -> bytes:
    """Return a body as it was packed; DeclarationError where it is encrypted and no key fits."""
    if data[:1] != SEALED:
        return data
    cipher = _cipher()
    try:
        return cipher.decrypt(data[1:])
    except Exception as error:  # InvalidToken, of a package that may be absent
        raise DeclarationError(f"{KEY} is not the key that these texts were kept with") from error


def check_key() -> None:
    """Raise DeclarationError where texts could not be encrypted: before any request."""
    _cipher()


def check_readable(environment: Mapping[str, Any], task: str) -> None:
    """Raise DeclarationError for a task whose texts were hashed: nothing can read them again."""
    if environment.get(CONTENT, {}).get(task) == "hashed":
        raise DeclarationError(
            f"task {task}: its texts were kept as digests (--content hashed): they cannot be "
            "scored, judged or labelled again"
        )


def _cipher() -> _Cipher:
    key = os.environ.get(KEY)
    if not key:
        raise DeclarationError(f"texts are encrypted: {KEY} must hold their key")
    try:
        fernet = import_module("cryptography.fernet").Fernet
    except ImportError:
        raise DeclarationError(
            "texts are encrypted: needs the package 'cryptography': pip install 'statera[sealed]'"
        ) from None
    try:
        found: _Cipher = fernet(key)
    except ValueError:
        raise DeclarationError(
            f"{KEY} is no key: 32 bytes in URL-safe Base64 (Fernet.generate_key())"
        ) from None
    return found
