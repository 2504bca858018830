"""The sandbox of WebAssembly: a Python compiled to WASI, which has no network and no processes.

Strongest and slowest, and it holds on every system that `wasmtime` knows. There is no such Python
on board: STATERA_WASI_PYTHON names a `python.wasm`, whose folder is shown to it read-only as `/`
(the usual layout: `python.wasm` beside `lib/python3.x`). It is compiled once and kept in the user's
cache folder.
"""

import hashlib
import os
import sys
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from statera.codec.files import write_bytes
from statera.sandbox import interpreter
from statera.sandbox.limits import Limits
from statera.sandbox.programs import Finished
from statera.sandbox.scratch import overfull, scratch
from statera.sandbox.slots import Slots
from statera.sandbox.supervision import Launch, supervise

VARIABLE = "STATERA_WASI_PYTHON"


class WasiSandbox:
    """Runs Python inside WebAssembly."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._slots = Slots()
        self._compiled: Path | None = None

    @property
    def name(self) -> str:
        """By which means: the runtime with its version, and the interpreter's digest."""
        return f"wasmtime {version('wasmtime')} + rlimits, python.wasm {_digest()[:12]}"

    async def run(self, source: str, check: str = "") -> Finished:
        """Run `source`, then `check` against it from an instance that `source` cannot reach."""
        if self._compiled is None:
            self._compiled = compiled()
        settings: dict[str, Any] = {
            "limits": interpreter.resources(self.limits, own_user=False),
            "module": str(self._compiled),
            "root": str(_python().parent),
        }
        work = {"source": source, "check": check}
        return await self._slots.run(lambda: self._run(settings, work))

    async def _run(self, settings: dict[str, Any], work: dict[str, str]) -> Finished:
        with scratch(None) as folder:
            told = settings | {"scratch": str(folder)}
            launch = Launch(
                command=(sys.executable, "-m", "statera.sandbox.wasmhost"),
                job=lambda proof: interpreter.frames(told | {"proof": proof}, work),
                folder=folder,
                overfull=lambda: overfull(folder, self.limits),
            )
            return await supervise(launch, self.limits)


def missing() -> str:
    """Return why it cannot be had here, or ""; a trial run is the real proof."""
    if find_spec("wasmtime") is None:
        return "not installed: the package wasmtime"
    if sys.platform == "win32":
        return "needs POSIX pipes and resource limits"
    if not os.environ.get(VARIABLE):
        return f"{VARIABLE} is not set"
    return "" if _python().is_file() else f"{VARIABLE}: no such file: {_python()}"


def compiled() -> Path:
    """Return the machine code of python.wasm, compiled on first use (a minute for a large one)."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "statera" / "wasi"
    path = cache / f"{_digest()}-{version('wasmtime')}.cwasm"
    if not path.is_file():
        host = import_module("statera.sandbox.wasmhost")
        write_bytes(path, host.compile_module(_python().read_bytes()))
    return path


def _python() -> Path:
    return Path(os.environ[VARIABLE]).expanduser().resolve()


def _digest() -> str:
    with _python().open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
