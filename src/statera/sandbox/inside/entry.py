"""What the sandboxed interpreter runs first: give up rights, split in two, test, report.

Standard input brings two frames (four bytes of length, then JSON). The first is read while there is
only one process: settings. Then the process forks; the child gets the code to run, over a pipe, and
the second frame, with the code and its tests, is read by the parent alone. The verdict goes out
through a descriptor that the child has closed.
"""

import json
import os
import signal
import sys
from typing import Any

from statera.sandbox.inside import candidate, tester
from statera.sandbox.inside.caught import Caught, told
from statera.sandbox.inside.confinement import confine
from statera.sandbox.inside.seccomp import filter_calls
from statera.sandbox.inside.syscalls import PR_SET_PDEATHSIG, prctl
from statera.sandbox.inside.wire import Gone, Peer

READY = b"ready\n"


def main() -> None:
    """Run one program in the sandbox and write the verdict; never returns."""
    settings = read_frame(0)
    proof = settings["proof"]
    with Caught() as attempt:
        confine(settings)
        _split(settings, proof)
    if attempt.error is not None:
        os.write(proof, json.dumps({"broken": told(attempt.error)}).encode() + b"\n")
    os._exit(0)


def _split(settings: dict[str, Any], proof: int) -> None:
    from_tests, to_code = os.pipe()
    from_code, to_tests = os.pipe()
    child = os.fork()
    if child == 0:
        _close(proof, to_code, from_code)
        _serve(settings["machine"], from_tests, to_tests)
    _close(from_tests, to_tests)
    filter_calls(settings["machine"], may_signal=(child,))
    if os.read(from_code, len(READY)) != READY:
        raise RuntimeError("the process for the code could not be confined")
    os.write(proof, READY)
    work = read_frame(0)
    peer = Peer(from_code, to_code, frozenset({"call"}))
    verdict = tester.judge(peer, work["source"], work["check"])
    if verdict["status"] is None and _hung_up(peer):
        verdict |= tester.ending(os.waitpid(child, 0)[1])
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    sys.stdout.flush()
    os.write(proof, json.dumps(verdict).encode() + b"\n")


def _serve(machine: str, reader: int, writer: int) -> None:
    """Be the process for the code: die with the parent, then serve until it hangs up."""
    with Caught() as attempt:
        candidate.silence_input()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        filter_calls(machine)
        os.write(writer, READY)
        candidate.serve(reader, writer)
    if attempt.error is not None and not isinstance(attempt.error, Gone):
        os.write(2, told(attempt.error).encode())
    os._exit(0)


def _hung_up(peer: Peer) -> bool:
    """Return whether the other process is about to end, rather than talking nonsense."""
    return peer.gone == "the answer's process ended"


def _close(*descriptors: int) -> None:
    for fd in descriptors:
        os.close(fd)


def read_frame(fd: int) -> dict[str, Any]:
    """Return the JSON of one frame; EOFError when it is cut short."""
    size = int.from_bytes(_read(fd, 4), "big")
    frame: dict[str, Any] = json.loads(_read(fd, size))
    return frame


def _read(fd: int, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        if not (part := os.read(fd, size - len(data))):
            raise EOFError("the job was cut short")
        data += part
    return bytes(data)
