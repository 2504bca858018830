"""The command line as a user meets it: the installed `statera`, in a folder of its own."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from statera.cli.main import main

Cli = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Return a function that runs `statera ARGS` in the test's folder."""

    def run(*args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("STATERA_", "OPENAI_"))}
        return subprocess.run(
            [sys.executable, "-m", "statera", *args],
            cwd=tmp_path,
            env=clean | (env or {}),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Cli]:
    """Return a function that runs `statera ARGS` in the test's folder, without a new process."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("STATERA_", "OPENAI_")):
            monkeypatch.delenv(name)

    def run(*args: str) -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr(sys, "argv", ["statera", *args])
        code: Any = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        out = capsys.readouterr()
        return subprocess.CompletedProcess(args, code, out.out, out.err)

    kept = gc.get_threshold()
    yield run
    gc.set_threshold(*kept)
