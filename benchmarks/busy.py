"""How busy an endpoint is kept: mean number of requests in flight, from the first to the last.

Beside it a raw aiohttp loop in turn, which shows what the machine allows at that moment.
"""

import shutil
import sys
from typing import NamedTuple

from benchmarks.items import write_data, write_task
from benchmarks.process import checked, run
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting
from benchmarks.throughput import CONNECTIONS, statera_run

COUNT, LATENCY_MS, TARGET = 10_000, 50, 0.95


class Busy(NamedTuple):
    """One run: the share of the connections in use, requests a second, CPU seconds."""

    client: str
    share: float
    rate: float
    cpu: float


def measure(setting: Setting) -> str:
    """Ask an endpoint that takes 50 ms, some rounds, ours and the raw loop in turn."""
    with Server.start(None) as server:
        runs = [
            _one(setting, server, client)
            for _ in range(setting.rounds)
            for client in ("statera run", "raw aiohttp loop")
        ]
    best = max(one.share for one in runs if one.client == "statera run")
    words = (
        f"{COUNT:,} items at an endpoint that takes {LATENCY_MS} ms for each, {CONNECTIONS} "
        f"connections: at best **{best:.1%}** of them were in use on average from the first "
        f"question to the last answer (target {TARGET:.0%}), as counted by the endpoint. Its limit "
        f"is {1000 * CONNECTIONS // LATENCY_MS:,} requests a second; it shares the cores with the "
        "client and with whatever else runs."
    )
    head = ("client, in turn", "in use", "requests a second", "CPU s")
    shown = [(r.client, f"{r.share:.1%}", f"{r.rate:,.0f}", f"{r.cpu:.1f}") for r in runs]
    return words + "\n\n" + table(head, shown)


def _one(setting: Setting, server: Server, client: str) -> Busy:
    server.configure(latency_ms=LATENCY_MS)
    store = setting.work / "busy"
    shutil.rmtree(store, ignore_errors=True)
    if client == "statera run":
        command = statera_run(write_task(setting.work, COUNT), server, store)
    else:
        data = write_data(setting.work, COUNT)
        command = [sys.executable, "-m", "benchmarks.rawloop", server.url, str(data)]
        command.append(str(CONNECTIONS))
    cost = checked(run(command))
    found = server.stats()
    share = found["mean_in_flight"] / CONNECTIONS
    return Busy(client, share, found["requests"] / found["span_s"], cost.cpu)
