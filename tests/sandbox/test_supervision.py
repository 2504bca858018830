"""Supervision of real processes that are not sandboxed, so that each way to end can be shown."""

import asyncio
import gc
import os
import sys
from pathlib import Path

import pytest

from statera.sandbox.limits import Limits
from statera.sandbox.programs import Finished
from statera.sandbox.supervision import Launch, supervise

LIMITS = Limits(seconds=20, flood_bytes=2**18)
READY = "os.write({proof}, b'ready\\n')\n"
VERDICT = "os.write({proof}, b'ready\\n{{\"status\": 0}}\\n')"


def supervised(
    program: str, folder: Path, limits: Limits = LIMITS, overfull: bool = False
) -> Finished:
    """Run Python that gets its own text on standard input, with `{proof}` filled in."""
    launch = Launch(
        command=(sys.executable, "-I", "-S", "-c", "import os, sys; exec(sys.stdin.read())"),
        job=lambda proof: program.format(proof=proof).encode(),
        folder=folder,
        overfull=(lambda: overfull) if overfull else None,
    )
    return asyncio.run(supervise(launch, limits))


def test_a_verdict_and_the_output_are_read(tmp_path: Path) -> None:
    program = supervised(f"print('hello', os.getcwd(), flush=True)\n{VERDICT}", tmp_path)
    assert program.ok
    assert program.output == f"hello {tmp_path}\n"


def test_the_environment_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATERA_TEST_SECRET", "x")
    program = supervised("print('STATERA_TEST_SECRET' in os.environ)", tmp_path)
    assert program.output == "False\n"


@pytest.mark.parametrize(
    ("program", "limit"),
    [
        ("import time; time.sleep(60)", "time"),
        ("import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)", "time"),
        ("import time\nif os.fork(): time.sleep(60)\nelse: time.sleep(60)", "time"),
        ("while True: print('x' * 999)", "output"),
    ],
)
def test_limits_end_the_whole_session(program: str, limit: str, tmp_path: Path) -> None:
    limits = Limits(seconds=1.5, flood_bytes=2**18)
    assert supervised(READY + program, tmp_path, limits).limit == limit


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("program", ["import time; time.sleep(60)", "os.close(0); time.sleep(60)"])
def test_nothing_stays_open_when_a_program_never_reads(program: str, tmp_path: Path) -> None:
    gc.collect()
    before = set(os.listdir("/dev/fd"))
    launch = Launch(
        command=(sys.executable, "-I", "-S", "-c", f"import os, time; {program}"),
        job=lambda proof: bytes(2**22),
        folder=tmp_path,
    )
    assert asyncio.run(supervise(launch, Limits(seconds=0.7))).broken
    gc.collect()
    assert not set(os.listdir("/dev/fd")) - before


def test_an_overfull_folder_ends_it(tmp_path: Path) -> None:
    program = f"{READY}import time; time.sleep(60)"
    assert supervised(program, tmp_path, overfull=True).limit == "disk"


def test_a_process_that_ends_early_is_the_sandboxs_fault(tmp_path: Path) -> None:
    assert "boom" in supervised("raise ValueError('boom')", tmp_path).broken


def test_only_the_beginning_of_the_output_is_kept(tmp_path: Path) -> None:
    limits = Limits(seconds=20, output_bytes=10)
    program = supervised(f"print('0123456789abc', flush=True)\n{VERDICT}", tmp_path, limits)
    assert program.output == "0123456789"


def test_a_command_that_is_not_there_is_an_error_and_leaves_no_descriptor(tmp_path: Path) -> None:
    gc.collect()
    before = set(os.listdir("/dev/fd"))
    launch = Launch(command=("/no/such/program",), job=lambda proof: b"", folder=tmp_path)
    with pytest.raises(FileNotFoundError):
        asyncio.run(supervise(launch, LIMITS))
    assert not set(os.listdir("/dev/fd")) - before


def test_cancelling_ends_the_process(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    program = f"open({str(mark)!r}, 'w').write(str(os.getpid())); import time; time.sleep(60)"
    launch = Launch(
        command=(sys.executable, "-I", "-S", "-c", "import os, sys; exec(sys.stdin.read())"),
        job=lambda proof: program.encode(),
        folder=tmp_path,
    )

    async def cancelled() -> None:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(supervise(launch, LIMITS))
            for _ in range(2000):
                await asyncio.sleep(0.01)
                if mark.exists() and mark.read_text(encoding="utf-8"):
                    break
            task.cancel()

    asyncio.run(cancelled())
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text(encoding="utf-8")), 0)
