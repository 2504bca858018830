"""Running one sandboxed process from outside: feed it, watch it, end it, and read its verdict."""

import asyncio
import os
import signal
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from statera.sandbox.limits import Limits
from statera.sandbox.programs import Finished, finished

WATCH_SECONDS = 0.05


class Launch(NamedTuple):
    """What to start: `job` makes standard input for a given proof descriptor, `watched` is a
    folder whose size is bounded from outside (None where something else bounds it)."""

    command: tuple[str, ...]
    job: Callable[[int], bytes]
    folder: Path
    overfull: Callable[[], bool] | None = None


class _Output:
    """What was printed: the beginning is kept, the rest is counted."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._kept, self._seen = limits, bytearray(), 0

    async def read(self, stream: asyncio.StreamReader) -> bool:
        """Read to the end of the stream; True when the flood limit came first."""
        while part := await stream.read(2**16):
            self._seen += len(part)
            self._kept += part[: self._limits.output_bytes - len(self._kept)]
            if self._seen > self._limits.flood_bytes:
                return True
        return False

    def text(self) -> str:
        """Return what was kept; broken UTF-8 is replaced."""
        return self._kept.decode("utf-8", "replace")


async def supervise(launch: Launch, limits: Limits) -> Finished:
    """Run to the end or to a limit; no process and no descriptor is left. OSError: not started."""
    proof_reader, proof_writer = os.pipe()
    try:
        try:
            job = launch.job(proof_writer)
            process = await _started(launch, proof_writer)
        finally:
            os.close(proof_writer)
        output = _Output(limits)
        limit = await _bounded(process, launch, job, output, limits.seconds)
        proof = os.read(proof_reader, 2**16)
    finally:
        os.close(proof_reader)
    return finished(proof, output.text(), limit=limit, status=process.returncode)


async def _started(launch: Launch, proof: int) -> Process:
    return await asyncio.create_subprocess_exec(
        *launch.command,
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        cwd=launch.folder,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
        pass_fds=(proof,),
        start_new_session=True,
    )


async def _bounded(
    process: Process, launch: Launch, job: bytes, output: _Output, seconds: float
) -> str:
    """Return the limit that ended it, or ""; the process and all it started are gone."""
    try:
        async with asyncio.timeout(seconds):
            return await _attended(process, launch, job, output)
    except TimeoutError:
        return "time"
    finally:
        await _gone(process)


async def _attended(process: Process, launch: Launch, job: bytes, output: _Output) -> str:
    assert process.stdout is not None
    async with asyncio.TaskGroup() as group:
        feeding = group.create_task(_feed(process, job))
        watching = group.create_task(_watch(process, launch))
        flooded = await output.read(process.stdout)
        if not flooded:
            await process.wait()
        full = watching.done()
        feeding.cancel()
        watching.cancel()
    return "output" if flooded else "disk" if full else ""


async def _feed(process: Process, job: bytes) -> None:
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(job)
        await process.stdin.drain()
    process.stdin.close()


async def _watch(process: Process, launch: Launch) -> None:
    """Return after ending the program because its folder is overfull; else wait for ever."""
    if launch.overfull is None:
        await asyncio.Event().wait()
        return
    while True:
        await asyncio.sleep(WATCH_SECONDS)
        if launch.overfull():
            _kill(process)
            return


async def _gone(process: Process) -> None:
    """Kill the whole session and wait until nobody holds its output any more; close its input."""
    assert process.stdout is not None
    assert process.stdin is not None
    _kill(process)
    while await process.stdout.read(2**16):
        pass
    await process.wait()
    process.stdin.close()
    with suppress(BrokenPipeError, ConnectionResetError):
        await process.stdin.wait_closed()


def _kill(process: Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
