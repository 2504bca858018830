"""The host with a small WebAssembly program in place of a whole Python: its walls can be tried
everywhere, though no code in Python can be run by it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from statera.sandbox.interpreter import frames

pytest.importorskip("wasmtime")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")

# Writes "ready" and a verdict to standard error when `{condition}` is not 0.
_TEXT = r"""
(module
  (import "wasi_snapshot_preview1" "fd_write"
    (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "elsewhere" "unknown" (func $unknown))
  (memory (export "memory") 1)
  (data (i32.const 100) "ready\n{\"status\": 0}\n")
  (data (i32.const 200) "../secret")
  (data (i32.const 220) "made")
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 100))
    (i32.store (i32.const 4) (i32.const 20))
    (if {condition}
      (then (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))))))
"""
OPEN = (
    "(i32.ne (i32.const 0) (call $open (i32.const 3) (i32.const 0) (i32.const {at})"
    " (i32.const {size}) (i32.const {create}) (i64.const {rights}) (i64.const 0)"
    " (i32.const 0) (i32.const 50)))"
)
REFUSED = {
    "a file outside the root": OPEN.format(at=200, size=9, create=0, rights=2),
    "a new file in the root": OPEN.format(at=220, size=4, create=1, rights=64),
    "memory without bound": "(i32.eq (memory.grow (i32.const 16000)) (i32.const -1))",
}


def hosted(condition: str, folder: Path) -> bytes:
    wasmhost = pytest.importorskip("statera.sandbox.wasmhost")
    wasmtime = pytest.importorskip("wasmtime")
    root = folder / "root"
    root.mkdir()
    (folder / "secret").write_text("secret", encoding="utf-8")
    module = folder / "module.cwasm"
    wasm = wasmtime.wat2wasm(_TEXT.replace("{condition}", condition))
    module.write_bytes(wasmhost.compile_module(bytes(wasm)))
    limits = {"cpu_seconds": 5, "memory_bytes": 2**24, "file_bytes": 4096, "open_files": 9}
    with tempfile.TemporaryDirectory() as scratch, tempfile.TemporaryFile() as proof:
        settings = {
            "limits": limits,
            "module": str(module),
            "root": str(root),
            "scratch": scratch,
            "proof": proof.fileno(),
        }
        subprocess.run(
            [sys.executable, "-m", "statera.sandbox.wasmhost"],
            input=frames(settings, {"source": "", "check": ""}),
            pass_fds=(proof.fileno(),),
            check=True,
            timeout=600,
            stdout=subprocess.DEVNULL,
        )
        os.lseek(proof.fileno(), 0, os.SEEK_SET)
        return proof.read()


def test_the_verdict_is_written_to_the_proof(tmp_path: Path) -> None:
    assert hosted("(i32.const 1)", tmp_path) == b'ready\n{"status": 0}\n'
    assert list((tmp_path / "root").iterdir()) == []


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_instance_may_not_do(what: str, tmp_path: Path) -> None:
    assert hosted(REFUSED[what], tmp_path) == b'ready\n{"status": 0}\n'
    assert list((tmp_path / "root").iterdir()) == []


def test_a_trap_is_an_end_without_a_verdict(tmp_path: Path) -> None:
    assert hosted("(unreachable)", tmp_path) == b""
    (tmp_path / "again").mkdir()
    assert hosted("(call $unknown) (i32.const 1)", tmp_path / "again") == b""
