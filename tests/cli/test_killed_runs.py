"""`statera run` survives kill -9 at any moment: nothing that is on disk is asked again.

Real processes against a real server; the faults are those of `tests.store.writer`.
"""

import json
import random
import sqlite3
import sys
from collections import Counter
from pathlib import Path

from statera.store.runstore import RunStore
from tests.endpoint import Behaviour, Endpoint
from tests.store.killing import End, Moment, run_and_kill

COUNT = 240
CONNECTIONS = 4
LATENCY = 0.03
WINDOW = round(CONNECTIONS * 0.1 / LATENCY)
"""Answers that come in within 100 ms; a commit on a busy machine may take as long again."""

_RUN = """
import sys
from tests.store.writer import arm
arm(sys.argv[1].split(":") if sys.argv[1] else [])
del sys.argv[1]
from statera.cli.main import main
main()
"""


class Scene:
    """A suite, a server and a store, with the run that is killed again and again."""

    def __init__(self, folder: Path, endpoint: Endpoint) -> None:
        self.endpoint, self.folder, self.store = endpoint, folder, folder / "store"
        self.kills = self.counted = 0
        self.asked: Counter[str] = Counter()
        rows = (
            {"id": f"s{n}", "q": f"What is {n}?", "answer": "ABCD"[n % 4]} for n in range(COUNT)
        )
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / "sums.jsonl").write_text(lines)
        (folder / "sums.yaml").write_text(
            'task: sums\nversion: "1"\ndata: sums.jsonl\nprompt: "{{ q }}"\n'
            "reference: answer\nscorers: [exact]\n"
        )

    def run(self, fault: str, moment: Moment | None, store: Path | None = None) -> End:
        """Run to the fault or the moment; no answer that is on disk may be asked for again."""
        kept = self.kept(store or self.store)
        url = f"{self.endpoint.url}#m"
        command = [sys.executable, "-c", _RUN, fault, "run", str(self.folder / "sums.yaml")]
        command += ["--model", url, "--store", str(store or self.store)]
        end = run_and_kill([*command, "--max-connections", str(CONNECTIONS)], moment)
        assert not kept & set(self._new()), (fault, moment)
        return end

    def kill(self, fault: str = "", moment: Moment | None = None) -> None:
        end = self.run(fault, moment)
        assert end.killed, (fault, moment, end.lines, end.errors)
        self.kills += 1

    def _new(self) -> list[str]:
        """The questions that came in since the last look."""
        received = self.endpoint.received[self.counted :]
        self.counted += len(received)
        said = [str(one.body["messages"][-1]["content"]) for one in received]
        found = [text for text in said if text.startswith("What is ")]
        self.asked.update(found)
        return found

    def kept(self, store: Path) -> set[str]:
        """The questions whose answers are on disk; the file is sound, and no answer is double."""
        if not (store / "store.sqlite").exists():
            return set()
        opened = RunStore(store)
        found = [one.sample.input for run in opened.runs() for one in opened.trials(run.id)]
        opened.close()
        with sqlite3.connect(store / "store.sqlite") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
        assert len(found) == len(set(found))
        return set(found)

    def digest(self, store: Path) -> str:
        opened = RunStore(store)
        try:
            return opened.content_digest(opened.find("latest").id)
        finally:
            opened.close()

    def after(self, requests: int) -> Moment:
        """When so many more requests have come in."""
        wanted = len(self.endpoint.received) + requests
        return Moment(0.0, lambda: len(self.endpoint.received) >= wanted)

    def last_request(self) -> Moment:
        """When the last question that is not on disk has come in."""
        missing = COUNT - len(self.kept(self.store))
        start = len(self.endpoint.received)

        def asked() -> bool:
            bodies = [one.body for one in self.endpoint.received[start:]]
            said = {str(body["messages"][-1]["content"]) for body in bodies}
            return sum(text.startswith("What is ") for text in said) >= missing

        return Moment(0.0, asked)


def test_twenty_kills_later_the_run_is_as_if_nothing_had_happened(tmp_path: Path) -> None:
    chance = random.Random(11)
    with Endpoint(Behaviour(latency=LATENCY)) as endpoint:
        scene = Scene(tmp_path, endpoint)
        for fault in ("CREATE TABLE:2", "COMMIT:1", "COMMIT:1", "INSERT INTO samples:1"):
            scene.kill(fault)
        scene.kill(moment=scene.after(1))
        for fault in ("INSERT OR REPLACE INTO trials:1", "COMMIT:3", "COMMIT:4"):
            scene.kill(fault)
        for _ in range(4):
            scene.kill(f"bytes:{chance.randrange(20_000, 90_000)}")
        for _ in range(6):
            scene.kill(moment=scene.after(chance.randrange(2, 20)))
        scene.kill(moment=scene.last_request())
        scene.kill("UPDATE runs SET status=:1")
        assert scene.kills >= 20
        end = scene.run("", None)
        assert end.code == 0, end.errors
        assert len(scene.kept(scene.store)) == len(scene.asked) == COUNT
        again = sum(scene.asked.values()) - COUNT
        assert again <= scene.kills * (CONNECTIONS + 4 * WINDOW)
        calm = tmp_path / "calm"
        assert scene.run("", None, calm).code == 0
        assert scene.digest(calm) == scene.digest(scene.store)
