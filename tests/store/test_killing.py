"""A run survives kill -9 at any moment: sound file, nothing acknowledged lost, nothing doubled."""

import random
import sqlite3
import sys
from pathlib import Path

from statera.store.runstore import RunStore
from tests.store.killing import End, Moment, grown, run_and_kill
from tests.store.made import filled, spec

COUNT = 600
GROUP = 20


def _write(folder: Path, *fault: str, moment: Moment | None = None) -> End:
    command = [sys.executable, "-m", "tests.store.writer", str(folder), str(COUNT), *fault]
    return run_and_kill(command, moment)


def _safe(end: End) -> set[str]:
    """The trials that the process said were on disk."""
    whole = [line for line in end.lines if line.startswith("safe ")]
    return {name for line in whole for name in line.split()[1:]}


def _sound(folder: Path) -> bool:
    with sqlite3.connect(folder / "store.sqlite") as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        strangers = connection.execute("PRAGMA foreign_key_check").fetchall()
    connection.close()
    return found == [("ok",)] and not strangers


def _answered(folder: Path) -> set[str]:
    """Open the store as a resuming run does."""
    store = RunStore(folder)
    run = store.open_run(spec(), tag=None, environment={}, now=1.0)
    found = store.answered(run.id, "mmlu")
    kept = store.counts(run.id).trials
    store.close()
    assert kept == len(found)
    return {sample for sample, _ in found}


class Victim:
    """A store whose writer is killed again and again, with what it was promised so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.promised: set[str] = set()
        self.kills = 0

    def kill(self, *fault: str, moment: Moment | None = None) -> None:
        end = _write(self.folder, *fault, moment=moment)
        assert end.killed, (fault, moment, end.errors)
        self.kills += 1
        self.promised |= _safe(end)
        assert _sound(self.folder), fault
        assert self.promised <= _answered(self.folder), fault

    @property
    def left(self) -> int:
        """Groups that are still to be written."""
        return -(-(COUNT - len(_answered(self.folder))) // GROUP)


def test_a_migration_that_is_killed_leaves_nothing_half_done(tmp_path: Path) -> None:
    moments = [
        ("CREATE TABLE", "1"),
        ("CREATE TABLE", "5"),
        ("PRAGMA application_id=", "1"),
        ("COMMIT", "1"),
        ("bytes", "30000"),
    ]
    for number, fault in enumerate(moments):
        folder = tmp_path / str(number)
        end = _write(folder, *fault)
        assert end.killed, (fault, end.errors)
        with sqlite3.connect(folder / "store.sqlite") as connection:
            assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
        connection.close()
        assert _answered(folder) == set()
        assert _sound(folder)


def test_twenty_kills_later_the_run_is_as_if_nothing_had_happened(tmp_path: Path) -> None:
    chance = random.Random(20)
    victim = Victim(tmp_path / "victim")
    victim.kill("INSERT INTO runs", "1")
    victim.kill("COMMIT", "1")
    victim.kill("INSERT INTO samples", "2")
    victim.kill("COMMIT", "2")
    victim.kill("INSERT OR REPLACE INTO trials", "1")
    victim.kill("INSERT OR REPLACE INTO scores", "1")
    victim.kill("COMMIT", "3")
    for _ in range(10):
        victim.kill("bytes", str(chance.randrange(20_000, 140_000)))
    victim.kill("INSERT OR REPLACE INTO scores", str(victim.left))
    victim.kill("COMMIT", str(2 + victim.left))
    victim.kill("UPDATE runs SET status='done'", "1")
    assert victim.kills >= 20
    _finish(victim, tmp_path / "undisturbed")


def test_kills_at_random_moments_lose_nothing(tmp_path: Path) -> None:
    chance = random.Random(6)
    victim = Victim(tmp_path / "victim")
    wal = victim.folder / "store.sqlite-wal"
    for _ in range(6):
        moment = Moment(chance.uniform(0, 0.01), grown(wal, chance.randrange(4_000, 200_000)))
        victim.kill("linger", moment=moment)
    _finish(victim, tmp_path / "undisturbed")


def _finish(victim: Victim, undisturbed: Path) -> None:
    """Let the writer get through, and compare with one that nobody disturbed."""
    before = len(_answered(victim.folder))
    end = _write(victim.folder)
    assert end.code == 0, end.errors
    assert end.lines[0] == f"resumed {before}"
    assert len(_answered(victim.folder)) == COUNT
    assert _digest(victim.folder) == _undisturbed(undisturbed)


def _digest(folder: Path) -> str:
    store = RunStore(folder)
    try:
        return store.content_digest(store.find("latest").id)
    finally:
        store.close()


def _undisturbed(folder: Path) -> str:
    store = RunStore(folder)
    filled(store, COUNT)
    store.close()
    return _digest(folder)


def test_a_process_that_ends_by_itself_is_not_called_killed() -> None:
    end = run_and_kill([sys.executable, "-c", "print('done')"], None)
    assert (end.code, end.killed, end.lines) == (0, False, ["done"])


def test_the_condition_is_waited_for(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    code = "import sys, time; open(sys.argv[1], 'w').write('x' * 10); time.sleep(60)"
    end = run_and_kill([sys.executable, "-c", code, str(mark)], Moment(0, grown(mark, 10)))
    assert end.killed
    assert mark.read_text() == "x" * 10
