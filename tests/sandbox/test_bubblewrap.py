import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from statera.sandbox import bubblewrap
from statera.sandbox.bubblewrap import BubblewrapSandbox, missing
from statera.sandbox.limits import Limits
from tests.sandbox.kinds import run, sandbox


@pytest.mark.skipif(sys.platform != "linux", reason="bubblewrap needs Linux")
@pytest.mark.parametrize(
    ("user", "may_change", "wanted"),
    [
        (0, True, "not installed: bwrap, setpriv"),
        (0, False, "root may not change its user here"),
        (1000, False, "not installed: bwrap"),
    ],
)
def test_without_the_program_it_says_so(
    user: int, may_change: bool, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(bubblewrap, "can_change_user", lambda: may_change)
    assert missing().startswith(wanted)
    assert ("setpriv" in missing()) is ("setpriv" in wanted)


def test_a_sandbox_that_cannot_be_started_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "_command", lambda limits, user: ("/no/such/program",))
    program = asyncio.run(BubblewrapSandbox(Limits()).run("x = 1"))
    assert program.broken.startswith("the sandbox could not be started: ")


def test_the_name_says_by_which_means() -> None:
    assert sandbox("bubblewrap").name.startswith("bubblewrap + seccomp + rlimits")


def test_only_the_library_is_in_view() -> None:
    source = (
        "import os\n"
        "def view():\n"
        "    home = os.path.exists(HERE)\n"
        "    return set(os.listdir('/')), os.listdir('/dev'), os.listdir('.'), home\n"
    )
    source = f"HERE = {str(Path(__file__))!r}\n{source}"
    top = {Path(sys.base_prefix).parts[1], "lib", "lib32", "lib64", "usr", "etc", "nix", "gnu"}
    check = (
        "top, devices, scratch, home = view()\n"
        f"assert top <= {top | {'dev', 'scratch', 'tmp'}}, top\n"
        "assert len(devices) <= 5 and scratch == [] and not home\n"
    )
    assert run("bubblewrap", source, check).ok


def test_files_can_be_made_and_removed_up_to_the_size() -> None:
    source = (
        "import tempfile, os\n"
        "def f():\n"
        "    with tempfile.TemporaryDirectory() as folder, open(folder + '/a', 'w') as file:\n"
        "        file.write('x')\n"
        "    with tempfile.TemporaryFile() as file:\n"
        "        file.write(b'x')\n"
        "    open('/scratch/a', 'w').write('x')\n"
        "    os.remove('/scratch/a')\n"
        "    return os.listdir('.')\n"
    )
    assert run("bubblewrap", source, "assert f() == []").ok
    limits = Limits(scratch_bytes=2**20)
    full = "open('a', 'wb').write(bytes(2 * 2**20))"
    assert run("bubblewrap", full, limits=limits).limit == "disk"


@pytest.mark.parametrize("place", ["/x", "/dev/x", "/usr/x", "/lib/x"])
def test_everything_else_is_read_only(place: str) -> None:
    assert "Error" in run("bubblewrap", f"open({place!r}, 'w')").why
