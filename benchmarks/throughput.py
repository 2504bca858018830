"""CPU milliseconds an item, beside a raw aiohttp loop and other harnesses in the same run.

Marginal: (CPU of n items minus CPU of one) / (n - 1), CPU being user and system seconds of the
whole process tree. The endpoint answers at once and its CPU is not counted.
"""

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.items import write_data, write_task
from benchmarks.peers import Peer, ask, available, told
from benchmarks.process import STATERA, Cost, checked, run
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting

COUNT, PEER_COUNT, CONNECTIONS = 10_000, 1_000, 64
TARGET_MS, TARGET_RATIO = 0.15, 2.0
PEER_ROUNDS = 2


class Client(NamedTuple):
    """Something that asks items; `ask` takes how many and returns what it cost."""

    name: str
    items: int
    rounds: int
    ask: Callable[[int], Cost]


class Timing(NamedTuple):
    """The medians of a client's rounds; `each` is CPU milliseconds an item, marginal."""

    name: str
    items: int
    one: float
    each: float
    spread: tuple[float, float]
    wall: float
    rss: float


def measure(setting: Setting) -> str:
    """Measure all clients, round by round in turn."""
    with Server.start(setting.server) as server:
        server.configure()
        clients = [_statera(setting, server), _raw(setting, server)]
        clients += [_peer(setting, server, peer) for peer in available(setting)]
        timings = _in_turn(setting, clients)
        built_in = _built_in(setting, server)
        return "\n\n".join([_words(server, timings), _table(timings), built_in])


def _in_turn(setting: Setting, clients: list[Client]) -> list[Timing]:
    costs: dict[str, list[tuple[Cost, Cost]]] = {client.name: [] for client in clients}
    for number in range(setting.rounds):
        for client in clients:
            if number < client.rounds:
                costs[client.name].append((client.ask(1), client.ask(client.items)))
    return [_timing(client, costs[client.name]) for client in clients]


def _timing(client: Client, costs: list[tuple[Cost, Cost]]) -> Timing:
    each = [1000 * (many.cpu - one.cpu) / (client.items - 1) for one, many in costs]
    return Timing(
        name=client.name,
        items=client.items,
        one=median(one.cpu for one, _ in costs),
        each=median(each),
        spread=(min(each), max(each)),
        wall=median(many.wall for _, many in costs),
        rss=max(many.rss for _, many in costs),
    )


def _statera(setting: Setting, server: Server) -> Client:
    def ask_items(count: int) -> Cost:
        store = setting.work / "throughput"
        shutil.rmtree(store, ignore_errors=True)
        task = write_task(setting.work, count)
        return checked(run(statera_run(task, server, store)))

    return Client("statera run", COUNT, setting.rounds, ask_items)


def statera_run(task: Path | str, server: Server, store: Path, *more: str) -> list[str]:
    """Return the command that a user types."""
    command = [STATERA, "run", str(task), "--model", server.model, "--store", str(store)]
    return [*command, "--max-connections", str(CONNECTIONS), *more]


def _raw(setting: Setting, server: Server) -> Client:
    def ask_items(count: int) -> Cost:
        data = write_data(setting.work, count)
        command = [sys.executable, "-m", "benchmarks.rawloop", server.url, str(data)]
        return checked(run([*command, str(CONNECTIONS)]))

    return Client("raw aiohttp + uvloop loop, keeps nothing", COUNT, setting.rounds, ask_items)


def _peer(setting: Setting, server: Server, peer: Peer) -> Client:
    def ask_items(count: int) -> Cost:
        cost = checked(ask(setting, peer, server, count))
        if told(setting, peer, count, cost).startswith(("no", "status", "unreadable")):
            sys.exit(f"{peer.name} gave no result:\n{cost.output[-2000:]}")
        return cost

    return Client(peer.name, PEER_COUNT, PEER_ROUNDS, ask_items)


def _words(server: Server, timings: list[Timing]) -> str:
    ours, raw = timings[0], timings[1]
    met = "met" if ours.each <= TARGET_MS else "missed"
    held = "met" if ours.each <= TARGET_RATIO * raw.each else "missed"
    return (
        f"Each item of {ours.items:,} costs **{ours.each:.3f} ms** of CPU, everything included "
        f"(read the file, render the prompt, send, parse, score, store, estimate, print), at "
        f"{CONNECTIONS} connections and no latency (target {TARGET_MS} ms: {met}); "
        f"**{ours.each / raw.each:.2f} times** a raw aiohttp loop that sends the same bodies and "
        f"keeps nothing (target {TARGET_RATIO:g}: {held}). Endpoint: {server.name}. Medians of the "
        "rounds, the clients in turn."
    )


def _table(timings: list[Timing]) -> str:
    raw = timings[1].each
    head = (
        "client", "n", "CPU ms an item, marginal", "lowest to highest", "times the raw loop",
        "CPU s for one item", "wall s for n", "peak MiB",
    )  # fmt: skip
    return table(
        head,
        [
            (
                one.name, f"{one.items:,}", f"{one.each:.3f}",
                f"{one.spread[0]:.3f} to {one.spread[1]:.3f}", f"{one.each / raw:.1f}",
                f"{one.one:.2f}", f"{one.wall:.1f}", f"{one.rss:.0f}",
            )
            for one in timings
        ],
    )  # fmt: skip


def _built_in(setting: Setting, server: Server) -> str:
    """Measure the built-in MMLU, generation, where its data are."""
    data = setting.shared and setting.shared / "data" / "benchmarks"
    if not data or not data.is_dir():
        setting.skip("the built-in mmlu", "no benchmark data in a shared folder")
        return ""
    store = setting.work / "mmlu"
    flags = ("--mode", "generate", "--data", str(data))
    cost = checked(run(statera_run("mmlu", server, store, *flags)))
    found = re.search(r"(\d+) trials", cost.output)
    count = int(found[1]) if found else 0
    return (
        f"The built-in `mmlu`, generation, all {count:,} items, start and data included: "
        f"{1000 * cost.cpu / count:.3f} ms of CPU an item, {cost.wall:.1f} s, {cost.rss:.0f} MiB."
    )
