"""The fault table: what becomes of a run when requests fail, beside the run where none does.

A fault strikes 5 % of the items, chosen by hash. On the first attempt only: every item must end as
in the clean run. Always: each item that is struck must be an infrastructure error (an empty reply:
unparsed), none of them wrong, all others as in the clean run, and the run must end with code 0.
"""

import json
import shutil
from typing import NamedTuple

from benchmarks.hashing import letter, struck
from benchmarks.items import gold, tag, write_task
from benchmarks.peers import Peer, ask, available, told
from benchmarks.process import STATERA, Cost, checked, run
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting

COUNT, PERCENT, LATENCY_MS = 1_000, 5.0, 10
FAULTS = ("429", "500", "reset", "hang", "badjson", "empty", "null")
LASTING = {fault: "infra_error" for fault in FAULTS[:5]} | {"empty": "unparsed", "null": "unparsed"}
PEER_COUNT, PEER_CONNECTIONS, PEER_LIMIT = 200, 32, 45.0
MODEL = "url: {url}\nname: mock\ntimeouts: {{connect: 5, first_byte: 1, total: 5}}\n"

Outcomes = dict[str, tuple[str, str | None]]


class Faulted(NamedTuple):
    """One run under a fault: its cost, requests, and outcome and reading by item."""

    cost: Cost
    requests: int
    outcomes: Outcomes


def measure(setting: Setting) -> str:
    """Run without a fault, then with each, once and always."""
    with Server.start(setting.server) as server:
        clean = _ask(setting, server, "none", 1)
        once = [_once(fault, _ask(setting, server, fault, 1), clean) for fault in FAULTS]
        always = [_always(fault, _ask(setting, server, fault, 0), clean) for fault in FAULTS]
        peers = [_peers(setting, server, peer) for peer in available(setting)]
    head = (
        "fault", "exit code", "outcomes", "items that end otherwise than in the clean run",
        "requests", "wall s",
    )  # fmt: skip
    right = sum(outcome == "right" for outcome, _ in clean.outcomes.values())
    parts = [
        f"{COUNT:,} items, 64 connections, {LATENCY_MS} ms; the fault strikes "
        f"{len(_struck(COUNT))} of them ({PERCENT:g} %, by hash). A hang ends at a first-byte "
        f"time-out of 1 s. The clean run: {right} right, {COUNT - right} wrong.",
        "**First attempt only**: every item must end as in the clean run.",
        table(head, once),
        "**Always**: every item that is struck must be `infra_error` (`unparsed` for a reply with "
        "nothing in it), and every other as in the clean run.",
        table((*head[:3], "struck items that are not so · others that differ", *head[4:]), always),
    ]
    return "\n\n".join(parts + [part for part in peers if part])


def _struck(count: int) -> set[str]:
    return {tag(number) for number in range(count) if struck(tag(number), PERCENT)}


def _set(server: Server, fault: str, times: int) -> None:
    server.configure(
        latency_ms=LATENCY_MS, fault=fault, fault_pct=PERCENT, fault_times=times, retry_after=1
    )


def _ask(setting: Setting, server: Server, fault: str, times: int) -> Faulted:
    _set(server, fault, times)
    store = setting.work / f"faults-{fault}-{times}"
    shutil.rmtree(store, ignore_errors=True)
    model = setting.work / "mock.yaml"
    model.write_text(MODEL.format(url=server.url), encoding="utf-8")
    task = write_task(setting.work, COUNT)
    command = [STATERA, "run", str(task), "--model", str(model), "--store", str(store)]
    cost = run(command, limit=300)
    requests = int(server.stats()["requests"])
    out = store / "out.jsonl"
    checked(run([STATERA, "export", "--store", str(store), "-o", str(out)]))
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    found = {line["sample_id"]: (line["outcome"], line["extracted"]) for line in lines}
    return Faulted(cost, requests, found)


def _counted(outcomes: Outcomes) -> str:
    names = [outcome for outcome, _ in outcomes.values()]
    return ", ".join(f"{names.count(name)} {name}" for name in sorted(set(names), key=_rank))


def _rank(outcome: str) -> int:
    return ("right", "wrong", "unparsed", "refused", "truncated", "infra_error").index(outcome)


def _once(fault: str, found: Faulted, clean: Faulted) -> tuple[object, ...]:
    names = clean.outcomes.keys() | found.outcomes.keys()
    differ = sum(clean.outcomes.get(name) != found.outcomes.get(name) for name in names)
    return _row(fault, found, str(differ))


def _always(fault: str, found: Faulted, clean: Faulted) -> tuple[object, ...]:
    hit, wanted = _struck(COUNT), LASTING[fault]
    astray = sum(found.outcomes.get(name, ("", None))[0] != wanted for name in hit)
    others = clean.outcomes.keys() - hit
    differ = sum(clean.outcomes[name] != found.outcomes.get(name) for name in others)
    return _row(fault, found, f"{astray} · {differ}")


def _row(fault: str, found: Faulted, differ: str) -> tuple[object, ...]:
    cost = found.cost
    counted = _counted(found.outcomes)
    return fault, cost.code, counted, differ, f"{found.requests:,}", f"{cost.wall:.1f}"


def _peers(setting: Setting, server: Server, peer: Peer) -> str:
    """Return the same faults' table for another harness, at fewer items."""
    rows = []
    for times, when in ((1, "first attempt"), (0, "always")):
        for fault in FAULTS:
            if fault != "hang":
                rows.append(_peer_row(setting, server, peer, (fault, times, when)))
    right = sum(gold(number) == letter(tag(number)) for number in range(PEER_COUNT))
    hit = _struck(PEER_COUNT)
    lost = sum(tag(n) in hit and gold(n) == letter(tag(n)) for n in range(PEER_COUNT))
    words = (
        f"**{peer.name}**, {PEER_COUNT} items, {PEER_CONNECTIONS} connections, {len(hit)} struck; "
        f"true accuracy {right / PEER_COUNT:.3f}, and {(right - lost) / PEER_COUNT:.3f} if those "
        f"count as wrong. Stopped after {PEER_LIMIT:g} s. Without the hang."
    )
    head = ("fault", "when", "exit code", "accuracy that it reports", "requests", "wall s")
    return words + "\n\n" + table(head, rows)


def _peer_row(
    setting: Setting, server: Server, peer: Peer, fault: tuple[str, int, str]
) -> tuple[object, ...]:
    name, times, when = fault
    _set(server, name, times)
    cost = ask(setting, peer, server, PEER_COUNT, connections=PEER_CONNECTIONS, limit=PEER_LIMIT)
    said = told(setting, peer, PEER_COUNT, cost)
    code = "stopped" if cost.code < 0 else cost.code
    return name, when, code, said, server.stats()["requests"], f"{cost.wall:.1f}"
