from pathlib import Path

import pytest

from statera.errors import DeclarationError
from statera.interop.importing.evalzip import ZSTANDARD, EvalZip
from tests.interop.importing import made

PLAIN = b'{"version": 2}' * 50


def _packed() -> bytes:
    module = pytest.importorskip("zstandard")
    found: bytes = module.ZstdCompressor().compress(PLAIN)
    return found


def test_parts_packed_the_old_way(tmp_path: Path) -> None:
    path = made.inspect_eval(tmp_path / "a.eval", [made.inspect_sample("a")])
    with EvalZip(path) as parts:
        assert parts.names == ("samples/a_epoch_1.json", "header.json")
        assert parts.read("header.json").startswith(b'{"version": 2')


def test_parts_packed_with_zstandard(tmp_path: Path) -> None:
    parts = {"one.json": (_packed(), PLAIN), "two.json": (_packed(), PLAIN)}
    with EvalZip(made.zip_of(tmp_path / "a.eval", parts, method=ZSTANDARD)) as found:
        assert found.read("two.json") == found.read("one.json") == PLAIN


def test_damage_is_told(tmp_path: Path) -> None:
    packed = bytearray(_packed())
    packed[len(packed) // 2] ^= 0xFF
    wrong = _packed(), PLAIN[:-1] + b"!"
    cases = {"one.json": (bytes(packed), PLAIN), "two.json": wrong, "three.json": (b"", PLAIN)}
    path = made.zip_of(tmp_path / "a.eval", cases, method=ZSTANDARD)
    with EvalZip(path) as parts:
        for name in cases:
            with pytest.raises(DeclarationError, match=rf"a\.eval, {name}: damaged: "):
                parts.read(name)


def test_an_unknown_method_is_told(tmp_path: Path) -> None:
    path = made.zip_of(tmp_path / "a.eval", {"one.json": (PLAIN, PLAIN)}, method=97)
    with EvalZip(path) as parts, pytest.raises(DeclarationError, match="damaged"):
        parts.read("one.json")


def test_half_a_file_is_told(tmp_path: Path) -> None:
    path = made.inspect_eval(tmp_path / "a.eval", [made.inspect_sample("a")])
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(DeclarationError, match=r"a\.eval: not a whole \.eval file"):
        EvalZip(path)
    with pytest.raises(DeclarationError, match="no such file"):
        EvalZip(tmp_path / "b.eval")
