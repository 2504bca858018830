import subprocess
import sys
from pathlib import Path

from statera.sandbox import interpreter
from statera.sandbox.limits import Limits


def test_the_interpreter_is_the_one_outside_the_environment() -> None:
    code = "import sys; print(sys.base_prefix, sys.prefix == sys.base_prefix, sys.version_info[:2])"
    command = [interpreter.executable(), "-I", "-S", "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert found.stdout.strip() == f"{sys.base_prefix} True {sys.version_info[:2]}"


def test_only_what_python_needs_is_readable() -> None:
    paths = [Path(path) for path in interpreter.readable()]
    assert any((path / "os.py").is_file() for path in paths)
    assert all(path.exists() for path in paths)
    for private in (Path.home(), Path.cwd(), Path("/etc"), Path("/proc"), Path("/tmp")):
        assert not any(private.is_relative_to(path) or private == path for path in paths)
    assert "/dev/null" in interpreter.devices()


def test_a_job_is_three_parts_after_their_lengths() -> None:
    data = interpreter.job({"a": 1}, "source", "check")
    parts = []
    while data:
        size = int.from_bytes(data[:4], "big")
        parts.append(data[4 : 4 + size])
        data = data[4 + size :]
    assert parts[1:] == [b'{"a": 1}', b'{"source": "source", "check": "check"}']


def test_the_process_limit_needs_a_user_of_its_own() -> None:
    assert "processes" in interpreter.resources(Limits(), own_user=True)
    assert "processes" not in interpreter.resources(Limits(), own_user=False)
