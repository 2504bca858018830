import os

import pytest

from statera.sandbox.inside.entry import read_frame
from tests.sandbox.kinds import run


def _frame(data: bytes) -> int:
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    return reader


def test_a_frame_is_a_length_and_json() -> None:
    reader = _frame(b'\x00\x00\x00\x07{"a":1}rest')
    assert read_frame(reader) == {"a": 1}
    os.close(reader)


@pytest.mark.parametrize("data", [b"", b"\x00\x00", b"\x00\x00\x00\x07{"])
def test_a_frame_cut_short_is_an_error(data: bytes) -> None:
    reader = _frame(data)
    with pytest.raises(EOFError):
        read_frame(reader)
    os.close(reader)


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_the_code_has_neither_the_tests_nor_the_proof(kind: str) -> None:
    source = (
        "import os\n"
        "def f():\n"
        "    found = []\n"
        "    for fd in range(64):\n"
        "        try: found.append(os.fstat(fd).st_mode & 0o170000 == 0o010000)\n"
        "        except OSError: pass\n"
        "    return sum(found)\n"
    )
    assert run(kind, source, "assert f() == 4, f()").ok  # output, errors, and the wire's two ends
