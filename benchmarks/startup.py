"""Seconds from the start of the process to its first request, and of the lightest commands."""

import shutil
from statistics import median

from benchmarks.items import write_task
from benchmarks.process import STATERA, Cost, checked, run
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting
from benchmarks.throughput import statera_run

TARGETS = {"first request": 1.0, "statera --version": 0.3}
COUNT = 1_000


def measure(setting: Setting) -> str:
    """Measure in turn; the first request's arrival is noted by our own endpoint."""
    rounds = 2 * setting.rounds + 1
    wall: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    with Server.start(None) as server:
        for _ in range(rounds):
            for name, seconds, cost in (
                _first_request(setting, server, 1),
                _first_request(setting, server, COUNT),
                _command("--version"),
                _command("--help"),
            ):
                wall.setdefault(name, []).append(seconds)
                cpu.setdefault(name, []).append(cost.cpu)
    words = (
        "From the start of the process to the arrival of the first question at the endpoint, with "
        "a new store (it is migrated first). Wall time on a shared machine is noisy, so that the "
        f"lowest of {rounds} says what the command needs; CPU is that of the whole command."
    )
    return words + "\n\n" + _table(wall, cpu)


def _first_request(setting: Setting, server: Server, count: int) -> tuple[str, float, Cost]:
    server.configure()
    store = setting.work / "startup"
    shutil.rmtree(store, ignore_errors=True)
    cost = checked(run(statera_run(write_task(setting.work, count), server, store, "-q")))
    return f"first request, {count:,} items", server.stats()["first_at"] - cost.began, cost


def _command(flag: str) -> tuple[str, float, Cost]:
    cost = checked(run([STATERA, flag]))
    return f"statera {flag}", cost.wall, cost


def _table(wall: dict[str, list[float]], cpu: dict[str, list[float]]) -> str:
    head = ("what", "median s", "lowest s", "median CPU s", "target s")
    return table(
        head,
        [
            (
                name, f"{median(found):.2f}", f"{min(found):.2f}", f"{median(cpu[name]):.2f}",
                next((f"{t:g}" for key, t in TARGETS.items() if name.startswith(key)), "-"),
            )
            for name, found in wall.items()
        ],
    )  # fmt: skip
