import gzip
from hashlib import sha256

import pytest

from statera.errors import DeclarationError
from statera.tasks.origin import Download, Origin, jsonl, packed


def _origin(expected: bytes) -> Origin:
    return Origin(
        name="made",
        licence="MIT",
        downloads=(Download("http://127.0.0.1/x", "0" * 64),),
        files={"made/x.jsonl.gz": sha256(expected).hexdigest()},
        convert=lambda originals: {"made/x.jsonl.gz": originals[0].upper()},
    )


def test_converted_files_are_packed_after_their_content_is_checked() -> None:
    found = _origin(b"ABC").converted([b"abc"])
    assert gzip.decompress(found["made/x.jsonl.gz"]) == b"ABC"


def test_a_converted_file_that_is_not_the_pinned_one_is_refused() -> None:
    with pytest.raises(DeclarationError, match=r"made/x\.jsonl\.gz: the converted items .*refused"):
        _origin(b"ABC").converted([b"abd"])


def test_packing_gives_the_same_bytes_every_time() -> None:
    assert packed("a.gz", b"x" * 100) == packed("b.gz", b"x" * 100)
    assert packed("a.csv", b"x") == b"x"


def test_jsonl_keeps_text_and_order() -> None:
    assert jsonl([{"b": "é", "a": 1}, {}]) == '{"b": "é", "a": 1}\n{}\n'.encode()
