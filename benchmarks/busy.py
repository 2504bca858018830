"""How busy an endpoint is kept: mean number of requests in flight, from the first to the last."""

import shutil

from benchmarks.items import write_task
from benchmarks.process import checked, run
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting
from benchmarks.throughput import CONNECTIONS, statera_run

COUNT, LATENCY_MS, TARGET = 10_000, 50, 0.95


def measure(setting: Setting) -> str:
    """Ask an endpoint that takes 50 ms, some rounds."""
    rows = []
    with Server.start(None) as server:
        for number in range(setting.rounds):
            server.configure(latency_ms=LATENCY_MS)
            store = setting.work / "busy"
            shutil.rmtree(store, ignore_errors=True)
            cost = checked(run(statera_run(write_task(setting.work, COUNT), server, store)))
            found = server.stats()
            share = found["mean_in_flight"] / CONNECTIONS
            rate = found["requests"] / found["span_s"]
            rows.append((number + 1, share, rate, cost.cpu, found["max_in_flight"]))
    best = max(row[1] for row in rows)
    words = (
        f"{COUNT:,} items at an endpoint that takes {LATENCY_MS} ms for each, {CONNECTIONS} "
        f"connections: at best {best:.1%} of them were in use on average from the first request "
        f"to the last (target {TARGET:.0%}), as counted by benchmarks/endpoint.py. Its limit is "
        f"{1000 * CONNECTIONS // LATENCY_MS:,} requests a second."
    )
    head = ("round", "in use", "requests a second", "CPU s", "most in flight")
    shown = [(r[0], f"{r[1]:.1%}", f"{r[2]:,.0f}", f"{r[3]:.1f}", r[4]) for r in rows]
    return words + "\n\n" + table(head, shown)
