"""The command line as a user meets it: the installed `statera`, in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
