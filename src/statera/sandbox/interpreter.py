"""The Python that runs inside: which one, what it must be able to read, what it is told.

It is the interpreter that runs statera, without its virtual environment: code under test has the
standard library and nothing else. The modules of `inside` reach it as compiled code on standard
input, so that it need not read statera's folder.
"""

import json
import marshal
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import Any

from statera.sandbox.limits import Limits

_INSIDE = Path(__file__).parent / "inside"
_PACKAGES = ("statera", "statera.sandbox", "statera.sandbox.inside")
_MODULES = (
    "caught",
    "values",
    "wire",
    "syscalls",
    "landlock",
    "seccomp",
    "confinement",
    "candidate",
    "tester",
    "entry",
)
_SYSTEM = (
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/ld-musl-x86_64.path",
    "/etc/ld-musl-aarch64.path",
    "/etc/localtime",
    "/nix/store",
    "/gnu/store",
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")

_START = """
import marshal, os, sys, types
def read(n):
    data = b""
    while len(data) < n:
        part = os.read(0, n - len(data))
        if not part:
            raise EOFError
        data += part
    return data
packages, modules = marshal.loads(read(int.from_bytes(read(4), "big")))
for name in packages:
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, code in modules:
    module = sys.modules[name] = types.ModuleType(name)
    exec(code, module.__dict__)
    setattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2], module)
module.main()
"""


def executable() -> str:
    """Return the interpreter's own path, outside any virtual environment."""
    return str(Path(getattr(sys, "_base_executable", "") or sys.executable).resolve())


def command() -> tuple[str, ...]:
    """Return the command that waits for a job: isolated, no site packages, no bytecode written."""
    return (executable(), "-I", "-S", "-B", "-u", "-X", "utf8", "-c", _START)


def readable() -> tuple[str, ...]:
    """Return the paths Python needs, each existing: its library, shared libraries, devices."""
    base = {"installed_base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    own = (sysconfig.get_path(name, vars=base) for name in ("stdlib", "platstdlib"))
    return tuple(dict.fromkeys(p for p in (*own, *_libraries(), *_SYSTEM) if Path(p).exists()))


def devices() -> tuple[str, ...]:
    """Return the harmless devices that exist here."""
    return tuple(path for path in _DEVICES if Path(path).exists())


def _libraries() -> tuple[str, ...]:
    """Return where this Python's own shared libraries lie, when not among the system's."""
    base = Path(sys.base_prefix)
    found = sorted((base / "lib").glob("lib*.so*")) if base != Path("/usr") else []
    return tuple(str(path) for path in found)


def job(settings: dict[str, Any], source: str, check: str) -> bytes:
    """Return what is written to standard input: code, settings, work, each after its length."""
    code = _code()
    return _length(code) + code + frames(settings, {"source": source, "check": check})


def frames(*values: dict[str, Any]) -> bytes:
    """Return each value as JSON after its length (four bytes)."""
    bodies = [json.dumps(value).encode() for value in values]
    return b"".join(_length(body) + body for body in bodies)


def _length(body: bytes) -> bytes:
    return len(body).to_bytes(4, "big")


@cache
def _code() -> bytes:
    modules = []
    for name in _MODULES:
        source = (_INSIDE / f"{name}.py").read_bytes()
        modules.append((f"{_PACKAGES[-1]}.{name}", compile(source, f"<statera {name}>", "exec")))
    return marshal.dumps((_PACKAGES, modules))


def resources(limits: Limits, *, own_user: bool) -> dict[str, int]:
    """Return the resource limits as the inside takes them."""
    values = {
        "cpu_seconds": limits.cpu_seconds,
        "memory_bytes": limits.memory_bytes,
        "file_bytes": limits.file_bytes,
        "open_files": limits.open_files,
    }
    return values | ({"processes": limits.processes} if own_user else {})
