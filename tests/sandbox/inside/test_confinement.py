import os
import subprocess
import sys

import pytest

from statera.sandbox.users import can_change_user
from tests.sandbox.kinds import run

_PROGRAM = """
import resource
from statera.sandbox.inside.confinement import bound
limits = {"cpu_seconds": 5, "memory_bytes": 2**30, "file_bytes": 4096, "open_files": 16}
resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12))
bound(limits)
print(*(resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in
    ("CORE", "CPU", "AS", "FSIZE", "NOFILE")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_limits_are_set_and_never_raised() -> None:
    command = [sys.executable, "-c", _PROGRAM]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    wanted = "(0, 0) (5, 6) (1073741824, 1073741824) (4096, 4096) (12, 12)"
    assert found.stdout.strip() == wanted


@pytest.mark.parametrize("kind", ["bubblewrap", "landlock"])
def test_nothing_of_ours_is_left_in_the_process(kind: str) -> None:
    source = (
        "import os, resource\n"
        "def found():\n"
        "    return dict(ids=set(os.getresuid() + os.getresgid()), groups=os.getgroups(),\n"
        "        environment=sorted(set(os.environ) - {'PATH', 'LANG', 'LC_CTYPE', 'PWD'}),\n"
        "        core=resource.getrlimit(resource.RLIMIT_CORE),\n"
        "        argv=os.path.basename(__import__('sys').argv[0]))\n"
    )
    changed = os.geteuid() != 0 or can_change_user()
    check = (
        f"f = found()\nassert {not changed} or 0 not in f['ids'] and len(f['ids']) <= 2, f\n"
        "assert not f['environment'] and f['core'] == (0, 0), f\n"
    )
    program = run(kind, source, check)
    assert program.ok, program
