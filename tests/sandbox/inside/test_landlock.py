"""Landlock alone, in a process of its own: only the named paths are left."""

import subprocess
import sys
from pathlib import Path

import pytest

from statera.sandbox.landlock import missing

_PROGRAM = """
import os, sys
from statera.sandbox.inside import landlock
from statera.sandbox.inside.syscalls import PR_SET_NO_NEW_PRIVS, prctl
folder = sys.argv[1]
flags = os.O_RDONLY | os.O_PATH
readable = [os.open(folder + name, flags) for name in ("/open", "/file")]
scratch = os.open(folder + "/scratch", flags)
prctl(PR_SET_NO_NEW_PRIVS, 1)
landlock.restrict(readable, scratch)
def attempt(action):
    try:
        action()
    except OSError:
        return "no"
    return "yes"
print(
    attempt(lambda: open(folder + "/open/a").read()),
    attempt(lambda: open(folder + "/file").read()),
    attempt(lambda: open(folder + "/shut/a").read()),
    attempt(lambda: os.listdir(folder)),
    attempt(lambda: open(folder + "/open/a", "w")),
    attempt(lambda: open(folder + "/scratch/new", "w")),
    attempt(lambda: os.mkdir(folder + "/scratch/folder")),
    attempt(lambda: os.remove(folder + "/scratch/new")),
    attempt(lambda: os.symlink("/", folder + "/scratch/link")),
    attempt(lambda: os.execv("/bin/true", ["true"])),
)
"""


def test_only_what_is_named_is_left(tmp_path: Path) -> None:
    if reason := missing():
        pytest.skip(reason)
    for name in ("open", "shut", "scratch"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("a", encoding="utf-8")
    (tmp_path / "file").write_text("a", encoding="utf-8")
    command = [sys.executable, "-c", _PROGRAM, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert found.stdout.split() == ["yes", "yes", "no", "no", "no", "yes", "yes", "no", "no", "no"]
