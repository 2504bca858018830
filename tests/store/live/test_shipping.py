import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psycopg
import pytest

from statera.errors import DeclarationError, StoreError
from statera.store.live.opening import LiveStore, open_live
from statera.store.live.shipping import Shipper
from tests.postgres_server import PostgresServer
from tests.store.live.limits import largest_file
from tests.store.live.made import exposure, said, wants
from tests.store.live.writer import MILLION

AWAY = "postgresql://nobody@127.0.0.1:9/none"
LIMIT = 40.0


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LIMIT
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def number(store: LiveStore) -> int:
    """Return how many reports on the one answer are in the store."""
    return int(store.units(wants()).outcomes["solved"].number.sum())


def test_what_is_put_is_shipped_and_leaves_nothing(place: str, tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    shipper = Shipper(place, folder)
    for unit in range(3000):
        shipper.put(exposure(unit, unit))
        shipper.put(said(unit, unit))
    assert shipper.flush(LIMIT)
    assert (shipper.shipped, shipper.waiting, shipper.refused, shipper.lost) == (6000, 0, 0, 0)
    assert shipper.fault == ""
    shipper.put(said(5000, 1, 0.0, at=90.0))
    shipper.close()
    assert list(folder.iterdir()) == []
    store = open_live(place)
    assert number(store) == 3000
    store.close()


def test_what_the_dead_left_is_shipped_by_the_next(tmp_path: Path) -> None:
    place, folder = str(tmp_path / "live.sqlite"), tmp_path / "spool"
    process = writer(AWAY, folder, 0)
    go(process, times=50)
    came = reached(process, 1500)
    process.kill()
    process.communicate()
    segments = sorted(folder.glob("*.spool"))
    with segments[-1].open("ab") as file:
        file.write(b'{"type":"feedb')
    left = sum(segment.read_bytes().count(b"\n") for segment in segments)
    assert left >= came
    shipper = Shipper(place, folder)
    shipper.put(said(-1, 0))
    until(lambda: shipper.shipped == left + 1)
    assert (shipper.refused, shipper.waiting, shipper.fault) == (1, 0, "")
    shipper.close()
    assert [path.name for path in folder.iterdir()] == ["refused.jsonl"]
    store = open_live(place)
    assert store.write([said(n, n, at=1.0) for n in range(left)]) == 0
    assert store.write([said(left, left)]) == 1
    store.close()


def test_while_the_database_is_away_facts_wait_on_disk(tmp_path: Path) -> None:
    folder, stop = tmp_path / "spool", tmp_path / "stop"
    stop.touch()
    place = str(stop / "live.sqlite")
    shipper = Shipper(place, folder)
    shipper.put(exposure(1, 1))
    until(lambda: bool(shipper.fault))
    assert "stop" in shipper.fault
    assert "\n" not in shipper.fault
    assert shipper.waiting == 1
    assert not shipper.flush(0.01)
    shipper.put(said(1, 1))
    stop.unlink()
    assert shipper.flush(LIMIT)
    shipper.close()
    assert shipper.fault == ""
    store = open_live(place)
    assert number(store) == 1
    store.close()


def test_a_full_disk_is_told_and_serving_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("statera.store.live.shipping.HELD", 60)
    folder = tmp_path / "spool"
    shipper = Shipper(AWAY, folder)
    with largest_file(4096):
        for unit in range(100):
            shipper.put(said(unit, unit))
        assert "; facts wait in memory" in shipper.fault
    kept = shipper.waiting
    assert shipper.lost == 100 - kept > 0
    shipper.put(said(1000, 1000))
    assert "memory" not in shipper.fault
    shipper.close()
    assert sum(path.read_bytes().count(b"\n") for path in folder.glob("*.spool")) == kept + 1
    place = str(tmp_path / "live.sqlite")
    other = Shipper(place, folder)
    until(lambda: other.shipped == kept + 1)
    other.close()
    store = open_live(place)
    assert store.write([said(unit, unit) for unit in range(kept)]) == 0
    store.close()


def test_a_segment_that_somebody_removes_is_lost_and_keeps_nothing_else(tmp_path: Path) -> None:
    folder, stop = tmp_path / "spool", tmp_path / "stop"
    stop.touch()
    shipper = Shipper(str(stop / "live.sqlite"), folder)
    shipper.put(said(1, 1))
    until(lambda: bool(shipper.fault))
    [segment] = folder.glob("*.spool")
    segment.unlink()
    shipper.put(said(2, 2))
    stop.unlink()
    assert shipper.flush(LIMIT)
    shipper.close()
    assert (shipper.lost, shipper.shipped, shipper.fault) == (1, 1, "")


def test_what_cannot_be_read_of_one_dead_process_keeps_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    (folder / "aaa.00000000.spool").mkdir(parents=True)
    (folder / "bbb.00000000.spool").write_bytes(msgspec.json.encode(said(1, 1)) + b"\n")
    shipper = Shipper(str(tmp_path / "live.sqlite"), folder)
    until(lambda: shipper.shipped == 1)
    until(lambda: "what aaa left: Is a directory" in shipper.fault)
    shipper.put(said(2, 2))
    assert shipper.flush(2)
    shipper.close()


def test_a_store_that_is_read_only_for_a_while_takes_facts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = str(tmp_path / "live.sqlite")
    open_live(place).close()
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda path, mode: False)
        shipper = Shipper(place, tmp_path / "spool")
        shipper.put(said(1, 1))
        until(lambda: "read-only here" in shipper.fault)
    assert shipper.flush(LIMIT)
    shipper.close()
    assert (shipper.shipped, shipper.fault) == (1, "")


