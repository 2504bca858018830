import asyncio
import platform
import sys

import pytest

from statera.sandbox import interpreter
from statera.sandbox.landlock import LandlockSandbox, missing
from statera.sandbox.limits import Limits
from tests.sandbox.kinds import run, sandbox


@pytest.mark.parametrize(
    ("system", "machine", "reason"),
    [
        ("darwin", "arm64", "needs Linux, this is darwin"),
        ("linux", "s390x", "no system call filter for s390x (has x86_64, aarch64)"),
    ],
)
def test_other_machines_are_told(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, reason: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert missing() == reason


def test_the_name_says_by_which_means() -> None:
    assert sandbox("landlock").name.startswith("landlock ")


def test_a_sandbox_that_cannot_be_started_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    box = LandlockSandbox(Limits())
    monkeypatch.setattr(interpreter, "command", lambda: ("/no/such/program",))
    program = asyncio.run(box.run("x = 1"))
    assert program.broken.startswith("the sandbox could not be started: ")
    assert "/no/such/program" in program.broken


def test_what_is_written_cannot_be_removed() -> None:
    source = (
        "import os\nopen('a', 'w').write('x')\n"
        "try:\n    os.remove('a')\nfinally:\n    print(os.listdir('.'))"
    )
    program = run("landlock", source)
    assert program.output == "['a']\n"
    assert "Permission" in program.why


def test_the_library_is_imported_late_too() -> None:
    source = (
        "def f():\n    import sqlite3, ssl, decimal, zoneinfo\n    return sqlite3.sqlite_version\n"
    )
    assert run("landlock", source, "assert f()").ok
