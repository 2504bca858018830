"""The process that hosts two WebAssembly instances: one for the code, one for its tests.

Started as `python -m statera.sandbox.wasmhost`; the only file that loads wasmtime. The instances
talk through two pipes, which are their standard input and output; what the code prints and the
verdict go through standard error, each instance having its own.
"""

import os
import resource
import threading
from contextlib import suppress
from pathlib import Path

import wasmtime

from statera.sandbox.inside.entry import READY, read_frame

_INSIDE = Path(__file__).parent / "inside"
_MODULES = ("caught", "values", "wire", "candidate", "tester")
_START = """
import sys, types
for name in ("statera", "statera.sandbox", "statera.sandbox.inside"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = []
for name, text in MODULES:
    name = "statera.sandbox.inside." + name
    module = sys.modules[name] = types.ModuleType(name)
    exec(compile(text, name, "exec"), module.__dict__)
    setattr(sys.modules["statera.sandbox.inside"], name.rpartition(".")[2], module)
import json, os
from statera.sandbox.inside import candidate, tester, wire
"""
_CODE = """
sys.stdout = sys.stderr
os.chdir("/scratch")
candidate.serve(0, 1)
"""
_TESTS = """
os.write(2, READY)
verdict = tester.judge(wire.Peer(0, 1, frozenset({"call"})), SOURCE, CHECK)
os.write(2, json.dumps(verdict).encode() + b"\\n")
"""


def compile_module(wasm: bytes) -> bytes:
    """Return the machine code of a WebAssembly module, for `Module.deserialize_file`."""
    return bytes(wasmtime.Module(_engine(), wasm).serialize())


def main() -> None:
    """Run one program: settings and work come on standard input, the verdict goes to `proof`."""
    settings, work = read_frame(0), read_frame(0)
    limits = settings["limits"]
    _bound(limits)
    engine = _engine()
    module = wasmtime.Module.deserialize_file(engine, settings["module"])
    from_tests, to_code = os.pipe()
    from_code, to_tests = os.pipe()
    code = _configured(_program(_CODE), settings["root"], (from_tests, to_tests, 1))
    code.preopen_dir(settings["scratch"], "/scratch", True)
    tests = _program(_TESTS, work)
    judge = _configured(tests, settings["root"], (from_code, to_code, settings["proof"]))
    for fd in (from_tests, to_code, from_code, to_tests):
        os.close(fd)
    threading.Thread(target=_run, args=(engine, module, code, limits), daemon=True).start()
    _run(engine, module, judge, limits)
    os._exit(0)


def _bound(limits: dict[str, int]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"], limits["file_bytes"]))


def _engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.wasm_exceptions = True
    config.cranelift_opt_level = "none"
    return wasmtime.Engine(config)


def _program(last: str, work: dict[str, str] | None = None) -> str:
    modules = [(name, (_INSIDE / f"{name}.py").read_text(encoding="utf-8")) for name in _MODULES]
    values = {"MODULES": modules, "READY": READY}
    if work is not None:
        values |= {"SOURCE": work["source"], "CHECK": work["check"]}
    return "".join(f"{name} = {value!r}\n" for name, value in values.items()) + _START + last


def _configured(program: str, root: str, streams: tuple[int, int, int]) -> wasmtime.WasiConfig:
    """Return what an instance sees: its program, `root` read-only as `/`, and three streams."""
    config = wasmtime.WasiConfig()
    config.argv = ["python", "-c", program]
    config.env = [("PYTHONDONTWRITEBYTECODE", "1")]
    config.preopen_dir(root, "/", False)
    config.stdin_file = f"/dev/fd/{streams[0]}"
    config.stdout_file = f"/dev/fd/{streams[1]}"
    config.stderr_file = f"/dev/fd/{streams[2]}"
    return config


def _run(
    engine: wasmtime.Engine,
    module: wasmtime.Module,
    config: wasmtime.WasiConfig,
    limits: dict[str, int],
) -> None:
    """Run a command (`_start`) or a reactor (`_initialize`, `run`) to its end, whatever that is.

    Closing the store closes the instance's streams, which tells the other one.
    """
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    linker.define_unknown_imports_as_traps(module)
    store = wasmtime.Store(engine)
    store.set_limits(memory_size=limits["memory_bytes"])
    store.set_wasi(config)
    with suppress(wasmtime.WasmtimeError, wasmtime.Trap):
        exports = linker.instantiate(store, module).exports(store)
        for name in ("_initialize", "run", "_start"):
            if isinstance(function := exports.get(name), wasmtime.Func):
                function(store)
    store.close()


if __name__ == "__main__":
    main()
