"""Proof by trying: a small program that attacks the sandbox, and one whose answer is known."""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from statera.protocols import Program, Sandbox

_ATTACKS = """
import os, socket

def attempt(action):
    try:
        action()
    except OSError:
        return False
    except Exception:
        return False
    return True

def fork():
    if os.fork() == 0:
        os._exit(0)

def achieved():
    return {
        "read a file of the user": attempt(lambda: open(SECRET).read()),
        "write beside the scratch folder": attempt(lambda: open(SECRET + ".new", "w").write("x")),
        "reach the network": attempt(lambda: socket.create_connection(ADDRESS, timeout=1)),
        "start a process": attempt(fork),
        "work": attempt(lambda: open("note", "w").write("x")) and sum(range(10)) == 45,
    }
"""
_CHECK = """
found = achieved()
assert found.pop("work"), "not: work"
for what, done in found.items():
    assert not done, what
"""


class Trial(NamedTuple):
    """`reason` is why it does not hold, or ""; `seconds` is the time of one plain program."""

    reason: str
    seconds: float


async def attacked(sandbox: Sandbox) -> Trial:
    """Run the attacks, then time a plain program."""
    try:
        with _bait() as (secret, address):
            prepared = f"SECRET, ADDRESS = {str(secret)!r}, {address!r}\n{_ATTACKS}"
            program = await sandbox.run(prepared, _CHECK)
        if not program.ok:
            return Trial(_reason(program), 0.0)
        start = time.perf_counter()
        again = await sandbox.run("def double(x):\n    return 2 * x\n", "assert double(2) == 4\n")
        return Trial(_reason(again), time.perf_counter() - start)
    except OSError as error:
        return Trial(f"cannot be started: {error}", 0.0)


def _reason(program: Program) -> str:
    if program.ok:
        return ""
    said = program.broken or program.why or f"the trial ended with status {program.status}"
    return f"a trial failed: {said}"


@contextmanager
def _bait() -> Iterator[tuple[Path, tuple[str, int]]]:
    """Give a readable secret file and the address of a listener on this machine."""
    with tempfile.TemporaryDirectory(prefix="statera-bait-") as folder, socket.socket() as listener:
        Path(folder).chmod(0o777)
        secret = Path(folder) / "secret"
        secret.write_text("secret", encoding="utf-8")
        secret.chmod(0o666)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield secret, listener.getsockname()
