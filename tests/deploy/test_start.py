"""The guard with its shipped policy starts within its startup probe's time, inside its memory."""

import re
import sys
from pathlib import Path
from typing import Any

from statera.guard.policy import policy_path
from tests.deploy import slow_model
from tests.deploy.made import made, of_kind
from tests.deploy.processes import (
    WITHIN,
    answered,
    free_ports,
    running,
    serve_command,
    until,
)


def guard() -> Any:
    return of_kind(made(""), "Deployment")["spec"]["template"]["spec"]["containers"][1]


def most_memory(pid: int) -> int:
    """Return the most that the process had in memory, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1])


def test_it_starts_before_the_model_and_inside_what_it_requests() -> None:
    probe, wanted = guard()["startupProbe"], guard()["resources"]["requests"]["memory"]
    assert probe["periodSeconds"] * probe["failureThreshold"] >= WITHIN
    nobody, port, control = free_ports(3)
    flags = ["--host", "127.0.0.1", "--port", str(port), "--control-port", str(control)]
    command = serve_command(policy_path("default"), f"http://127.0.0.1:{nobody}", *flags)
    with running(*command) as process:
        until(lambda: answered(port, "/health/startup") == 200, "started")
        assert answered(port, "/health/ready") == 503
        with running(sys.executable, slow_model.__file__, str(nobody)):
            until(lambda: answered(port, "/health/ready") == 200, "ready")
            assert wanted == "1Gi"
            assert most_memory(process.pid) < 2**20
