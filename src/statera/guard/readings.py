"""Readings that are kept, so that a text that comes again is not examined again.

A conversation is sent whole with every turn: all but its last message have been read before. What
is kept is a hash of the text, never the text.
"""

from collections import OrderedDict
from hashlib import blake2b
from threading import Lock

import msgspec

from statera.records.guarding import Passage, Reading

_Key = tuple[str, bytes]
_encode = msgspec.msgpack.Encoder().encode


class ReadingCache:
    """The last `size` readings by detector and content; `hits` and `misses` are counted.

    Safe to use from several threads. A size of 0 keeps nothing.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.hits = 0
        self.misses = 0
        self._kept: OrderedDict[_Key, Reading] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str, content: bytes) -> Reading | None:
        """Return what the detector with this digest saw in the same content, if it is kept."""
        key = digest, content
        with self._lock:
            reading = self._kept.get(key)
            if reading is None:
                self.misses += 1
                return None
            self.hits += 1
            self._kept.move_to_end(key)
            return reading

    def put(self, digest: str, content: bytes, reading: Reading) -> None:
        """Keep a reading; the one not asked for longest gives way."""
        if not self.size:
            return
        with self._lock:
            self._kept[digest, content] = reading
            if len(self._kept) > self.size:
                self._kept.popitem(last=False)


def content_of(passage: Passage) -> bytes:
    """Return the hash of all that a detector reads of a passage."""
    said = (passage.side, passage.role, passage.before, passage.text, passage.guarded)
    try:
        data = _encode(said)
    except UnicodeEncodeError:  # half a surrogate pair, which UTF-8 does not have
        data = repr(said).encode()
    return blake2b(data, digest_size=16).digest()
