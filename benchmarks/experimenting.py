"""What an experiment adds to a request through the guard: the same guard with and without, in turn.

    python -m benchmarks experimenting

Both guards are in front of the same endpoint in the same run and get the same requests, each of one
of 10,000 users. The experiment has two arms, of which one changes prompt and parameters; exposures
and answers go through the spool into SQLite, refusals are read online within their budget.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import wrk
from benchmarks.process import STATERA
from benchmarks.proxying import CHAT, LIGHT, Proxy
from benchmarks.report import table
from benchmarks.server import Server, free_port
from benchmarks.setting import Setting

SECONDS = 3
CONNECTIONS = (1, 16)
TARGET = 0.2
PLAIN, TRIED = "the guard", "the guard with an experiment"
LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local i = 0
function request()
  i = i + 1
  local body = string.format('{"model":"mock","temperature":0,"max_tokens":16,' ..
    '"user":"user-%05d","messages":[{"role":"system","content":"You are of help."},' ..
    '{"role":"user","content":"Question item-%06d: which letter?"}]}', i % 10000, i % 100000)
  return wrk.format("POST", nil, nil, body)
end
"""
DESIGN = """
experiment: tone
arms:
  - {name: base, weight: 0.5}
  - {name: warm, weight: 0.5, system_prompt: warm.txt, parameters: {temperature: 0.7}}
primary: {outcome: solved, minimum: 0.02}
guardrails:
  - {outcome: refusal, margin: 0.05}
"""


class Row(NamedTuple):
    """A guard under one load: medians of the rounds, milliseconds."""

    name: str
    connections: int
    cpu: float
    rate: float
    p50: float
    p99: float
    requests: int


def measure(setting: Setting) -> str:
    """Measure both guards, round by round in turn."""
    if not wrk.available():
        setting.skip("experiment", "no wrk")
        return ""
    script = setting.work / "tried.lua"
    script.write_text(LUA, encoding="utf-8")
    with ExitStack() as stack:
        server = stack.enter_context(Server.start(setting.server))
        server.configure()
        guards = [
            stack.enter_context(_guard(setting, server, name, flags))
            for name, flags in ((PLAIN, []), (TRIED, _flags(setting.work)))
        ]
        rows = [row for count in CONNECTIONS for row in _rows(setting, guards, script, count)]
    asked = sum(row.requests for row in rows if row.name == TRIED)
    return "\n\n".join([_words(rows, asked, _kept(setting.work)), _table(rows)])


def _flags(work: Path) -> list[str]:
    (work / "warm.txt").write_text("Be warm.", encoding="utf-8")
    design = work / "tone.yaml"
    design.write_text(DESIGN, encoding="utf-8")
    live, spool = work / "live.sqlite", work / "spool"
    return ["--experiment", str(design), "--live", str(live), "--spool", str(spool)]


def _guard(setting: Setting, server: Server, name: str, flags: Sequence[str]) -> Proxy:
    port = free_port()
    command = [
        STATERA, "guard", "serve", "--upstream", server.base, "--policy", str(LIGHT), "--host",
        "127.0.0.1", "--port", str(port), "--control-port", "0", "--events",
        str(setting.work / f"events-{port}.jsonl"), *flags,
    ]  # fmt: skip
    return Proxy(name, command, port, {}, setting.work)


def _rows(setting: Setting, guards: Sequence[Proxy], script: Path, connections: int) -> list[Row]:
    found: dict[str, list[tuple[wrk.Load, float]]] = {one.name: [] for one in guards}
    for number in range(2 * setting.rounds):
        for guard in guards if number % 2 else reversed(guards):
            before = wrk.usage(guard.process.pid)
            load = wrk.run(guard.url + CHAT, script, connections=connections, seconds=SECONDS)
            after = wrk.usage(guard.process.pid)
            if load.bad:
                raise SystemExit(f"{guard.name}: {load.bad} answers were no success")
            cpu = 1000 * (after.cpu - before.cpu) / max(1, load.requests)
            found[guard.name].append((load, cpu))
    return [_row(name, connections, runs) for name, runs in found.items()]


def _row(name: str, connections: int, runs: Sequence[tuple[wrk.Load, float]]) -> Row:
    loads = [load for load, _ in runs]
    return Row(
        name,
        connections,
        median(cpu for _, cpu in runs),
        median(load.rate for load in loads),
        median(load.p50 for load in loads),
        median(load.p99 for load in loads),
        sum(load.requests for load in loads),
    )


def _kept(work: Path) -> int:
    """Return how many exposures the live store has by now; what waits in the spool is not in it."""
    with closing(sqlite3.connect(work / "live.sqlite")) as connection:
        return int(connection.execute("select count(*) from live_exposures").fetchone()[0])


def _words(rows: Sequence[Row], asked: int, kept: int) -> str:
    at = {(row.name, row.connections): row for row in rows}
    added = at[TRIED, 1].p50 - at[PLAIN, 1].p50
    met = "met" if added <= TARGET else "missed"
    return (
        f"An experiment adds **{added:.2f} ms** to the median of a request that is asked alone "
        f"({met}: at most {TARGET:g}) and {at[TRIED, 16].cpu - at[PLAIN, 16].cpu:.3f} ms of CPU, "
        "shipping and reading of answers included. At 16 connections, where one core is all there "
        f"is, the guard answers {at[TRIED, 16].rate / at[PLAIN, 16].rate:.2f} times as many "
        f"requests a second as without. wrk counted {asked:,} answers, and {kept:,} exposures were "
        "in the live store at the end: what it cuts off when its time is over is exposed too, and "
        "what is still in the spool is not there yet."
    )


def _table(rows: Sequence[Row]) -> str:
    head = ("guard", "connections", "CPU ms a request", "requests a second", "p50 ms", "p99 ms")
    return table(
        head,
        [
            (row.name, row.connections, f"{row.cpu:.3f}", f"{row.rate:,.0f}", f"{row.p50:.2f}",
             f"{row.p99:.1f}")
            for row in rows
        ],
    )  # fmt: skip
