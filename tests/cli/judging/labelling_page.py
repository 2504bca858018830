"""The page of `statera judge label`, really served by the command in a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

_ADDRESS = "Labelling page: "


class Ended(NamedTuple):
    code: int
    stdout: str
    stderr: str


class Page:
    """A page that is served until it is ended, or killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = _address(process)

    def end(self, how: signal.Signals = signal.SIGINT) -> Ended:
        """End the page as its user does, by Ctrl-C; return what the command then said."""
        self._process.send_signal(how)
        out, err = self._process.communicate(timeout=600)
        return Ended(self._process.returncode, out, err)


@contextmanager
def served(folder: Path, *args: str) -> Iterator[Page]:
    """Serve the page of `statera judge label ARGS` in the folder while the block runs."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("STATERA_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "statera", "judge", "label", *args, "--no-open"],
        cwd=folder,
        env=clean,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Page(process)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    lines = _lines(process.stderr)
    for line in lines:
        if line.startswith(_ADDRESS):
            next(lines)  # where the labels go
            return line.removeprefix(_ADDRESS).strip()
    raise AssertionError("the page was not served")


def _lines(stream: IO[str] | None) -> Iterator[str]:
    assert stream is not None
    return iter(stream.readline, "")
