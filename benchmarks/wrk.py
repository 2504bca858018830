"""Load by `wrk`, which costs little beside a proxy in Python, and what a process took meanwhile.

load = run("http://127.0.0.1:8080/v1/chat/completions", connections=16, seconds=5, script=lua)
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

LUA = """
local stream = os.getenv("STREAM") == "1"
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer " .. (os.getenv("API_KEY") or "sk-mock")
local i = 0
function request()
  i = i + 1
  local body = string.format('{"model":"mock","temperature":0,"max_tokens":16,"stream":%s,' ..
    '"messages":[{"role":"user","content":"Question item-%06d: which letter?"}]}',
    tostring(stream), i % 100000)
  return wrk.format("POST", nil, nil, body)
end
"""


class Load(NamedTuple):
    """What one run of wrk saw; latencies in milliseconds."""

    requests: int
    rate: float
    p50: float
    p99: float
    bad: int


def available() -> bool:
    """Return whether wrk is there."""
    return shutil.which("wrk") is not None


def write_script(folder: Path) -> Path:
    """Write the requests that are sent: short chat completions, each different."""
    path = folder / "chat.lua"
    path.write_text(LUA, encoding="utf-8")
    return path


def run(
    url: str,
    script: Path,
    *,
    connections: int,
    seconds: int,
    stream: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Load:
    """Ask as fast as the other side answers, with one thread."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
    found = subprocess.run(
        [*command, "-s", str(script), url],
        env={**os.environ, **(environ or {}), "STREAM": "1" if stream else "0"},
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    count = re.search(r"(\d+) requests in", found)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", found)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", found)
    if count is None or rate is None:
        raise SystemExit(f"wrk said nothing of use:\n{found}")
    p50, p99 = _milliseconds(found, 50), _milliseconds(found, 99)
    return Load(int(count[1]), float(rate[1]), p50, p99, int(bad[1]) if bad else 0)


def _milliseconds(text: str, share: int) -> float:
    found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", text)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]] if found else 0.0


class Usage(NamedTuple):
    """CPU seconds of a process and all its children so far, and their memory now in MiB."""

    cpu: float
    rss: float


def usage(pid: int) -> Usage:
    """Return what a process tree took, from /proc."""
    cpu = rss = 0.0
    for one in _tree(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        cpu += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        rss += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Usage(cpu, rss)


def _tree(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
        children.setdefault(parent, []).append(int(path.parent.name))
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        left += children.get(one, [])
    return found
