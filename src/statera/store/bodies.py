"""Conversations and samples to bytes and back: MessagePack, which keeps every float exactly.

JSON has no infinity, and a log-likelihood may be one. Text that is not valid Unicode (half of a
surrogate pair, which a model can say) is kept with U+FFFD in place of the half.
"""

from typing import Any

import msgspec

from statera.records.contents import Content
from statera.records.samples import Sample
from statera.records.trials import Exchange
from statera.store.sealing import encrypted, hashed, hashed_sample, opened

_ENCODER = msgspec.msgpack.Encoder()
_EXCHANGES = msgspec.msgpack.Decoder(tuple[Exchange, ...])
_SAMPLE = msgspec.msgpack.Decoder(Sample)


def encode(value: Any) -> bytes:
    """Return the value as MessagePack."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return _ENCODER.encode(_mended(msgspec.to_builtins(value)))


def kept(value: tuple[Exchange, ...] | Sample, content: Content) -> bytes:
    """Return a conversation or a sample as MessagePack, its texts in that form."""
    if content == "hashed":
        value = hashed_sample(value) if isinstance(value, Sample) else hashed(value)
    data = encode(value)
    return encrypted(data) if content == "encrypted" else data


def exchanges(data: bytes) -> tuple[Exchange, ...]:
    """Return the conversation that `encode` packed."""
    return _EXCHANGES.decode(opened(data))


def sample(data: bytes) -> Sample:
    """Return the sample that `encode` packed."""
    return _SAMPLE.decode(opened(data))


def text(value: str | None) -> str | None:
    """Return the text with U+FFFD in place of what is not valid Unicode."""
    if value is None or value.isascii():
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _mended(value: Any) -> Any:
    """Return the builtins with every text mended."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(item) for item in value]
    return value
