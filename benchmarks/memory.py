"""Peak memory of a run with 100,000 trials, and of what reads it afterwards."""

import re
from pathlib import Path

from benchmarks.items import write_task
from benchmarks.process import STATERA, Cost, checked, run
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting
from benchmarks.throughput import statera_run

TRIALS, TARGET_MIB = 100_000, 300
SHAPES = ((10_000, 10), (100_000, 1))


def measure(setting: Setting) -> str:
    """Run 100,000 trials as repeats and as different items; then resume, show and export."""
    rows = []
    with Server.start(None) as server:
        for items, epochs in SHAPES:
            server.configure()
            rows += _shape(setting, server, items, epochs)
    largest = max(cost.rss for _, cost in rows)
    words = (
        f"Peak resident memory of the process, {TRIALS:,} trials; the largest is "
        f"{largest:.0f} MiB (target {TARGET_MIB} MiB)."
    )
    head = ("command", "peak MiB", "CPU s", "wall s")
    return words + "\n\n" + table(head, [_row(name, cost) for name, cost in rows])


def _shape(setting: Setting, server: Server, items: int, epochs: int) -> list[tuple[str, Cost]]:
    store = setting.work / f"memory{epochs}"
    task = write_task(setting.work, items)
    more = ("--epochs", str(epochs), "--temperature", "1")
    command = statera_run(task, server, store, *more)
    first = checked(run(command, limit=600))
    found = re.search(r"health (\d+) trials", first.output)
    assert found is not None
    assert int(found[1]) == TRIALS, first.output
    asked = server.stats()["requests"]
    again = checked(run(command, limit=600))
    assert server.stats()["requests"] == asked, "the resumed run asked again"
    label = f"{items:,} items, {epochs} epochs" if epochs > 1 else f"{items:,} items"
    out = setting.work / "out.jsonl"
    return [
        (f"`run`, {label}", first),
        (f"`run` again (nothing is left to ask), {label}", again),
        (f"`show`, {label}", _reader(store, "show")),
        (f"`export -o out.jsonl`, {label}", _reader(store, "export", "-o", str(out))),
    ]


def _reader(store: Path, name: str, *more: str) -> Cost:
    return checked(run([STATERA, name, *more, "--store", str(store)], limit=600))


def _row(name: str, cost: Cost) -> tuple[str, str, str, str]:
    return name, f"{cost.rss:.0f}", f"{cost.cpu:.1f}", f"{cost.wall:.1f}"
