import sys
from pathlib import Path

import pytest

from statera.sandbox.wasi import VARIABLE, missing
from tests.sandbox.kinds import run, sandbox


def test_without_the_variable_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("wasmtime")
    if sys.platform == "win32":
        pytest.skip("needs POSIX")
    monkeypatch.delenv(VARIABLE, raising=False)
    assert missing() == f"{VARIABLE} is not set"
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.wasm"))
    assert "no such file" in missing()


def test_the_name_says_by_which_means() -> None:
    name = sandbox("wasi").name
    assert name.startswith("wasmtime ")
    assert "python.wasm" in name


def test_it_is_another_python() -> None:
    program = run("wasi", "import sys\nprint(sys.platform)")
    assert program.output == "wasi\n"