def test_what_no_database_takes_is_counted(tmp_path: Path) -> None:
    shipper = Shipper(str(tmp_path / "live.sqlite"), tmp_path / "spool")
    shipper.put(said(1, 1, outcome="\ud800"))
    shipper.put(said(2, 2, value=float("nan")))
    shipper.put(said(3, 3))
    assert shipper.flush(LIMIT)
    shipper.close()
    assert (shipper.shipped, shipper.refused) == (1, 2)


def test_a_place_that_can_never_be_one_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"'redis://' is not known"):
        Shipper("redis://here", tmp_path / "spool")
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Not a directory"):
        Shipper("live.sqlite", tmp_path / "file" / "spool")


def test_nothing_is_lost_or_doubled_while_postgresql_is_killed_twice(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    place, folder = postgres.database(), tmp_path / "spool"
    writers = [writer(place, folder, number) for number in range(4)]
    put_all(writers, 1000)
    postgres.kill()
    put_all(writers, 2000)
    writers[0].kill()
    writers[0].communicate()
    postgres.start()
    writers[0] = writer(place, folder, 0)
    go(writers[0], times=2)
    put_all(writers, 3000)
    for one in writers:
        go(one)
    postgres.kill()
    for one in writers:
        reached(one, 4000)
    postgres.start()
    put_all(writers, 5000)
    for one in writers:
        one.communicate(timeout=LIMIT)
        assert one.returncode == 0
    shipper = Shipper(place, folder)
    until(lambda: not list(folder.glob("*.spool")))
    shipper.close()
    assert os.listdir(folder) == []
    with psycopg.connect(place) as connection:
        rows = connection.execute("SELECT id FROM live_feedback").fetchall()
    assert len(rows) == 20_000
    assert {id for (id,) in rows} == {n * MILLION + m for n in range(4) for m in range(5000)}


Writer = subprocess.Popen[str]


def writer(place: str, folder: Path, number: int) -> Writer:
    command = [sys.executable, "-m", "tests.store.live.writer", place, str(folder), str(number)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def go(process: Writer, times: int = 1) -> None:
    """Let it put a thousand more."""
    assert process.stdin is not None
    process.stdin.write("go\n" * times)
    process.stdin.flush()


def reached(process: Writer, count: int) -> int:
    """Wait until it says that so many are put."""
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= count:
            return int(line)
    raise AssertionError("it ended before")


def put_all(writers: list[Writer], count: int) -> None:
    for one in writers:
        go(one)
    for one in writers:
        reached(one, count)
