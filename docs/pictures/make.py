"""Draws the README's picture from a real run: `python docs/pictures/make.py RUN [--store DIR]`.

The terminal output of `statera show RUN` becomes `docs/pictures/run.svg`.
"""

import os
import pty
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 140


def shown(arguments: list[str]) -> str:
    """Return what `statera show` prints on a terminal of 140 columns."""
    chunks: list[bytes] = []

    def read(descriptor: int) -> bytes:
        chunks.append(os.read(descriptor, 65536))
        return chunks[-1]

    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    pty.spawn([sys.executable, "-m", "statera", "show", *arguments], read)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def main() -> None:
    """Write the picture."""
    console = Console(record=True, width=COLUMNS, file=Path(os.devnull).open("w"))  # noqa: SIM115
    text = "$ statera show " + " ".join(sys.argv[1:2]) + "\n" + shown(sys.argv[1:])
    console.print(Text.from_ansi(text), soft_wrap=True)
    picture = re.sub(r"@font-face {.*?}\s*", "", console.export_svg(title="statera"), flags=re.S)
    Path(__file__).with_name("run.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
