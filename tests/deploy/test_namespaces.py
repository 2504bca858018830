"""Guard and model in one network namespace, a caller in another: only the guard's port answers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from statera.report.kubernetes.inpod import health
from tests.deploy import slow_model
from tests.deploy.processes import POLICY, running, serve_command, until

POD, CALLER = "192.0.2.1", "192.0.2.2"
LOOK = """
import http.client, sys
line = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]), timeout=10)
try:
    line.request("GET", sys.argv[3])
    print(line.getresponse().status)
except ConnectionRefusedError:
    print("refused")
"""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="module")
def spaces() -> Iterator[tuple[str, str]]:
    """Two namespaces with a cable between them and no way out."""
    pod, caller = f"pod-{os.getpid()}", f"caller-{os.getpid()}"
    try:
        ip("netns", "add", pod)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no right to make a network namespace here")
    try:
        ip("netns", "add", caller)
        ip(
            "-n",
            pod,
            "link",
            "add",
            "eth0",
            "type",
            "veth",
            "peer",
            "name",
            "eth0",
            "netns",
            caller,
        )
        for space, address in ((pod, POD), (caller, CALLER)):
            ip("-n", space, "address", "add", f"{address}/30", "dev", "eth0")
            ip("-n", space, "link", "set", "eth0", "up")
            ip("-n", space, "link", "set", "lo", "up")
        yield pod, caller
    finally:
        for space in (pod, caller):
            subprocess.run(["ip", "netns", "del", space], check=False, capture_output=True)


def inside(space: str, *command: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", space, *command)


def looked(space: str, address: str, port: int, path: str) -> str:
    command = inside(space, sys.executable, "-c", LOOK, address, str(port), path)
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return done.stdout.strip()


def listening(space: str) -> set[str]:
    """Return where the namespace takes connections."""
    command = inside(space, "ss", "-Hltn")
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return {line.split()[3] for line in done.stdout.splitlines()}


def test_the_model_answers_through_the_guard_and_not_beside_it(
    spaces: tuple[str, str], tmp_path: Path
) -> None:
    pod, caller = spaces
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    model = (sys.executable, "-m", "statera", "serve-model", "--host", "127.0.0.1")
    guard = serve_command(policy, "http://127.0.0.1:8000", "--host", "0.0.0.0")
    with running(*inside(pod, *model)), running(*inside(pod, *guard)):
        until(lambda: looked(caller, POD, 8080, "/health/ready") == "200", "ready")
        assert listening(pod) == {"127.0.0.1:8000", "0.0.0.0:8080", "127.0.0.1:8081"}
        assert looked(caller, POD, 8080, "/v1/models") == "200"
        assert looked(pod, "127.0.0.1", 8000, "/v1/models") == "200"
        assert looked(caller, POD, 8000, "/v1/models") == "refused"
        assert looked(caller, POD, 8081, "/control/inflight") == "refused"
        assert looked(pod, POD, 8000, "/v1/models") == "refused"


def test_on_a_socket_the_model_listens_on_no_port_at_all(
    spaces: tuple[str, str], tmp_path: Path
) -> None:
    pod, caller = spaces
    policy, place = tmp_path / "policy.yaml", tmp_path / "api.sock"
    policy.write_text(POLICY)
    model = (sys.executable, slow_model.__file__, str(place))
    guard = serve_command(policy, f"unix:{place}", "--host", "0.0.0.0")
    with running(*inside(pod, *model)), running(*inside(pod, *guard)):
        until(lambda: looked(caller, POD, 8080, "/health/ready") == "200", "ready")
        assert listening(pod) == {"0.0.0.0:8080", "127.0.0.1:8081"}
        asked = [sys.executable, "-I", health.__file__, str(place)]
        assert subprocess.run(asked, timeout=30, check=False).returncode == 0


def test_a_model_on_all_addresses_would_be_reached(spaces: tuple[str, str]) -> None:
    """The planted fault: what the first test sees is the address that the model listens on."""
    pod, caller = spaces
    model = (sys.executable, "-m", "http.server", "8000", "--bind", "0.0.0.0")
    with running(*inside(pod, *model)):
        until(lambda: looked(caller, POD, 8000, "/") == "200", "reached")
