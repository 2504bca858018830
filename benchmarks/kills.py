"""kill -9 of a real `statera run`, again and again, and what is left of it.

Chosen moments (inside the migration, a commit, the write of a page; the first and the last
request; the end) and random ones. After each kill the store is opened, checked and compared with
what the endpoint was asked; at the end the content must equal an undisturbed run's.
"""

import random
import sqlite3
import sys
import time
from pathlib import Path

from tests.store.killing import End, Moment, run_and_kill

from benchmarks.items import write_task
from benchmarks.report import table
from benchmarks.server import Server
from benchmarks.setting import Setting
from statera.store.runstore import RunStore

COUNT, CONNECTIONS, LATENCY_MS, RANDOM = 2_000, 8, 40, 15
LONGEST = 2.5
IN_100_MS = round(CONNECTIONS * 100 / LATENCY_MS)
_ARMED = """
import sys
from tests.store.writer import arm
arm(sys.argv[1].split(":") if sys.argv[1] else [])
del sys.argv[1]
from statera.cli.main import main
main()
"""
EARLY = (
    ("inside the migration, second table", "CREATE TABLE:2"),
    ("at the commit of the migration", "COMMIT:1"),
    ("as the samples are inserted", "INSERT INTO samples:1"),
)
MIDDLE = (
    ("as trials are inserted", "INSERT OR REPLACE INTO trials:1"),
    ("at a commit of trials", "COMMIT:3"),
    ("at a later commit of trials", "COMMIT:4"),
    ("in the middle of a write to the file", "bytes:60000"),
    ("in the middle of a write to the file", "bytes:110000"),
)
LATE = (("as the run is marked done", "UPDATE runs SET status=:1"),)


class Victim:
    """The run that is killed, its store, and what its endpoint was asked."""

    def __init__(self, task: Path, server: Server, store: Path) -> None:
        self.task, self.server, self.store = task, server, store
        self.rows: list[tuple[str, int, int, int, str]] = []
        self.lost = self.asked_again_though_kept = 0
        self.seen: set[str] = set()

    def run(self, fault: str, moment: Moment | None) -> End:
        """Run to its end, the fault or the moment."""
        command = [sys.executable, "-c", _ARMED, fault, "run", str(self.task)]
        command += ["--model", self.server.model, "--store", str(self.store)]
        return run_and_kill([*command, "-j", str(CONNECTIONS)], moment, limit=120)

    def kill(self, name: str, fault: str = "", moment: Moment | None = None) -> bool:
        """Kill once and look at what is left; False when it got through before."""
        kept, before = self.kept(), self.server.keys()
        end = self.run(fault, moment)
        if not end.killed and end.code != 0:
            sys.exit(f"{name}: {end.errors}")
        after = self.server.keys()
        asked = {key: n - before.get(key, 0) for key, n in after.items() if n > before.get(key, 0)}
        again = sum(asked.values()) - len(asked.keys() - before.keys())
        self.asked_again_though_kept += len(kept & asked.keys())
        now = self.kept()
        self.lost += len(self.seen - now)
        self.seen |= now
        if end.killed:
            self.rows.append((name, sum(asked.values()), again, len(now), self.integrity()))
        return end.killed

    def kept(self) -> set[str]:
        """The items whose answers are on disk; SystemExit when one is there twice."""
        if not (self.store / "store.sqlite").exists():
            return set()
        opened = RunStore(self.store)
        found = [one.sample.id for run in opened.runs() for one in opened.trials(run.id)]
        opened.close()
        if len(found) != len(set(found)):
            sys.exit("a trial is in the store twice")
        return set(found)

    def integrity(self) -> str:
        """What SQLite itself says of the file."""
        if not (self.store / "store.sqlite").exists():
            return "no file yet"
        connection = sqlite3.connect(self.store / "store.sqlite")
        try:
            found = connection.execute("PRAGMA integrity_check").fetchall()
            strange = connection.execute("PRAGMA foreign_key_check").fetchall()
        finally:
            connection.close()
        return "ok" if found == [("ok",)] and not strange else f"{found} {strange}"

    def digest(self) -> str:
        """The digest of the run's content."""
        opened = RunStore(self.store)
        try:
            return opened.content_digest(opened.find("latest").id)
        finally:
            opened.close()

    def requests(self, count: int) -> Moment:
        """When so many more items have been asked."""
        wanted = sum(self.server.keys().values()) + count
        return Moment(0.0, lambda: sum(self.server.keys().values()) >= wanted)

    def last(self) -> Moment:
        """When the last item that was never asked for has come in."""
        return Moment(0.0, lambda: len(self.server.keys()) >= COUNT)


def measure(setting: Setting) -> str:
    """Kill at chosen and random moments until the run is through, then compare."""
    chance = random.Random(9)
    with Server.start(None) as server:
        server.configure(latency_ms=LATENCY_MS)
        victim = Victim(write_task(setting.work, COUNT), server, setting.work / "killed")
        _kill_all(victim, chance)
        end = victim.run("", None)
        asked = server.keys()
        calm = Victim(victim.task, server, setting.work / "calm")
        if calm.run("", None).code or end.code:
            sys.exit(f"a run that nobody killed did not end: {end.errors}")
    return _report(victim, sum(asked.values()), victim.digest() == calm.digest())


def _kill_all(victim: Victim, chance: random.Random) -> None:
    for name, fault in EARLY:
        victim.kill(name, fault)
    victim.kill("at the first request", moment=victim.requests(1))
    for name, fault in MIDDLE:
        victim.kill(name, fault)
    for _ in range(RANDOM):
        seconds = chance.uniform(0.05, LONGEST)
        began = time.monotonic()
        moment = Moment(seconds)
        if chance.random() < 0.5:
            moment = victim.requests(chance.randrange(2, 60))
        if victim.kill("at a random moment", moment=moment):
            continue
        sys.exit(f"the run got through in {time.monotonic() - began:.1f} s: raise COUNT")
    victim.kill("at the last request", moment=victim.last())
    for name, fault in LATE:
        victim.kill(name, fault)


def _report(victim: Victim, requests: int, same: bool) -> str:
    again = requests - COUNT
    sound = all(row[-1] in ("ok", "no file yet") for row in victim.rows)
    kept = len(victim.kept())
    words = (
        f"**{len(victim.rows)} kills** of a run of {COUNT:,} items ({CONNECTIONS} connections, "
        f"{LATENCY_MS} ms), then once to the end: {COUNT - kept} trials missing, {victim.lost} "
        f"lost after they were on disk, none doubled, {victim.asked_again_though_kept} asked again "
        f"though on disk; the file was {'sound' if sound else 'NOT sound'} after every kill; the "
        f"content's digest {'equals' if same else 'DIFFERS FROM'} an undisturbed run's. Of "
        f"{requests:,} requests {again} were asked again because their answers were in flight, "
        f"or not yet on disk: {again / len(victim.rows):.1f} a kill (up to {CONNECTIONS} are in "
        f"flight and about {IN_100_MS} come in within 100 ms)."
    )
    head = ("killed", "requests", "of them asked before", "on disk after", "integrity check")
    return words + "\n\n" + table(head, victim.rows)
