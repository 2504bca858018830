import subprocess
import sys

from statera.report.kubernetes.inpod import resume as module
from statera.report.kubernetes.inpod.resume import resume
from tests.report.kubernetes.inpod.test_drain import guard


def test_the_guard_is_told() -> None:
    with guard([0]) as (port, asked):
        assert resume(port)
    assert asked == ["POST /control/resume"]


def test_no_guard_yet_is_no_failure_of_the_model() -> None:
    with guard([0]) as (port, _):
        pass
    assert not resume(port)
    command = [sys.executable, "-I", module.__file__, str(port)]
    assert subprocess.run(command, timeout=30, check=False).returncode == 0
