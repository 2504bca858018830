"""Tables, and the sections of RESULTS.md that each measurement rewrites."""

import os
import platform
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def machine() -> str:
    """Name the machine by what it has."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = platform.python_version()
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()}, Python {version}"


def stamp(command: str) -> str:
    """Return the line below a section's heading: when, where, how, beside what load."""
    now = datetime.now(UTC)
    load = os.getloadavg()[0]
    return f"{now:%Y-%m-%d %H:%M} UTC · {machine()} · load {load:.1f} · `{command}`"


def write_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Replace what stands between the section's markers, or add it at the end."""
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    block = f"{start}\n{text.strip()}\n{end}"
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(known):
        known = pattern.sub(lambda _: block, known)
    else:
        known = f"{known.rstrip()}\n\n{block}\n"
    path.write_text(known, encoding="utf-8")
