import os
import sys

import pytest

from statera.sandbox.inside.syscalls import prctl, syscall

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


def test_a_call_that_fails_says_why() -> None:
    with pytest.raises(OSError, match=r"implemented|permitted"):
        syscall(999)
    with pytest.raises(OSError, match="prctl 9999"):
        prctl(9999)


def test_a_call_gives_its_result() -> None:
    number = {"x86_64": 39, "aarch64": 172}.get(os.uname().machine)
    if number is None:
        pytest.skip("no number for this machine")
    assert syscall(number) == os.getpid()
